//! The strangers' tries at one call, and what they must be told.

use actix_web::http::StatusCode;
use serde_json::Value;

use super::calls::Call;
use super::contract::{Names, Operation, Place, Slot};
use super::exemptions::Exemptions;
use super::needs::Needs;
use super::world::{Known, World, leak, nowhere};
use crate::testing::Answer;

/// What the strangers know and do not know.
pub(super) struct Strangers<'a> {
    pub(super) world: &'a World,
    /// What must never be told.
    pub(super) secret: Known,
    /// What `there` has itself.
    pub(super) theirs: Known,
    /// What everybody in `here` may see, whatever their reach.
    pub(super) shown: Known,
    pub(super) exemptions: Exemptions,
    pub(super) cases: usize,
    pub(super) wrong: Vec<String>,
}

impl Strangers<'_> {
    /// Everybody who should not succeed tries it.
    pub(super) async fn try_out(&mut self, of: &Operation, call: &Call, needs: &Needs) {
        let is_first = of.fixed().count() == call.filled.len() && call.more.is_empty();
        if is_first {
            self.without_a_token(of, call).await;
            self.without_the_permission(of, call, needs).await;
        }
        match call.more.is_empty() {
            true => self.as_another_tenant(of, call).await,
            false => self.with_a_foreign_cursor(of, call).await,
        }
        self.out_of_reach(of, call, needs).await;
    }

    fn check(&mut self, fine: bool, what: impl FnOnce() -> String) {
        if !fine {
            self.wrong.push(what());
        }
    }

    async fn ask(&mut self, of: &Operation, call: &Call, token: Option<&str>, who: &str) -> Answer {
        self.cases += 1;
        let answer = call.send(self.world, of, token).await;
        let mut sent = call.sent();
        sent.extend(call.more.iter().map(|it| it.1.clone()));
        if let Some(told) = leak(&answer, &self.secret, &sent) {
            let shown = || sent.iter().any(|id| self.shown.all().any(|it| it == id));
            let fine =
                self.world.is_inside(token) && (self.exemptions.has(&of.id, "reach") || shown());
            self.check(fine, || format!("{} for {who} with {sent:?} {told}", of.id));
        }
        answer
    }

    async fn without_a_token(&mut self, of: &Operation, call: &Call) {
        let answer = self.ask(of, call, None, "nobody").await;
        let fine = answer.status == StatusCode::UNAUTHORIZED;
        self.check(fine, || format!("{} for nobody: {answer:?}", of.id));
    }

    async fn without_the_permission(&mut self, of: &Operation, call: &Call, needs: &Needs) {
        let world = self.world;
        for (who, token) in needs.refused(world) {
            let answer = self.ask(of, call, Some(token), &who).await;
            let fine = answer.status == StatusCode::FORBIDDEN && answer.body["code"] == "forbidden";
            self.check(fine, || format!("{} for {who}: {answer:?}", of.id));
        }
    }

    /// In each place alone and in all of them a thing of `here`, where everything else is the asker's own; and the same with nothing.
    async fn as_another_tenant(&mut self, of: &Operation, call: &Call) {
        let token = self.world.there.owner.clone();
        let places = 0..call.filled.len();
        let mut tries: Vec<Vec<usize>> = places.clone().map(|place| vec![place]).collect();
        if tries.len() != 1 {
            tries.push(places.collect());
        }
        for foreign in tries {
            // A name that is given to a new thing may be in use elsewhere.
            let makes = |place: &usize| is_text(&call.filled[*place].0) && of.method == "PUT";
            let is_read = of.method == "GET";
            if foreign.iter().any(makes) || foreign.is_empty() && !is_read {
                continue;
            }
            let with = |name: fn(&Slot) -> Option<String>| {
                call.with(|place, slot| match foreign.contains(&place) {
                    true => name(slot),
                    false => own(&self.theirs, slot),
                })
            };
            let (known, unknown) = (with(|_| None), with(|slot| Some(nothing(slot))));
            let told = self.ask(of, &known, Some(&token), "another tenant").await;
            let untold = self.ask(of, &unknown, Some(&token), "another tenant").await;
            self.compare(of, (&known, &told), (&unknown, &untold));
            let places: Vec<_> = foreign.iter().map(|it| &call.filled[*it].0).collect();
            let fine = is_denied(&places, &told);
            self.check(fine, || format!("{} with {:?}: {told:?}", of.id, call.filled));
        }
    }

    /// A page that begins in another tenant's list does not begin anywhere.
    async fn with_a_foreign_cursor(&mut self, of: &Operation, call: &Call) {
        let token = self.world.there.owner.clone();
        let mut known = call.with(|_, slot| own(&self.theirs, slot));
        let told = self.ask(of, &known, Some(&token), "another tenant").await;
        known.more.last_mut().expect("a cursor").1 = "AAAA".to_owned();
        let untold = self.ask(of, &known, Some(&token), "another tenant").await;
        let fine = told.body["code"] == "cursor_invalid" && told.body == untold.body;
        self.check(fine, || format!("{} with a foreign cursor: {told:?}", of.id));
    }

    async fn out_of_reach(&mut self, of: &Operation, call: &Call, needs: &Needs) {
        let world = self.world;
        for (role, token) in &world.outsiders {
            let who = format!("{role:?} of nobody");
            let answer = self.ask(of, call, Some(token), &who).await;
            if !needs.are_met_by(*role) {
                let fine = answer.status == StatusCode::FORBIDDEN
                    || answer.status == StatusCode::NOT_FOUND && self.exemptions.has(&of.id, "own");
                self.check(fine, || format!("{} for {who}: {answer:?}", of.id));
                continue;
            }
            let places: Vec<_> = call.filled.iter().map(|it| &it.0).collect();
            let is_shown = |id: &String| self.shown.all().any(|it| it == id);
            if places.is_empty() || call.sent().iter().any(is_shown) {
                continue;
            }
            let nothing = call.with(|_, slot| Some(nothing(slot)));
            let untold = self.ask(of, &nothing, Some(token), &who).await;
            self.compare(of, (call, &answer), (&nothing, &untold));
            let fine = is_denied(&places, &answer);
            self.check(fine, || format!("{} with {:?}: {answer:?}", of.id, call.filled));
        }
    }

    /// To the letter, but for what each of them sent.
    fn compare(&mut self, of: &Operation, a: (&Call, &Answer), b: (&Call, &Answer)) {
        let seen = |(call, answer): (&Call, &Answer)| {
            let mut text = answer.body.to_string();
            for (place, (_, value)) in call.filled.iter().enumerate() {
                text = text.replace(value, &format!("<{place}>"));
            }
            let mut headers: Vec<_> = answer.headers.iter().map(|it| it.0.to_string()).collect();
            headers.sort();
            (answer.status, text, headers)
        };
        let (a_seen, b_seen) = (seen(a), seen(b));
        self.check(a_seen == b_seen, || format!("{}: {a_seen:?} against {b_seen:?}", of.id));
    }
}

/// What those find whose reach is elsewhere, in lists that are excused from it.
pub(super) async fn shown(world: &World, operations: &[Operation]) -> Known {
    let (exemptions, mut shown) = (Exemptions::of("rest"), Known::default());
    for of in operations.iter().filter(|it| exemptions.has(&it.id, "reach")) {
        for (_, token) in &world.outsiders {
            shown.learn(&Call::of(Vec::new()).send(world, of, Some(token)).await.body);
        }
    }
    shown
}

/// A thing of the asker's own.
fn own(theirs: &Known, slot: &Slot) -> Option<String> {
    match &slot.names {
        Names::Id(prefix) => theirs.of(prefix).first().cloned(),
        Names::Text { .. } => None,
    }
}

/// What names nothing.
fn nothing(slot: &Slot) -> String {
    match &slot.names {
        Names::Id(prefix) => nowhere(prefix),
        Names::Text { .. } => "nothing".to_owned(),
    }
}

fn is_text(slot: &Slot) -> bool {
    matches!(slot.names, Names::Text { .. })
}

/// A thing in the path is not there; one in the body is a fault of that field; by one in the query nothing is found.
fn is_denied(places: &[&Slot], answer: &Answer) -> bool {
    let status = answer.status;
    if places.iter().any(|it| it.place.is_path()) {
        status == StatusCode::NOT_FOUND
    } else if places.iter().any(|it| matches!(it.place, Place::Body(_))) {
        status == StatusCode::UNPROCESSABLE_ENTITY
            && answer.body["fields"][0]["code"] == "dangling_reference"
    } else if places.is_empty() {
        true
    } else {
        status.is_client_error() || is_empty(&answer.body)
    }
}

/// Whether there is nothing in any list of an answer, and nothing is counted.
pub(super) fn is_empty(body: &Value) -> bool {
    let lists = ["items", "rows", "lines"].iter().filter_map(|it| body[it].as_array());
    let mut lists = lists.peekable();
    lists.peek().is_some() && lists.all(|list| list.iter().all(counts_nothing))
}

/// A row of a number that counts nothing.
fn counts_nothing(row: &Value) -> bool {
    let none = |n: &Value| n.is_null() || n == 0;
    match row.get("n") {
        Some(Value::Array(buckets)) => buckets.iter().all(none),
        Some(n) => none(n),
        None => row.get("withheld").is_some(),
    }
}
