//! What may be asked for at once, how documents are sent, and that no document is dear to refuse.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::graphql::Graph;
use crate::testing::{Answer, Tenant, TestApi};

/// A name, and a document that asks for far too much.
type Bomb = (&'static str, String);

/// Each fragment spreads the next one twice.
fn doubled(times: usize) -> String {
    let fragments = (0..times).map(|n| {
        let next = n + 1;
        format!("fragment F{n} on Team {{ ...F{next} ...F{next} }} ")
    });
    let fragments: String = fragments.collect();
    let last = format!("fragment F{times} on Team {{ id }} ");
    format!("{{ teams {{ edges {{ node {{ ...F0 }} }} }} }} {fragments}{last}")
}

/// Lists of a million in lists of a million.
fn nested(times: usize) -> String {
    let inner = "children(first: 1000000) { edges { node { ".repeat(times);
    let ends = "} } } ".repeat(times);
    format!("{{ teams(first: 1000000) {{ edges {{ node {{ {inner} id {ends} }} }} }} }}")
}

fn chain(times: usize) -> String {
    "{ a ".repeat(times) + &"}".repeat(times)
}

/// The same selection under many names.
fn aliases(count: usize, of: &str) -> String {
    let fields: String = (0..count).map(|n| format!("a{n}: {of} ")).collect();
    format!("{{ {fields} }}")
}

/// Values in values, as deep as the document can hold.
fn values(open: &str, close: &str) -> String {
    let (open, close) = (open.repeat(900), close.repeat(900));
    format!("{{ teams(filter: {{ name: {open}1{close} }}) {{ edges {{ cursor }} }} }}")
}

fn fragments() -> Vec<Bomb> {
    let circle = "{ ...A } fragment A on Query { me { id } ...B } fragment B on Query { ...A }";
    let elsewhere = "{ me { id } } fragment A on Query { ...B } fragment B on Query { ...A }";
    let lists = "{ teams(first: 200) { ...A } } \
        fragment A on TeamConnection { edges { node { children(first: 200) { ...B } } } } \
        fragment B on TeamConnection { edges { node { memberships(first: 200) { edges { cursor } } } } }";
    let directives = "@skip(if: false) ".repeat(10);
    let directives = format!(
        "{{ ...F ...F ...F ...F ...F ...F }} fragment F on Query {{ me {directives} {{ id }} }}"
    );
    vec![
        ("fragments that double 11 times", doubled(11)),
        ("fragments that double 30 times", doubled(30)),
        ("fragments that double 250 times", doubled(250)),
        ("a fragment in itself", "{ ...F } fragment F on Query { ...F }".to_owned()),
        ("a circle of fragments", circle.to_owned()),
        ("a circle that nobody enters", elsewhere.to_owned()),
        ("lists in lists in fragments", lists.to_owned()),
        ("directives in fragments", directives),
    ]
}

fn breadth() -> Vec<Bomb> {
    let faults: String = (0..1_900).map(|n| format!("x{n} ")).collect();
    let mutation = aliases(100, "createTeam(input: { name: \"t\" }) { id }");
    vec![
        ("101 aliases", aliases(101, "__typename")),
        ("7,000 aliases", aliases(7_000, "__typename")),
        ("41 fields at the root", aliases(41, "me { id }")),
        ("100 mutations", format!("mutation {mutation}")),
        ("directives", format!("{{ me {} {{ id }} }}", "@include(if: true) ".repeat(51))),
        ("the same field 2,001 times", format!("{{ me {{ {} }} }}", "id ".repeat(2_001))),
        ("1,900 faults", format!("{{ me {{ {faults} }} }}")),
        ("5,001 words", "a ".repeat(5_001)),
    ]
}

fn depth() -> Vec<Bomb> {
    let schema =
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    vec![
        ("a depth of 17", chain(17)),
        ("a depth of 41", chain(41)),
        ("a depth of 1,000", chain(1_000)),
        ("a depth of 10,000 that never ends", "{ a ".repeat(10_000)),
        ("lists of a million in lists of a million", nested(4)),
        ("the schema's own types in one another", schema.to_owned()),
        ("lists of values in lists", values("[", "]")),
        ("objects of values in objects", values("{ a: ", " }")),
    ]
}

fn length() -> Vec<Bomb> {
    let long = "a".repeat(100 << 10);
    vec![
        ("100 KiB of brackets", "{".repeat(100 << 10)),
        ("100 KiB of one name", format!("{{ {long} }}")),
        ("100 KiB of a text that never ends", format!("{{ teams(filter: {{ name: \"{long}")),
        ("100 KiB of a comment", "#".repeat(100 << 10)),
    ]
}

#[actix_web::test]
async fn what_asks_for_too_much_is_refused_with_few_words() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    for (what, bomb) in [fragments(), breadth(), depth(), length()].concat() {
        let before = api.test.app.database().statements();
        let answer = api.graphql(&acme.owner, &bomb, json!({})).await;
        let (said, code) = (answer.to_string(), &answer["errors"][0]["extensions"]["code"]);
        let expected = ["query_too_expensive", "graphql_invalid"];
        assert!(expected.contains(&code.as_str().unwrap()), "{what}: {said}");
        assert!(said.len() <= 4 << 10, "{what}: {} letters", said.len());
        assert_eq!(answer["data"], Value::Null, "{what}");
        // It takes a few to find out who asks.
        assert!(api.test.app.database().statements() - before <= 4, "{what}");
    }
}

async fn send(api: &TestApi, tenant: &Tenant, body: impl Into<String>) -> Answer {
    let request = TestRequest::post()
        .uri("/graphql")
        .insert_header(("Authorization", format!("Bearer {}", tenant.owner)))
        .insert_header(("Content-Type", "application/json"));
    api.send(request.set_payload(body.into())).await
}

#[actix_web::test]
async fn values_in_values_without_end_are_refused() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let deep = "[".repeat(5_000) + &"]".repeat(5_000);
    let body = format!("{{\"query\":\"{{ me {{ userId }} }}\",\"variables\":{{\"x\":{deep}}}}}");
    let answer = send(&api, &acme, body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "body_unreadable");
    let large = json!({ "query": " ".repeat(129 << 10) }).to_string();
    let answer = send(&api, &acme, large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[actix_web::test]
async fn what_is_usual_is_not_refused() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    for query in [
        include_str!("introspection.graphql"),
        "{ teams(first: 50) { edges { node { id memberships { edges { node { id } } } } } } }",
        "{ teams(first: 200) { edges { node { id name parent { id name } allowedActions } } } }",
    ] {
        let answer = api.graphql(&acme.owner, query, json!({})).await;
        assert_eq!(answer["errors"], Value::Null, "{query}");
    }
}

#[actix_web::test]
async fn a_document_that_cannot_be_read_says_where_and_does_not_repeat_it() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let answer = api.graphql(&acme.owner, "{\n  secretword(", json!({})).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("the document cannot be read at line 2, column"), "{message}");
    assert!(!message.contains("secretword") && message.contains("expected"), "{message}");
}

#[actix_web::test]
async fn names_are_only_suggested_to_who_may_see_the_schema() {
    let mut api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    for explorable in [true, false] {
        api.explorable = explorable;
        let answer = api.graphql(&acme.owner, "{ team { id } tems { id } }", json!({})).await;
        assert_eq!(answer.to_string().contains("Did you mean"), explorable, "{answer}");
    }
}

fn hash(document: &str) -> String {
    Sha256::digest(document).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

#[actix_web::test]
async fn a_document_is_sent_once_and_then_asked_for_by_its_hash() {
    let api = TestApi::new().await;
    let (acme, zeta) = (api.tenant("acme").await, api.tenant("zeta").await);
    let query = "query Who { me { userId } }";
    let by_hash = json!({ "extensions": persisted(&hash(query)) }).to_string();
    let unknown = send(&api, &acme, &by_hash).await;
    let error = &unknown.body["errors"][0];
    assert_eq!(error["message"], "PersistedQueryNotFound");
    assert_eq!(error["extensions"]["code"], "persisted_query_not_found");
    assert_eq!(unknown.status, StatusCode::OK);
    let with_hash = json!({ "query": query, "extensions": persisted(&hash(query)) }).to_string();
    let first = send(&api, &acme, with_hash).await.body;
    assert!(first["data"]["me"]["userId"].is_string(), "{first}");
    assert_eq!(send(&api, &acme, &by_hash).await.body, first);
    let text = persisted(&hash(query)).to_string();
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let by_address = api.get(&acme.owner, &format!("/graphql?extensions={text}")).await.body;
    assert_eq!(by_address, first);
    // Another tenant learns nothing of it.
    let elsewhere = send(&api, &zeta, &by_hash).await.body;
    assert_eq!(elsewhere["errors"][0]["message"], "PersistedQueryNotFound");
}

#[actix_web::test]
async fn a_hash_is_of_its_document_and_of_one_that_can_run() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let query = "{ me { userId } }";
    let version = json!({ "persistedQuery": { "version": 2, "sha256Hash": hash(query) } });
    let number = json!({ "persistedQuery": 1 });
    for extensions in [persisted(&hash("{ tenant { id } }")), version, persisted("abc"), number] {
        let body = json!({ "query": query, "extensions": extensions }).to_string();
        let answer = send(&api, &acme, body).await.body;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "persisted_query_unreadable", "{answer}");
    }
    let query = "{ nothing }";
    let body = json!({ "query": query, "extensions": persisted(&hash(query)) }).to_string();
    send(&api, &acme, body).await;
    let asked = json!({ "extensions": persisted(&hash(query)) }).to_string();
    let asked = send(&api, &acme, asked).await.body;
    assert_eq!(asked["errors"][0]["message"], "PersistedQueryNotFound");
}

#[test]
fn what_is_suggested_does_not_change_the_schema() {
    assert!(Graph::new(false).sdl() == Graph::new(true).sdl());
}
