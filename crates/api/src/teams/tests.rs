//! Teams over REST and GraphQL.

use actix_web::http::{Method, StatusCode};
use domain::accounts::Role;
use serde_json::json;

use crate::testing::TestApi;

#[actix_web::test]
async fn a_team_is_made_read_changed_and_closed_over_rest() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let made = api.post(&acme.owner, "/v1/teams", json!({ "name": "North" })).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("team_"));
    assert_eq!(made.header("location"), format!("/v1/teams/{id}"));
    assert_eq!(made.body["allowed_actions"], json!(["close"]));

    let path = format!("/v1/teams/{id}");
    let changed =
        api.call(&acme.owner, Method::PATCH, &path, Some(json!({ "kind": "site" }))).await;
    assert_eq!(
        (changed.body["kind"].as_str(), changed.body["version"].as_i64()),
        (Some("site"), Some(2))
    );
    let cleared = api.call(&acme.owner, Method::PATCH, &path, Some(json!({ "kind": null }))).await;
    assert!(cleared.body["kind"].is_null());

    let closure = format!("{path}/closure");
    assert_eq!(api.post(&acme.owner, &closure, json!({})).await.body["state"], "closed");
    let again = api.post(&acme.owner, &closure, json!({})).await;
    assert_eq!(
        (again.status, again.body["code"].as_str()),
        (StatusCode::CONFLICT, Some("team_closed"))
    );
    assert_eq!(again.body["allowed_actions"], json!(["reopen"]));
    assert_eq!(api.call(&acme.owner, Method::DELETE, &closure, None).await.body["state"], "active");
}

#[actix_web::test]
async fn what_cannot_be_read_is_named() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let cases = [
        (Method::POST, "/v1/teams", Some(json!({ "name": "North", "colour": "red" })), "colour"),
        (Method::POST, "/v1/teams", Some(json!({ "title": "North" })), "title"),
        (Method::GET, "/v1/teams?sate=active", None, "sate"),
        (Method::GET, "/v1/teams?state=lost", None, "lost"),
        (Method::GET, "/v1/teams?after=nonsense", None, "after"),
        (Method::GET, "/v1/teams/person_01h455vb4pex5vsknk084sn02q", None, "team_"),
        (Method::GET, "/v1/teams/7", None, "team_"),
    ];
    for (method, path, body, named) in cases {
        let answer = api.call(&acme.owner, method, path, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {:?}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(
            answer.body["detail"].as_str().unwrap().contains(named),
            "{path}: {:?}",
            answer.body
        );
        assert!(!answer.body["request_id"].as_str().unwrap().is_empty());
    }
    let invalid = api.post(&acme.owner, "/v1/teams", json!({ "name": "  " })).await;
    assert_eq!(invalid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(invalid.body["fields"][0]["pointer"], "/name");
    let limit = api.get(&acme.owner, "/v1/teams?limit=1000").await;
    assert_eq!(
        (limit.status, limit.body["fields"][0]["parameter"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("limit"))
    );
}

#[actix_web::test]
async fn no_token_is_401_and_no_permission_403() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let viewer = api.user(&acme, Role::Viewer, None).await;
    for token in ["", "nonsense", "a.b.c"] {
        let answer = api.get(token, "/v1/teams").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{token}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let refused = api.post(&viewer, "/v1/teams", json!({ "name": "North" })).await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (StatusCode::FORBIDDEN, Some("forbidden"))
    );
    assert!(refused.body["detail"].as_str().unwrap().contains("teams.write"));
}

#[actix_web::test]
async fn another_tenants_things_do_not_exist() {
    let api = TestApi::new().await;
    let (acme, globex) = (api.tenant("acme").await, api.tenant("globex").await);
    let team = api.post(&globex.owner, "/v1/teams", json!({ "name": "North" })).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let person = api.post(&globex.owner, "/v1/people", json!({ "name": "Ada" })).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let membership = json!({ "person_id": person, "team_id": team, "valid_from": "2026-01-01" });
    let membership = api.post(&globex.owner, "/v1/memberships", membership).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        format!("/v1/teams/{team}"),
        format!("/v1/people/{person}"),
        format!("/v1/memberships/{membership}"),
        format!("/v1/people/{person}/identities"),
    ] {
        assert_eq!(api.get(&globex.owner, &path).await.status, StatusCode::OK, "{path}");
        assert_eq!(api.get(&acme.owner, &path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let below =
        api.post(&acme.owner, "/v1/teams", json!({ "name": "Below", "parent_id": team })).await;
    assert_eq!(below.status, StatusCode::UNPROCESSABLE_ENTITY);
    for id in [&team, &person, &membership] {
        let query = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
        let theirs = api.graphql(&globex.owner, query, json!({ "id": id })).await;
        assert_eq!(theirs["data"]["node"]["id"], **id);
        let ours = api.graphql(&acme.owner, query, json!({ "id": id })).await;
        assert_eq!(ours, json!({ "data": { "node": null, "nodes": [null] } }));
    }
    // A cursor of another tenant's list, and a token of one tenant at another's door.
    for name in ["A", "B"] {
        api.post(&globex.owner, "/v1/teams", json!({ "name": name })).await;
        api.post(&acme.owner, "/v1/teams", json!({ "name": name })).await;
    }
    let next =
        api.get(&globex.owner, "/v1/teams?limit=1").await.body["next"].as_str().unwrap().to_owned();
    assert_eq!(
        api.get(&globex.owner, &format!("/v1/teams?limit=1&after={next}")).await.status,
        StatusCode::OK
    );
    let foreign = api.get(&acme.owner, &format!("/v1/teams?limit=1&after={next}")).await;
    assert_eq!(foreign.body["code"], "cursor_invalid");
    let list = api.get(&acme.owner, "/v1/people").await;
    assert_eq!(list.body["items"], json!([]));
}

#[actix_web::test]
async fn a_connection_pages_through_teams() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    for name in ["A", "B", "C"] {
        let made = api.graphql(&acme.owner, "mutation($name: String!) { createTeam(input: { name: $name }) { name parent { id } } }", json!({ "name": name })).await;
        assert_eq!(made, json!({ "data": { "createTeam": { "name": name, "parent": null } } }));
    }
    let query = "query($after: String) { teams(first: 2, after: $after) { edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage endCursor } } }";
    let first = api.graphql(&acme.owner, query, json!({})).await;
    let page = &first["data"]["teams"];
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    assert_eq!(page["edges"][1]["cursor"], page["pageInfo"]["endCursor"]);
    let second =
        api.graphql(&acme.owner, query, json!({ "after": page["pageInfo"]["endCursor"] })).await;
    let page = &second["data"]["teams"];
    assert_eq!(
        (page["edges"][0]["node"]["name"].as_str(), page["pageInfo"]["hasNextPage"].as_bool()),
        (Some("C"), Some(false))
    );
}

#[actix_web::test]
async fn failures_carry_the_codes_of_rest() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let twice = "mutation { a: createTeam(input: { name: \"North\" }) { id } b: createTeam(input: { name: \"North\" }) { id } }";
    let answer = api.graphql(&acme.owner, twice, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "team_name_taken");
    assert!(
        answer["errors"][0]["extensions"]["requestId"].as_str().is_some_and(|id| !id.is_empty())
    );
    let invalid = api
        .graphql(&acme.owner, "mutation { createTeam(input: { name: \"\" }) { id } }", json!({}))
        .await;
    assert_eq!(invalid["errors"][0]["extensions"]["fields"][0]["pointer"], "/name");
}

#[actix_web::test]
async fn each_kind_is_loaded_once_a_level() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let mut parents = Vec::new();
    for n in 0..4 {
        let parent =
            api.post(&acme.owner, "/v1/teams", json!({ "name": format!("Region {n}") })).await.body
                ["id"]
                .clone();
        parents.push(
            api.post(
                &acme.owner,
                "/v1/teams",
                json!({ "name": format!("Team {n}"), "parent_id": parent }),
            )
            .await
            .body["id"]
                .clone(),
        );
    }
    for n in 0..12 {
        let person = api
            .post(&acme.owner, "/v1/people", json!({ "name": format!("Person {n}") }))
            .await
            .body["id"]
            .clone();
        let membership =
            json!({ "person_id": person, "team_id": parents[n % 4], "valid_from": "2026-01-01" });
        assert_eq!(
            api.post(&acme.owner, "/v1/memberships", membership).await.status,
            StatusCode::CREATED
        );
    }
    let query = "query($first: Int!) { people(first: $first) { edges { node { name memberships { team { name parent { name } } person { name } } } } } }";
    let mut counts = Vec::new();
    for first in [1, 12] {
        // The first request after two seconds looks again at what the caller may do.
        api.graphql(&acme.owner, "{ me { id } }", json!({})).await;
        let before = api.test.app.database().statements();
        let answer = api.graphql(&acme.owner, query, json!({ "first": first })).await;
        assert_eq!(answer["data"]["people"]["edges"].as_array().unwrap().len(), first);
        counts.push(api.test.app.database().statements() - before);
    }
    assert_eq!(
        counts,
        [5, 5],
        "people, memberships, teams, people again, parents: one statement each"
    );
}

#[actix_web::test]
async fn a_mutation_comes_by_post_and_json_alone() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let mutation = "mutation{createTeam(input:{name:\"X\"}){id}}";
    let encoded = mutation.replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
    let by_get = api.get(&acme.owner, &format!("/graphql?query={encoded}")).await;
    assert_eq!(by_get.status, StatusCode::METHOD_NOT_ALLOWED);
    for media_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    {
        let body = json!({ "query": mutation }).to_string();
        let request = actix_web::test::TestRequest::post()
            .uri("/graphql")
            .insert_header(("Content-Type", media_type))
            .set_payload(body);
        let answer = api
            .send(request.insert_header(("Authorization", format!("Bearer {}", acme.owner))))
            .await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{media_type}");
    }
    assert_eq!(api.get(&acme.owner, "/v1/teams").await.body["items"], json!([]));
    let read =
        api.get(&acme.owner, "/graphql?query=%7Bteams%7Bedges%7Bnode%7Bname%7D%7D%7D%7D").await;
    assert_eq!(read.body, json!({ "data": { "teams": { "edges": [] } } }));
}

#[actix_web::test]
async fn a_document_that_is_none_is_400_for_who_asks_in_the_new_media_type() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    for (accept, status) in [
        ("application/json", StatusCode::OK),
        ("application/graphql-response+json", StatusCode::BAD_REQUEST),
    ] {
        for query in ["{ nothing }", "{ teams"] {
            let request = actix_web::test::TestRequest::post()
                .uri("/graphql")
                .insert_header(("Accept", accept))
                .set_json(json!({ "query": query }));
            let answer = api
                .send(request.insert_header(("Authorization", format!("Bearer {}", acme.owner))))
                .await;
            assert_eq!(answer.status, status, "{accept} {query}");
            assert!(answer.header("content-type").starts_with(accept));
            assert_eq!(answer.body["errors"][0]["extensions"]["code"], "graphql_invalid");
        }
    }
    let stranger = api
        .send(
            actix_web::test::TestRequest::post()
                .uri("/graphql")
                .set_json(json!({ "query": "{ teams { edges { cursor } } }" })),
        )
        .await;
    assert_eq!(
        (stranger.status, stranger.body["errors"][0]["extensions"]["code"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("unauthenticated"))
    );
}
