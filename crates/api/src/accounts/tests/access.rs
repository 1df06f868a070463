//! What is changed about somebody holds within five seconds for the tokens that they have, with Redis up, down, and without.

use actix_web::http::{Method, StatusCode};
use chrono::TimeDelta;
use domain::accounts::Role;
use domain::tenants;
use serde_json::{Value, json};

use super::tokens::WAYS;
use super::{PASSWORD, token};
use crate::http::{Allowances, Limits};
use crate::testing::{Tenant, TestApi};

const SOON: TimeDelta = TimeDelta::seconds(5);

/// Nobody listens on the discard port of this machine.
const AWAY: &str = "redis://127.0.0.1:9/";

#[expect(clippy::disallowed_methods, reason = "the one way a test run says where its Redis is")]
fn redis() -> Option<String> {
    std::env::var("PLUMBLINE_TEST_REDIS_URL").ok()
}

/// The API with each kind of limits that there is.
async fn each(test: impl AsyncFn(&TestApi)) {
    test(&TestApi::new().await).await;
    for url in std::iter::once(AWAY.to_owned()).chain(redis()) {
        let api = TestApi::new().await;
        let limits = Limits::redis(Allowances::DEFAULT, api.test.app.clock(), &url).unwrap();
        test(&api.with(limits, &[])).await;
    }
}

async fn id(api: &TestApi, token: &str) -> String {
    api.get(token, "/v1/me").await.body["id"].as_str().unwrap().to_owned()
}

/// Makes a change by the owner, and lets what was known before grow old.
async fn change(api: &TestApi, acme: &Tenant, method: Method, path: &str, body: Option<Value>) {
    let changed = api.call(&acme.owner, method, path, body).await;
    assert!(changed.status.is_success(), "{path}: {:?}", changed.body);
    api.test.app.clock().advance(SOON);
}

async fn client(api: &TestApi, acme: &Tenant, scopes: &[&str]) -> (String, String) {
    let new = json!({ "name": "sync", "scopes": scopes });
    let made = api.post(&acme.owner, "/v1/api_clients", new).await.body;
    let (id, secret) =
        (made["client"]["id"].as_str().unwrap(), made["client_secret"].as_str().unwrap());
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let answer = token(api, "acme", &form).await.body;
    (id.to_owned(), answer["access_token"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn whoever_is_shut_out_is_refused_on_every_way_in() {
    each(async |api| {
        let acme = api.tenant("acme").await;
        let users = "/v1/users";
        for (role, verb) in [(Role::Admin, "suspension"), (Role::Manager, "ending")] {
            let token = api.user(&acme, role, None).await;
            let id = id(api, &token).await;
            assert!(WAYS[0].ask(api, &token).await.status.is_success());
            change(api, &acme, Method::POST, &format!("{users}/{id}/{verb}"), None).await;
            for way in WAYS {
                assert_eq!(way.ask(api, &token).await.status, 401, "{verb} {way:?}");
            }
        }
        let (id, token) = client(api, &acme, &["teams.write", "tickets.write", "kpis.read"]).await;
        assert!(WAYS[1].ask(api, &token).await.status.is_success());
        change(api, &acme, Method::POST, &format!("/v1/api_clients/{id}/revocation"), None).await;
        for way in WAYS {
            assert_eq!(way.ask(api, &token).await.status, 401, "a revoked client, {way:?}");
        }
        assert!(WAYS[2].ask(api, &acme.owner).await.status.is_success());
        api.test.app.write(&acme.system, tenants::suspend).await.unwrap();
        api.test.app.clock().advance(SOON);
        for way in WAYS {
            assert_eq!(way.ask(api, &acme.owner).await.status, 401, "a suspended tenant, {way:?}");
        }
    })
    .await;
}

#[actix_web::test]
async fn what_one_may_do_and_whose_things_changes_soon() {
    each(async |api| {
        let acme = api.tenant("acme").await;
        let person = api.made(&acme, "/v1/people", json!({ "name": "Mia" })).await;
        let other = api.made(&acme, "/v1/people", json!({ "name": "Ola" })).await;
        let team = api.made(&acme, "/v1/teams", json!({ "name": "North" })).await;
        let in_team = |person: &str| json!({ "person_id": person, "team_id": team, "valid_from": "2026-01-01" });
        api.made(&acme, "/v1/memberships", in_team(&other)).await;
        let manager = api.user(&acme, Role::Manager, Some(person.parse().unwrap())).await;
        let seen = async || api.get(&manager, &format!("/v1/people/{other}")).await.status;
        assert_eq!(seen().await, StatusCode::NOT_FOUND);
        // Reach: they lead the team, and then they do not.
        let lead = api.post(&acme.owner, "/v1/team_leads", in_team(&person)).await.body;
        api.test.app.clock().advance(SOON);
        assert_eq!(seen().await, StatusCode::OK);
        let lead = format!("/v1/team_leads/{}", lead["id"].as_str().unwrap());
        let ended = json!({ "valid_to": "2026-05-06" });
        change(api, &acme, Method::PATCH, &lead, Some(ended)).await;
        assert_eq!(seen().await, StatusCode::NOT_FOUND);
        // Roles: one more, and then none.
        let id = id(api, &manager).await;
        let may = async || api.get(&manager, "/v1/users").await.status;
        assert_eq!(may().await, StatusCode::FORBIDDEN);
        let roles = format!("/v1/users/{id}/roles");
        change(api, &acme, Method::POST, &roles, Some(json!({ "role": "admin" }))).await;
        assert_eq!(may().await, StatusCode::OK);
        let granted = api.get(&acme.owner, &roles).await.body;
        for role in granted.as_array().unwrap() {
            let role = format!("/v1/role_grants/{}", role["id"].as_str().unwrap());
            change(api, &acme, Method::DELETE, &role, None).await;
        }
        assert_eq!(may().await, StatusCode::FORBIDDEN);
        assert_eq!(api.get(&manager, "/v1/teams").await.status, StatusCode::FORBIDDEN);
        // Scopes of a client.
        let (id, token) = client(api, &acme, &["teams.read", "people.read"]).await;
        assert_eq!(api.get(&token, "/v1/people").await.status, StatusCode::OK);
        let fewer = json!({ "scopes": ["teams.read"] });
        change(api, &acme, Method::PATCH, &format!("/v1/api_clients/{id}"), Some(fewer)).await;
        assert_eq!(api.get(&token, "/v1/people").await.status, StatusCode::FORBIDDEN);
        assert_eq!(api.get(&token, "/v1/teams").await.status, StatusCode::OK);
    })
    .await;
}

#[actix_web::test]
async fn no_answer_tells_whether_an_account_is_there() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let none = json!({ "email": "none@acme.test" });
    api.made(&acme, "/v1/users", none).await;
    let admin = api.user(&acme, Role::Admin, None).await;
    let id = id(&api, &admin).await;
    change(&api, &acme, Method::POST, &format!("/v1/users/{id}/suspension"), None).await;
    let mut answers = Vec::new();
    for (name, password) in [
        ("owner@acme.test", "wrong"),
        ("nobody@acme.test", PASSWORD),
        ("none@acme.test", PASSWORD),
        ("admin@acme.test", PASSWORD),
        ("%27%20OR%201%3D1%20--", PASSWORD),
    ] {
        let form = format!("grant_type=password&username={name}&password={password}");
        let answer = token(&api, "acme", &form).await;
        let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
        let mut headers: Vec<_> =
            headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
        headers.sort();
        answers.push((answer.status, answer.body.to_string(), headers));
    }
    assert_eq!(answers[0].0, StatusCode::BAD_REQUEST);
    answers.iter().for_each(|answer| assert_eq!(answer, &answers[0]));
}
