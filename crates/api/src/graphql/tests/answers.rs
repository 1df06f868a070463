//! The form of answers: keys as they were asked for, null where it belongs.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::testing::TestApi;

#[actix_web::test]
async fn keys_come_in_the_order_of_the_document() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    api.fill(&acme).await;
    let query = "{ people(first: 1) { pageInfo { hasNextPage } ...E } a: __typename \
        tenant { slug name id } me { userId } z: tenant { name } \
        teams(first: 2) { edges { node { ... on Team { memberships { edges { cursor } } } \
            name ...T id parent { name id } } cursor } } } \
        fragment T on Team { leads { edges { cursor node { person { name id } id } } } name id } \
        fragment E on PersonConnection { edges { node { name id } } }";
    let request = TestRequest::post()
        .uri("/graphql")
        .insert_header(("Authorization", format!("Bearer {}", acme.owner)));
    let (_, _, answer) = api.sent(request.set_json(json!({ "query": query }))).await;
    let mut from = 0;
    for key in "people pageInfo hasNextPage edges node name id a tenant slug name id me userId z name \
        teams edges node memberships name leads id parent cursor node memberships name leads id parent cursor"
        .split_whitespace()
    {
        let at = answer[from..].find(&format!("\"{key}\":"));
        from += at.unwrap_or_else(|| panic!("no `{key}` after {from}: {answer}")) + key.len() + 3;
    }
}

#[actix_web::test]
async fn what_fails_is_null_as_far_up_as_it_must_be() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let team = api.made(&acme, "/v1/teams", json!({ "name": "North" })).await;
    let failing = "children(first: 0) { edges { cursor } }";
    for (query, data) in [
        // Nothing that holds it may be null, up to the answer itself.
        (
            format!("{{ me {{ userId }} teams {{ edges {{ node {{ name {failing} }} }} }} }}"),
            Value::Null,
        ),
        ("{ teams(first: 0) { edges { cursor } } me { userId } }".to_owned(), Value::Null),
        // A thing found by its id may be, and what stands beside it stays.
        (
            format!(
                "{{ a: __typename node(id: \"{team}\") {{ ... on Team {{ name {failing} }} }} z: __typename }}"
            ),
            json!({ "a": "Query", "node": null, "z": "Query" }),
        ),
        (
            format!("{{ nodes(ids: [\"{team}\", \"{team}\"]) {{ ... on Team {{ {failing} }} }} }}"),
            json!({ "nodes": [null, null] }),
        ),
    ] {
        let answer = api.graphql(&acme.owner, &query, json!({})).await;
        assert_eq!(answer["data"], data, "{query}: {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["fields"][0]["pointer"], "/first", "{answer}");
    }
    let skipped =
        "{ a: __typename @skip(if: true) me @include(if: false) { userId } b: __typename }";
    let answer = api.graphql(&acme.owner, skipped, json!({})).await;
    assert_eq!(answer, json!({ "data": { "b": "Query" } }));
}
