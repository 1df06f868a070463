//! The replay matrix of GraphQL: every field of the root.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;

use super::exemptions::Exemptions;
use super::fields::{Place, Step, ask, is_nothing, outcome, record, roots, succeeded};
use super::needs::Needs;
use super::renamed::Renamed;
use super::schema::Schema;
use super::world::{Known, World, leak, nowhere};
use crate::testing::Answer;

struct Strangers<'a> {
    world: &'a World,
    secret: Known,
    theirs: Known,
    shown: Known,
    exemptions: Exemptions,
    cases: usize,
    wrong: Vec<String>,
}

impl Strangers<'_> {
    async fn try_out(&mut self, step: &Step<'_>, given: &[(Place, String)], needs: &Needs) {
        let (world, name) = (self.world, step.name());
        let answer = self.ask(step, given, None, "nobody").await;
        let fine = answer.status == StatusCode::UNAUTHORIZED;
        self.check(fine, || format!("{name} for nobody: {answer:?}"));
        for (who, token) in needs.refused(world) {
            self.cases += 1;
            let variables = step.root.fill(&step.variables, given);
            let answer = ask(world, Some(token), &step.root.bare, &variables).await;
            let fine = outcome(&answer).1 == Some("forbidden");
            self.check(fine, || format!("{name} for {who}: {answer:?}"));
        }
        self.as_another_tenant(step, given).await;
        self.with_a_foreign_cursor(step).await;
        self.out_of_reach(step, given, needs).await;
    }

    /// In each place alone and in all of them a thing of `here`, where everything else is the asker's own; and the same with nothing.
    async fn as_another_tenant(&mut self, step: &Step<'_>, given: &[(Place, String)]) {
        let token = self.world.there.owner.clone();
        let own = |place: &Place| {
            place.prefixes.first().and_then(|it| self.theirs.of(it).first().cloned())
        };
        let own: Vec<Option<String>> = given.iter().map(|it| own(&it.0)).collect();
        for foreign in tries(given.len()) {
            if foreign.is_empty() && step.root.writes {
                continue;
            }
            let with = |id: fn(&str) -> String| {
                let mut filled = given.to_vec();
                for (place, (_, it)) in filled.iter_mut().enumerate() {
                    match foreign.contains(&place) {
                        true => *it = id(it),
                        false => *it = own[place].clone().unwrap_or_else(|| it.clone()),
                    }
                }
                filled
            };
            let (known, none) = (with(str::to_owned), with(unknown));
            self.alike(step, &token, "another tenant", known, none).await;
        }
    }

    /// A page that begins in another tenant's list does not begin anywhere.
    async fn with_a_foreign_cursor(&mut self, step: &Step<'_>) {
        let (world, root, name) = (self.world, step.root, step.name());
        let cursor = &step.answer.body["data"]["it"]["pageInfo"]["endCursor"];
        if !step.filled.is_empty() || !cursor.is_string() {
            return;
        }
        for (token, expected) in
            [(&world.here.owner, None), (&world.there.owner, Some("cursor_invalid"))]
        {
            self.cases += 1;
            let mut variables = step.variables.clone();
            variables["after"] = cursor.clone();
            let answer = ask(world, Some(token), &root.document, &variables).await;
            let fine = outcome(&answer).1 == expected;
            self.check(fine, || format!("{name} after {cursor}: {answer:?}"));
        }
    }

    async fn out_of_reach(&mut self, step: &Step<'_>, given: &[(Place, String)], needs: &Needs) {
        let (world, name) = (self.world, step.name());
        for (role, token) in &world.outsiders {
            let who = format!("{role:?} of nobody");
            if !needs.are_met_by(*role) {
                let answer = self.ask(step, given, Some(token), &who).await;
                let (thing, code) = outcome(&answer);
                let own = code.is_none() && is_nothing(thing) && self.exemptions.has(&name, "own");
                let fine = own || code == Some("forbidden");
                self.check(fine, || format!("{name} for {who}: {answer:?}"));
                continue;
            }
            let is_shown = |it: &(Place, String)| self.shown.all().any(|id| *id == it.1);
            if given.iter().any(is_shown) {
                continue;
            }
            let none = given.iter().map(|(place, id)| (place.clone(), unknown(id))).collect();
            self.alike(step, token, &who, given.to_vec(), none).await;
        }
    }

    /// What is there and what is not there are the same to somebody, and it is nothing.
    async fn alike(
        &mut self,
        step: &Step<'_>,
        token: &str,
        who: &str,
        known: Vec<(Place, String)>,
        none: Vec<(Place, String)>,
    ) {
        let name = &step.name();
        let told = self.ask(step, &known, Some(token), who).await;
        if known.is_empty() {
            return;
        }
        let untold = self.ask(step, &none, Some(token), who).await;
        let seen = |answer: &Answer, sent: &[(Place, String)]| {
            let text = answer.body.to_string();
            let sent = sent.iter().enumerate();
            sent.fold(text, |text, (place, (_, id))| text.replace(id, &format!("<{place}>")))
        };
        let (told_of, untold_of) = (seen(&told, &known), seen(&untold, &none));
        self.check(told_of == untold_of, || {
            format!("{name} for {who}: {told_of} where nothing is there: {untold_of}")
        });
        let (thing, code) = outcome(&told);
        let dangling = step.root.writes && matches!(code, Some("not_found" | "invalid"));
        let fine = dangling
            || is_nothing(thing)
                && (code.is_none() || matches!(code, Some("not_found" | "invalid")));
        self.check(fine, || format!("{name} for {who}: {told:?}"));
    }

    fn check(&mut self, fine: bool, what: impl FnOnce() -> String) {
        if !fine {
            self.wrong.push(what());
        }
    }

    async fn ask(
        &mut self,
        step: &Step<'_>,
        filled: &[(Place, String)],
        token: Option<&str>,
        who: &str,
    ) -> Answer {
        self.cases += 1;
        let variables = step.root.fill(&step.variables, filled);
        let answer = ask(self.world, token, &step.root.document, &variables).await;
        let name = &step.name();
        let sent: Vec<_> = filled.iter().map(|it| it.1.clone()).collect();
        if let Some(told) = leak(&answer, &self.secret, &sent) {
            let shown = || sent.iter().any(|id| self.shown.all().any(|it| it == id));
            let fine =
                self.world.is_inside(token) && (self.exemptions.has(name, "reach") || shown());
            self.check(fine, || format!("{name} for {who} {told}"));
        }
        answer
    }
}

fn tries(places: usize) -> Vec<Vec<usize>> {
    let mut tries: Vec<Vec<usize>> = (0..places).map(|place| vec![place]).collect();
    if places != 1 {
        tries.push((0..places).collect());
    }
    tries
}

fn unknown(id: &str) -> String {
    nowhere(super::world::prefix(id).expect("an id"))
}

/// What each field needs, tried with ids that nothing has.
async fn needs(
    world: &World,
    steps: &[Step<'_>],
    exemptions: &Exemptions,
) -> BTreeMap<String, Needs> {
    let mut needs = BTreeMap::new();
    for step in steps {
        let name = step.name();
        if needs.contains_key(&name) {
            continue;
        }
        let nothing: Vec<_> =
            step.filled.iter().map(|(place, id)| (place.clone(), unknown(id))).collect();
        let variables = step.root.fill(&step.variables, &nothing);
        let refused = async |token: &str| {
            let answer = ask(world, Some(token), &step.root.bare, &variables).await;
            outcome(&answer).1 == Some("forbidden")
        };
        let these = Needs::found(world, refused).await;
        assert!(these.are_some() || exemptions.has(&name, "permission"), "{name} needs {these:?}");
        needs.insert(name, these);
    }
    needs
}

#[actix_web::test]
async fn every_field_of_the_graph_refuses_who_should_not_get_an_answer() {
    let exemptions = Exemptions::of("graph");
    let world = World::new().await;
    let schema = Schema::of(&world).await;
    let roots = roots(&world, &schema).await;
    let (steps, failed) = record(&world, &roots).await;
    let failed: Vec<_> = failed.into_iter().filter(|it| !exemptions.has(it, "success")).collect();
    assert!(failed.is_empty(), "nobody found out how to ask for {failed:?}");
    let needs = needs(&world, &steps, &exemptions).await;

    let world = World::new().await;
    let operations = super::contract::operations();
    let secret = world.known(&world.here.owner, &operations).await;
    let theirs = world.known(&world.there.owner, &operations).await;
    let shown = super::denials::shown(&world, &operations).await;
    let (cases, wrong) = (0, Vec::new());
    let mut strangers =
        Strangers { world: &world, secret, theirs, shown, exemptions, cases, wrong };
    strangers.secret.forget(&world.seen);
    let mut renamed = Renamed::default();
    for step in &steps {
        let filled = step.renamed(&renamed);
        strangers.try_out(step, &filled, &needs[&step.name()]).await;
        strangers.cases += 1;
        let sent = step.root.fill(&step.variables, &filled);
        let answer = ask(&world, Some(&world.here.owner), &step.root.document, &sent).await;
        assert!(succeeded(&answer), "{}: {answer:?}", step.root.field.name);
        strangers.secret.learn(&answer.body);
        strangers.secret.forget(&world.seen);
        renamed.learn(&step.answer.body, &answer.body);
    }
    assert!(strangers.wrong.is_empty(), "{}", strangers.wrong.join("\n"));
    strangers.exemptions.assert_needed();
    println!("{} cases of {} fields", strangers.cases, roots.len());
}
