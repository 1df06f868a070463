//! Connections over REST and GraphQL.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use domain::accounts::Role;
use domain::connections::sync::{self, Advance, Trouble};
use domain::connections::{ConnectionId, RunState};
use domain::kernel::Scope;
use serde_json::{Value, json};

use crate::testing::{Tenant, TestApi};

const TOKEN: &str = "t0k3n-that-nobody-may-see";

fn zendesk(name: &str) -> Value {
    json!({
        "name": name,
        "vendor": "zendesk",
        "base_url": "https://acme.zendesk.com/",
        "credentials": { "email": "ann@acme.test", "api_token": TOKEN },
    })
}

/// Reads one stream and fails in another.
async fn read(api: &TestApi, tenant: &Tenant, id: &str) {
    let id: ConnectionId = id.parse().unwrap();
    let read = async |scope: &Scope| {
        let run = sync::begin_run(scope, id).await?;
        let step = Advance {
            checkpoint: Some("{}".to_owned()),
            reached_at: scope.now(),
            items: 100,
            changed: 99,
        };
        sync::advance(scope, id, run, "tickets", &step).await?;
        let trouble = Trouble { code: "limited", text: "too many requests".to_owned() };
        sync::stumble(scope, id, run, "groups", &trouble).await?;
        sync::checked(scope, id, "Acme Support").await?;
        sync::end_run(scope, id, run, RunState::Partial, Some(trouble)).await
    };
    api.test.app.write(&tenant.system, read).await.unwrap();
}

#[actix_web::test]
async fn a_helpdesk_is_connected_paused_and_revoked_over_rest() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let made = api.post(&acme.owner, "/v1/connections", zendesk("Desk")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let id = made.body["id"].as_str().unwrap();
    let path = format!("/v1/connections/{id}");
    assert_eq!((made.header("location"), made.header("etag")), (path.as_str(), "\"1\""));
    assert_eq!(made.body["state"], "testing");
    assert_eq!(made.body["allowed_actions"], json!(["check", "pause", "resync", "revoke"]));
    assert_eq!(api.get(&acme.owner, &path).await.body, made.body);

    let pause = format!("{path}/pause");
    let paused = api.call(&acme.owner, Method::POST, &pause, None).await;
    assert_eq!(paused.body["state"], "paused");
    let stale = TestRequest::patch()
        .uri(&path)
        .insert_header(("Authorization", format!("Bearer {}", acme.owner)))
        .insert_header(("If-Match", "\"1\""))
        .set_json(json!({ "name": "Other" }));
    assert_eq!(api.send(stale).await.status, StatusCode::PRECONDITION_FAILED);
    let again = api.call(&acme.owner, Method::POST, &pause, None).await;
    assert_eq!(
        (again.status, again.body["code"].as_str()),
        (StatusCode::CONFLICT, Some("connection_paused"))
    );
    assert_eq!(again.body["allowed_actions"], json!(["resume", "revoke"]));
    assert_eq!(api.call(&acme.owner, Method::DELETE, &pause, None).await.body["state"], "active");
    let from = json!({ "from": "2026-01-01T00:00:00Z" });
    let resynced = api.post(&acme.owner, &format!("{path}/resync"), from.clone()).await;
    assert_eq!(resynced.body["sync_from"], from["from"]);
    let checked = api.call(&acme.owner, Method::POST, &format!("{path}/check"), None).await;
    assert_eq!(checked.body["state"], "testing");
    let revoked = api.call(&acme.owner, Method::POST, &format!("{path}/revocation"), None).await;
    assert_eq!(
        (&revoked.body["state"], &revoked.body["allowed_actions"]),
        (&json!("revoked"), &json!([]))
    );
    let patched = api.call(&acme.owner, Method::PATCH, &path, Some(json!({ "name": "x" }))).await;
    assert_eq!(patched.body["code"], "connection_revoked");
}

#[actix_web::test]
async fn how_a_connection_does_is_told_by_both_faces_alike() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let id = api.made(&acme, "/v1/connections", zendesk("Desk")).await;
    read(&api, &acme, &id).await;
    let health = api.get(&acme.owner, &format!("/v1/connections/{id}/health")).await.body;
    assert_eq!(
        (
            &health["state"],
            &health["failing_streams"],
            &health["trouble_code"],
            &health["lag_seconds"]
        ),
        (&json!("active"), &json!(1), &json!("limited"), &Value::Null)
    );
    let streams = api.get(&acme.owner, &format!("/v1/connections/{id}/streams")).await.body;
    assert_eq!(streams[1]["name"], "groups");
    assert_eq!(streams[1]["trouble"], "too many requests");
    let of = format!("/v1/sync_runs?connection_id={id}&sort=-started_at");
    let runs = api.get(&acme.owner, &of).await.body;
    assert_eq!(
        (&runs["items"][0]["items"], &runs["items"][0]["state"]),
        (&json!(100), &json!("partial"))
    );
    let run = runs["items"][0]["id"].as_str().unwrap();
    assert_eq!(api.get(&acme.owner, &format!("/v1/sync_runs/{run}")).await.body, runs["items"][0]);
    let query = "query($id: ID!) { connection(id: $id) { name accountName health { state failingStreams troubleCode } \
        streams { name items } runs(first: 1) { nodes { id changed connection { name } } } } }";
    let graph = api.graphql(&acme.owner, query, json!({ "id": id })).await;
    let told = &graph["data"]["connection"];
    assert_eq!(told["accountName"], "Acme Support", "{graph}");
    assert_eq!(
        told["health"],
        json!({ "state": "ACTIVE", "failingStreams": 1, "troubleCode": "limited" })
    );
    assert_eq!(told["streams"][2], json!({ "name": "tickets", "items": 100 }));
    assert_eq!(
        told["runs"]["nodes"][0],
        json!({ "id": run, "changed": 99, "connection": { "name": "Desk" } })
    );
}

#[actix_web::test]
async fn a_helpdesk_is_connected_over_graphql() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let vendors = "{ vendors { vendor name address streams authMethods { name label fields { name label isSecret isMultiline } } } }";
    let vendors = api.graphql(&acme.owner, vendors, json!({})).await;
    assert_eq!(
        vendors["data"]["vendors"][0]["authMethods"][0]["fields"][1]["name"], "api_token",
        "{vendors}"
    );
    assert_eq!(vendors["data"]["vendors"][0]["streams"][0], "agents");
    let over_rest = api.get(&acme.owner, "/v1/vendors").await.body;
    assert_eq!(
        over_rest[0]["auth_methods"][0]["fields"][1],
        json!({ "name": "api_token", "label": "API token", "is_secret": true, "is_multiline": false })
    );
    let create = "mutation($input: NewConnection!) { it: createConnection(input: $input) { id state baseUrl allowedActions } }";
    let input = json!({
        "name": "Desk",
        "vendor": "ZENDESK",
        "baseUrl": "https://acme.zendesk.com",
        "credentials": { "email": "ann@acme.test", "api_token": TOKEN },
        "cadenceSeconds": 30,
    });
    let made = api.graphql(&acme.owner, create, json!({ "input": input })).await;
    assert_eq!(made["data"]["it"]["state"], "TESTING", "{made}");
    let id = made["data"]["it"]["id"].as_str().unwrap();
    let query = format!(
        "mutation {{ it: updateConnection(id: \"{id}\", input: {{credentials: {{api_token: \"other\"}}}}) {{ state version }} }}"
    );
    let changed = api.graphql(&acme.owner, &query, json!({})).await;
    assert_eq!(changed["data"]["it"], json!({ "state": "TESTING", "version": 2 }));
    let list = "{ connections(filter: {vendor: ZENDESK, state: TESTING}) { nodes { id } } none: connections(filter: {state: ERROR}) { nodes { id } } }";
    let list = api.graphql(&acme.owner, list, json!({})).await;
    assert_eq!(list["data"]["connections"]["nodes"][0]["id"], id);
    assert_eq!(list["data"]["none"]["nodes"], json!([]));
}

#[actix_web::test]
async fn credentials_in_the_wrong_shape_are_not_repeated() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let shapes = [
        (json!(TOKEN), StatusCode::BAD_REQUEST),
        (json!([TOKEN]), StatusCode::BAD_REQUEST),
        (json!({ "email": "a", "api_token": [TOKEN] }), StatusCode::BAD_REQUEST),
        (json!({ "email": "a", "api_token": { TOKEN: 1 } }), StatusCode::BAD_REQUEST),
        (json!({ "email": "a", "api_token": 7357735773u64 }), StatusCode::BAD_REQUEST),
        (json!({ "email": "a", "token": TOKEN }), StatusCode::UNPROCESSABLE_ENTITY),
        (
            json!({ "email": "a", "api_token": format!("{TOKEN}\n") }),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (Value::Null, StatusCode::BAD_REQUEST),
    ];
    let create = "mutation($input: NewConnection!) { createConnection(input: $input) { id } }";
    for (credentials, status) in shapes {
        let mut new = zendesk("Desk");
        new["credentials"] = credentials.clone();
        let refused = api.post(&acme.owner, "/v1/connections", new).await;
        assert_eq!(refused.status, status, "{:?}", refused.body);
        let input = json!({
            "name": "Desk",
            "vendor": "ZENDESK",
            "baseUrl": "https://acme.zendesk.com",
            "credentials": credentials,
        });
        let answer = api.graphql(&acme.owner, create, json!({ "input": input })).await;
        assert!(answer["errors"].is_array(), "{answer}");
        let said = format!("{:?} {answer}", refused.body);
        assert!(!said.contains(TOKEN) && !said.contains("7357735773"), "{said}");
    }
}

#[actix_web::test]
async fn whoever_sees_tickets_sees_their_source_and_changes_nothing() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let id = api.made(&acme, "/v1/connections", zendesk("Desk")).await;
    let path = format!("/v1/connections/{id}");
    let analyst = api.user(&acme, Role::QualityAnalyst, None).await;
    let seen = api.get(&analyst, &path).await;
    assert_eq!((seen.status, &seen.body["allowed_actions"]), (StatusCode::OK, &json!([])));
    let refused = api.call(&analyst, Method::POST, &format!("{path}/pause"), None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body["detail"].as_str().unwrap().contains("connections.admin"));
    assert_eq!(api.get(&analyst, "/v1/vendors").await.status, StatusCode::FORBIDDEN);
    let viewer = api.user(&acme, Role::Viewer, None).await;
    assert_eq!(api.get(&viewer, &path).await.status, StatusCode::FORBIDDEN);
    let other = api.tenant("other").await;
    for path in [path.clone(), format!("{path}/health"), format!("{path}/streams")] {
        assert_eq!(api.get(&other.owner, &path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
