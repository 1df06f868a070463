//! How to ask for a field of the graph's root, found from the schema alone.

use std::collections::VecDeque;

use actix_web::test::TestRequest;
use serde_json::{Map, Value, json};

use super::renamed::Renamed;
use super::schema::{Field, Schema};
use super::world::{Known, World, nowhere};
use crate::testing::Answer;

/// How many ways to fill a field are tried before another is.
const TRIES: usize = 200;
const ROUNDS: usize = 4;

/// A place in the variables that holds an id: where, and of what kinds it may be.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) pointer: String,
    pub(super) prefixes: Vec<String>,
}

/// A field of the root with what may be put into it.
pub(super) struct Root<'a> {
    pub(super) field: &'a Field,
    pub(super) document: String,
    /// The same without what it leads to.
    pub(super) bare: String,
    /// Everything that is no id, in the order in which to try.
    variables: Vec<Value>,
    places: Vec<Place>,
    pub(super) writes: bool,
}

/// One that succeeded.
pub(super) struct Step<'a> {
    pub(super) root: &'a Root<'a>,
    pub(super) variables: Value,
    pub(super) filled: Vec<(Place, String)>,
    pub(super) answer: Answer,
}

impl Step<'_> {
    /// The field, and the kind of thing where it takes any.
    pub(super) fn name(&self) -> String {
        let name = &self.root.field.name;
        let any = self.root.places.iter().any(|it| it.prefixes.is_empty());
        match self.filled.first().filter(|_| any) {
            Some((place, _)) => format!("{name}:{}", place.prefixes[0]),
            None => name.clone(),
        }
    }

    /// The same among the ids of another world.
    pub(super) fn renamed(&self, renamed: &Renamed) -> Vec<(Place, String)> {
        let filled = self.filled.iter();
        filled.map(|(place, id)| (place.clone(), renamed.apply(id))).collect()
    }
}

/// Sends a document. The request has a name of its own, so that answers are the same to the letter.
pub(super) async fn ask(
    world: &World,
    token: Option<&str>,
    document: &str,
    variables: &Value,
) -> Answer {
    let mut request = TestRequest::post()
        .uri("/graphql")
        .insert_header(("X-Request-Id", "matrix"))
        .set_json(json!({ "query": document, "variables": variables }));
    if let Some(token) = token {
        request = request.insert_header(("Authorization", format!("Bearer {token}")));
    }
    world.api.send(request).await
}

impl<'a> Root<'a> {
    async fn of(world: &World, schema: &Schema, field: &'a Field, writes: bool) -> Root<'a> {
        let arguments = || field.arguments.iter().filter(|it| schema.is_passed(it));
        let kind = if writes { "mutation" } else { "query" };
        let declared: String =
            arguments().map(|it| format!("${}: {}, ", it.name, it.spelt)).collect();
        let passed: String = arguments().map(|it| format!("{0}: ${0}, ", it.name)).collect();
        let (declared, passed) = match declared.is_empty() {
            true => (String::new(), String::new()),
            false => (format!("({declared})"), format!("({passed})")),
        };
        let document = |depth| {
            let selection = schema.selection(&field.leads_to, depth);
            format!("{kind}{declared} {{ it: {}{passed}{selection} }}", field.name)
        };
        let mut variables: Vec<Value> = Vec::new();
        for (is_full, number) in [(true, 0), (true, 1), (true, 2), (false, 3)] {
            let these = field
                .arguments
                .iter()
                .filter_map(|it| Some((it.name.clone(), schema.example(it, is_full, number)?)));
            variables.push(Value::Object(these.collect::<Map<_, _>>()));
        }
        // The edges of things have a test of their own.
        let depth = if schema.is_thing(&field.leads_to) { 1 } else { 2 };
        let (bare, full) = (document(0), document(depth));
        let mut root = Root { field, document: full, bare, variables, places: Vec::new(), writes };
        let mut open: VecDeque<_> = schema.ids(&field.arguments).into();
        while let Some(pointer) = open.pop_front() {
            let prefixes = root.prefixes(world, &pointer, &open).await;
            root.places.push(Place { pointer, prefixes });
        }
        root
    }

    /// What kind of id a place takes, in the words of the graph itself when it is sent something else: the first that is wrong is the
    /// one that is told of.
    async fn prefixes(
        &self,
        world: &World,
        pointer: &str,
        behind: &VecDeque<String>,
    ) -> Vec<String> {
        let known = self.places.iter();
        let known = known.filter_map(|it| Some((it.clone(), nowhere(it.prefixes.first()?))));
        let wrong = [pointer].into_iter().chain(behind.iter().map(String::as_str)).map(|pointer| {
            (Place { pointer: pointer.to_owned(), prefixes: Vec::new() }, "x_1".to_owned())
        });
        let filled: Vec<_> = known.chain(wrong).collect();
        let variables = self.fill(&self.variables[0], &filled);
        let answer = ask(world, Some(&world.here.owner), &self.document, &variables).await;
        let message = answer.body["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
        match message.split_once("should start with `") {
            Some((_, rest)) => vec![rest.split("_`").next().expect("a prefix").to_owned()],
            None if message.contains("not the id of a node") => Vec::new(),
            None => panic!("{}: {pointer} takes any id: {:?}", self.field.name, answer.body),
        }
    }

    fn is_list(&self, pointer: &str) -> bool {
        self.field.arguments.iter().any(|it| pointer[1..] == it.name && it.is_list)
    }

    /// The variables with ids in their places.
    pub(super) fn fill(&self, variables: &Value, filled: &[(Place, String)]) -> Value {
        let mut variables = variables.clone();
        for (place, id) in filled {
            let id = if self.is_list(&place.pointer) { json!([id]) } else { json!(id) };
            put(&mut variables, &place.pointer, id);
        }
        variables
    }

    /// Ways to fill its places: the required ones together, and each of the others alone.
    fn fillings(&self, known: &Known, places: &[Place]) -> Vec<Vec<(Place, String)>> {
        let mut ways = vec![Vec::new()];
        for place in places {
            let values: Vec<_> = place.prefixes.iter().flat_map(|it| known.of(it)).collect();
            let longer = values.iter().flat_map(|value| {
                ways.iter().map(|way| {
                    let mut way = way.clone();
                    way.push((place.clone(), (*value).clone()));
                    way
                })
            });
            ways = longer.take(TRIES).collect();
        }
        ways
    }

    /// Which places are filled at once: for a mutation all of them, for a query those it needs, and each other in turn. One that takes
    /// any id takes one of each kind.
    fn shapes(&self, kinds: &[String]) -> Vec<Vec<Place>> {
        if self.writes {
            return vec![self.places.clone()];
        }
        let needed = |it: &&Place| {
            self.field.arguments.iter().any(|of| of.is_required && it.pointer[1..] == of.name)
        };
        let base: Vec<_> = self.places.iter().filter(needed).cloned().collect();
        if base.iter().any(|it| it.prefixes.is_empty()) {
            let of =
                |kind: &String| vec![Place { prefixes: vec![kind.clone()], ..base[0].clone() }];
            return kinds.iter().map(of).collect();
        }
        let more = self.places.iter().filter(|it| !needed(it));
        let more = more.map(|it| base.iter().chain([it]).cloned().collect());
        std::iter::once(base.clone()).chain(more).collect()
    }
}

/// Sets what a pointer leads to, making the objects on the way.
fn put(value: &mut Value, pointer: &str, to: Value) {
    let mut at = value;
    for key in pointer[1..].split('/') {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[key];
    }
    *at = to;
}

/// What a field answered: a thing, or nothing, or a refusal with a code.
pub(super) fn outcome(answer: &Answer) -> (&Value, Option<&str>) {
    (&answer.body["data"]["it"], answer.body["errors"][0]["extensions"]["code"].as_str())
}

pub(super) fn succeeded(answer: &Answer) -> bool {
    answer.body["errors"].is_null() && !is_nothing(&answer.body["data"]["it"])
}

/// No thing, a list of none, a number that counts nothing.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.iter().all(is_nothing),
        Value::Object(map) => {
            let lists = ["edges", "rows"].iter().filter_map(|it| map.get(*it)?.as_array());
            let mut lists = lists.peekable();
            let none = |row: &Value| {
                row.get("node").is_none() && matches!(row["n"], Value::Null) || row["n"] == 0
            };
            lists.peek().is_some() && lists.all(|list| list.iter().all(none))
        }
        _ => false,
    }
}

/// The kinds of ids that are good for `node(id:)`.
async fn kinds(world: &World, known: &Known) -> Vec<String> {
    let mut kinds = Vec::new();
    for kind in known.0.keys() {
        let id = json!({ "id": nowhere(kind) });
        let query = "query($id: ID!) { it: node(id: $id) { id } }";
        let answer = ask(world, Some(&world.here.owner), query, &id).await;
        if answer.body["errors"].is_null() {
            kinds.push(kind.clone());
        }
    }
    kinds
}

/// Every field as the owner may ask it, in an order in which it succeeds; and what could not be made to.
pub(super) async fn record<'a>(
    world: &World,
    roots: &'a [Root<'a>],
) -> (Vec<Step<'a>>, Vec<String>) {
    let mut known = world.known(&world.here.owner, &super::contract::operations()).await;
    known.forget(&world.kept);
    let kinds = kinds(world, &known).await;
    let mut steps = Vec::new();
    let mut open: Vec<(&Root<'_>, Vec<Place>)> = roots
        .iter()
        .flat_map(|root| root.shapes(&kinds).into_iter().map(move |it| (root, it)))
        .collect();
    for _ in 0..ROUNDS {
        let mut left = Vec::new();
        for (root, places) in open {
            match succeed(world, &known, root, &places).await {
                Some(step) => {
                    known.learn(&step.answer.body);
                    known.forget(&world.kept);
                    steps.push(step);
                }
                None => left.push((root, places)),
            }
        }
        open = left;
    }
    let name = |(root, places): &(&Root<'_>, Vec<Place>)| {
        let places: Vec<_> = places.iter().map(|it| it.pointer.as_str()).collect();
        format!("{}{}", root.field.name, places.concat())
    };
    (steps, open.iter().map(name).collect())
}

async fn succeed<'a>(
    world: &World,
    known: &Known,
    root: &'a Root<'a>,
    places: &[Place],
) -> Option<Step<'a>> {
    for variables in &root.variables {
        let mut fillings = root.fillings(known, places);
        // Each begins with another thing, so that not all is done to the first one.
        let first = root.field.name.len() % fillings.len().max(1);
        fillings.rotate_left(first);
        for filled in fillings {
            let sent = root.fill(variables, &filled);
            let answer = ask(world, Some(&world.here.owner), &root.document, &sent).await;
            if succeeded(&answer) {
                return Some(Step { root, variables: variables.clone(), filled, answer });
            }
        }
    }
    None
}

/// Every field of the root.
pub(super) async fn roots<'a>(world: &World, schema: &'a Schema) -> Vec<Root<'a>> {
    let mut roots = Vec::new();
    for (of, writes) in [("Query", false), ("Mutation", true)] {
        for field in schema.fields(of) {
            roots.push(Root::of(world, schema, field, writes).await);
        }
    }
    roots
}

/// What the owner is answered, step by step.
pub(super) async fn replay(world: &World, steps: &[Step<'_>]) -> Vec<String> {
    let (mut renamed, mut told) = (Renamed::default(), Vec::new());
    for step in steps {
        let sent = step.root.fill(&step.variables, &step.renamed(&renamed));
        let answer = ask(world, Some(&world.here.owner), &step.root.document, &sent).await;
        renamed.learn(&step.answer.body, &answer.body);
        told.push(format!("{}: {}", step.root.field.name, super::beside::open(answer.body)));
    }
    told
}
