//! What holds for the whole graph.

mod answers;
mod documents;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{Tenant, TestApi};

#[actix_web::test]
async fn lists_in_lists_are_refused_however_many_they_ask_for() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let mut query = "edges { node { id } }".to_owned();
    for _ in 0..6 {
        query = format!("edges {{ node {{ children(first: 4294967295) {{ {query} }} }} }}");
    }
    let query = format!("{{ teams(first: 4294967295) {{ {query} }} }}");
    let answer = api.graphql(&acme.owner, &query, json!({})).await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "query_too_expensive", "{answer}");
}

#[actix_web::test]
async fn a_list_field_is_told_of_by_its_own_names() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    api.made(&acme, "/v1/teams", json!({ "name": "North" })).await;
    for query in [
        "{ teams(first: 0) { edges { cursor } } }",
        "{ teams(first: 201) { edges { cursor } } }",
        "{ teams { edges { node { children(first: 0) { edges { cursor } } } } } }",
    ] {
        let answer = api.graphql(&acme.owner, query, json!({})).await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["fields"][0]["pointer"], "/first", "{query}: {answer}");
    }
}

/// Every type with fields of its own, by name.
struct Types(BTreeMap<String, Vec<Field>>);

struct Field {
    name: String,
    /// The named type behind lists and "never null".
    leads_to: String,
    /// Arguments that must be given.
    required: BTreeSet<String>,
    pages: bool,
}

impl Types {
    async fn of(api: &TestApi, tenant: &Tenant) -> Self {
        let query = "{ __schema { types { name kind fields { name args { name type { kind } defaultValue } \
            type { name kind ofType { name kind ofType { name kind ofType { name kind } } } } } } } }";
        let answer = api.graphql(&tenant.owner, query, json!({})).await;
        let types = answer["data"]["__schema"]["types"].as_array().unwrap().clone();
        let objects = types.into_iter().filter(|it| it["kind"] == "OBJECT").map(|it| {
            let fields = it["fields"].as_array().unwrap().iter().map(Field::of).collect();
            (it["name"].as_str().unwrap().to_owned(), fields)
        });
        Self(objects.collect())
    }

    fn fields(&self, of: &str) -> impl Iterator<Item = &Field> {
        self.0.get(of).into_iter().flatten()
    }

    /// What a field leads to behind a connection, and how a selection gets there.
    fn target<'a>(&'a self, field: &'a Field) -> Option<(&'a str, bool)> {
        match field.leads_to.strip_suffix("Connection") {
            Some(node) => Some((node, true)),
            None => self.0.contains_key(&field.leads_to).then_some((&field.leads_to, false)),
        }
    }

    /// A field that is no edge.
    fn leaf(&self, of: &str) -> &str {
        let mut leaves = self.fields(of).filter(|it| !self.0.contains_key(&it.leads_to));
        &leaves.next().expect("a field").name
    }
}

impl Field {
    fn of(json: &Value) -> Self {
        let mut leads_to = &json["type"];
        while leads_to["name"].is_null() {
            leads_to = &leads_to["ofType"];
        }
        let arguments = json["args"].as_array().unwrap();
        let text = |value: &Value| value["name"].as_str().unwrap().to_owned();
        Self {
            name: text(json),
            leads_to: text(leads_to),
            required: arguments
                .iter()
                .filter(|it| it["type"]["kind"] == "NON_NULL" && it["defaultValue"].is_null())
                .map(text)
                .collect(),
            pages: arguments.iter().any(|it| it["name"] == "first"),
        }
    }
}

/// From the root: how to come to things of a type, `%` standing for what is asked of them.
fn ways(types: &Types) -> BTreeMap<String, String> {
    // What must be given to ask for a number at all.
    let given = |name: &str| match name {
        "metric" => {
            "metric: FIRST_RESPONSE_TIME, from: \"2026-01-01\", to: \"2027-01-01\", zone: \"UTC\""
        }
        _ => "",
    };
    let mut ways = BTreeMap::new();
    let mut open = VecDeque::from([("Query".to_owned(), "{ % }".to_owned())]);
    while let Some((from, way)) = open.pop_front() {
        for field in types.fields(&from) {
            let known: String = field.required.iter().map(|name| given(name)).collect();
            let Some((target, connection)) = types.target(field) else { continue };
            if field.required.iter().any(|name| given(name).is_empty())
                || ways.contains_key(target)
                || from == "Query" && !field.pages
            {
                continue;
            }
            let first = if from == "Query" { "first: $first" } else { "" };
            let arguments = match format!("{first} {known}").trim() {
                "" => String::new(),
                given => format!("({given})"),
            };
            let inside = if connection { "edges { node { % } }" } else { "%" };
            let step = format!("{}{arguments} {{ {inside} }}", field.name);
            let way = way.replace('%', &step);
            ways.insert(target.to_owned(), way.clone());
            open.push_back((target.to_owned(), way));
        }
    }
    ways
}

#[actix_web::test]
async fn every_edge_costs_the_same_for_one_thing_and_for_many() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    api.fill(&acme).await;
    let types = Types::of(&api, &acme).await;
    let mut edges = 0;
    for (of, way) in ways(&types) {
        for field in types.fields(&of).filter(|field| field.required.is_empty()) {
            let Some((target, connection)) = types.target(field) else { continue };
            let leaf = types.leaf(target);
            let inside =
                if connection { format!("edges {{ node {{ {leaf} }} }}") } else { leaf.to_owned() };
            let edge = format!("edge: {} {{ {inside} }}", field.name);
            let query = format!("query($first: Int!) {}", way.replace('%', &edge));
            let mut counts = Vec::new();
            for first in [1, 20] {
                // The first request after two seconds looks again at what the caller may do.
                api.graphql(&acme.owner, "{ me { id } }", json!({})).await;
                let before = api.test.app.database().statements();
                let answer = api.graphql(&acme.owner, &query, json!({ "first": first })).await;
                counts.push(api.test.app.database().statements() - before);
                assert!(answer["errors"].is_null(), "{query}: {answer}");
                if first > 1 {
                    let led = answer.to_string().matches(&format!("\"{leaf}\":")).count();
                    assert!(led > 1, "nothing to tell by: {query}: {answer}");
                }
            }
            assert_eq!(counts[0], counts[1], "{of}.{}: {query}", field.name);
            edges += 1;
        }
    }
    assert!(edges >= 19, "{edges} edges were found");
}

#[actix_web::test]
async fn a_thing_is_found_by_its_id_whatever_it_is() {
    let api = TestApi::new().await;
    let (acme, globex) = (api.tenant("acme").await, api.tenant("globex").await);
    api.fill(&acme).await;
    let types = Types::of(&api, &acme).await;
    let query = "query($id: ID!) { node(id: $id) { __typename id } }";
    let mut found = BTreeSet::new();
    let mut ways = ways(&types);
    ways.insert("Tenant".to_owned(), "{ tenant { % } }".to_owned());
    for list in ["hooks", "queues", "queueTeams", "importMappings"] {
        let field = types.fields("Query").find(|field| field.name == list).unwrap();
        ways.insert(field.leads_to.clone(), format!("{{ {list} {{ % }} }}"));
    }
    for (of, way) in ways {
        if !types.fields(&of).any(|field| field.name == "id" && field.leads_to == "ID") {
            continue;
        }
        let list = match way.contains("$first") {
            true => format!("query($first: Int!) {}", way.replace('%', "__typename id")),
            false => way.replace('%', "__typename id"),
        };
        let list = api.graphql(&acme.owner, &list, json!({ "first": 5 })).await.to_string();
        let Some((_, rest)) = list.split_once(&format!("\"__typename\":\"{of}\",\"id\":\"")) else {
            panic!("there is no {of}: {list}")
        };
        let id = rest.split('"').next().unwrap();
        let answer = api.graphql(&acme.owner, query, json!({ "id": id })).await;
        assert_eq!(answer["data"]["node"]["id"], id, "{of}: {answer}");
        let theirs = api.graphql(&globex.owner, query, json!({ "id": id })).await;
        assert_eq!(theirs["data"]["node"], Value::Null, "{theirs}");
        found.insert(answer["data"]["node"]["__typename"].as_str().unwrap().to_owned());
    }
    let query = "{ __type(name: \"Node\") { possibleTypes { name } } }";
    let answer = api.graphql(&acme.owner, query, json!({})).await;
    let possible = answer["data"]["__type"]["possibleTypes"].as_array().unwrap();
    let possible: BTreeSet<_> =
        possible.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found, possible);
    let nonsense =
        api.post(&acme.owner, "/graphql", json!({ "query": "{ node(id: \"x_1\") { id } }" }));
    let nonsense = nonsense.await;
    assert_eq!(nonsense.status, StatusCode::OK);
    assert_eq!(nonsense.body["errors"][0]["extensions"]["code"], "id_unreadable");
}

#[actix_web::test]
async fn days_and_instants_have_their_usual_names() {
    let sdl = crate::sdl();
    assert!(sdl.contains("scalar Date\n") && !sdl.contains("NaiveDate"));
    assert!(sdl.contains("An instant as in RFC 3339"));
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let person = api.made(&acme, "/v1/people", json!({ "name": "Ann" })).await;
    let query = "query($id: ID!, $on: Date!) { leadOf(personId: $id, on: $on) { on } }";
    let answer = api.graphql(&acme.owner, query, json!({ "id": person, "on": "2026-01-31" })).await;
    assert_eq!(answer["data"]["leadOf"]["on"], "2026-01-31", "{answer}");
}
