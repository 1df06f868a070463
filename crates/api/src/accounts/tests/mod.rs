//! Signing in, and ending access.

mod access;
mod tokens;

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use domain::accounts::Role;
use serde_json::json;

use crate::testing::{Answer, TestApi};

const PASSWORD: &str = "correct%20horse%20battery%20staple";

async fn token(api: &TestApi, tenant: &str, form: &str) -> Answer {
    let request = TestRequest::post().uri(&format!("/t/{tenant}/oauth/token"));
    api.send(
        request
            .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
            .set_payload(form.to_owned()),
    )
    .await
}

#[actix_web::test]
async fn a_password_a_refresh_token_and_a_clients_secret_get_tokens() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let signed_in = token(
        &api,
        "acme",
        &format!("grant_type=password&username=owner@acme.test&password={PASSWORD}"),
    )
    .await;
    assert_eq!(
        (signed_in.status, &signed_in.body["token_type"], &signed_in.body["expires_in"]),
        (StatusCode::OK, &json!("Bearer"), &json!(600))
    );
    assert_eq!(signed_in.header("cache-control"), "no-store");
    let refresh = signed_in.body["refresh_token"].as_str().unwrap();
    let renewed =
        token(&api, "acme", &format!("grant_type=refresh_token&refresh_token={refresh}")).await;
    assert_ne!(renewed.body["refresh_token"], signed_in.body["refresh_token"]);
    let me = api.get(renewed.body["access_token"].as_str().unwrap(), "/v1/me").await;
    assert_eq!(me.body["tenant"]["slug"], "acme");
    // Used again after its successor was: the family ends.
    let next = renewed.body["refresh_token"].as_str().unwrap();
    token(&api, "acme", &format!("grant_type=refresh_token&refresh_token={next}")).await;
    let stolen =
        token(&api, "acme", &format!("grant_type=refresh_token&refresh_token={refresh}")).await;
    assert_eq!(
        (stolen.status, stolen.body["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("invalid_grant"))
    );

    let client = api
        .post(&acme.owner, "/v1/api_clients", json!({ "name": "sync", "scopes": ["teams.read"] }))
        .await;
    assert_eq!(client.status, StatusCode::CREATED, "{:?}", client.body);
    let (id, secret) = (
        client.body["client"]["id"].as_str().unwrap(),
        client.body["client_secret"].as_str().unwrap(),
    );
    let machine = token(
        &api,
        "acme",
        &format!("grant_type=client_credentials&client_id={id}&client_secret={secret}"),
    )
    .await;
    let machine = machine.body["access_token"].as_str().unwrap();
    assert_eq!(api.get(machine, "/v1/teams").await.status, StatusCode::OK);
    assert_eq!(api.get(machine, "/v1/people").await.status, StatusCode::FORBIDDEN);
    let wrong = token(
        &api,
        "acme",
        &format!("grant_type=client_credentials&client_id={id}&client_secret=nonsense"),
    )
    .await;
    assert_eq!(
        (wrong.status, wrong.body["error"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("invalid_client"))
    );
}

#[actix_web::test]
async fn whoever_signs_out_has_no_session_any_more() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let form = format!("grant_type=password&username=owner@acme.test&password={PASSWORD}");
    let (one, other) = (token(&api, "acme", &form).await, token(&api, "acme", &form).await);
    let refresh = |of: &Answer| of.body["refresh_token"].as_str().unwrap().to_owned();
    let revoke = async |tenant: &str, form: String| {
        let request = TestRequest::post()
            .uri(&format!("/t/{tenant}/oauth/revoke"))
            .insert_header(("Content-Type", "application/x-www-form-urlencoded"));
        api.send(request.set_payload(form)).await
    };
    api.tenant("globex").await;
    let (one, other) = (refresh(&one), refresh(&other));
    assert_eq!(revoke("globex", format!("token={one}")).await.status, StatusCode::OK);
    let grant = |token: &str| format!("grant_type=refresh_token&refresh_token={token}");
    let renewed = token(&api, "acme", &grant(&one)).await;
    assert_eq!(renewed.status, StatusCode::OK, "another tenant cannot end it");
    // A token that was used already is of the same session.
    for _ in 0..2 {
        let ended = revoke("acme", format!("token={one}&token_type_hint=refresh_token")).await;
        assert_eq!((ended.status, &ended.body), (StatusCode::OK, &json!("")));
    }
    let gone = token(&api, "acme", &grant(&refresh(&renewed))).await;
    assert_eq!(gone.body["error"], "invalid_grant");
    assert_eq!(token(&api, "acme", &grant(&other)).await.status, StatusCode::OK);
    assert_eq!(revoke("acme", "token=nonsense".to_owned()).await.status, StatusCode::OK);
    let access = revoke("acme", format!("token={}", acme.owner)).await;
    assert_eq!(
        (access.status, &access.body["error"]),
        (StatusCode::BAD_REQUEST, &json!("unsupported_token_type"))
    );
    assert_eq!(revoke("acme", String::new()).await.body["error"], "invalid_request");
    assert_eq!(revoke("nobody", format!("token={one}")).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_token_is_good_at_its_own_tenant_alone() {
    let api = TestApi::new().await;
    let (_acme, _globex) = (api.tenant("acme").await, api.tenant("globex").await);
    let elsewhere = token(
        &api,
        "globex",
        &format!("grant_type=password&username=owner@acme.test&password={PASSWORD}"),
    )
    .await;
    assert_eq!(
        (elsewhere.status, elsewhere.body["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("invalid_grant"))
    );
    assert_eq!(
        token(&api, "nobody", "grant_type=password&username=a&password=b").await.status,
        StatusCode::NOT_FOUND
    );
    let keys = async |slug| {
        api.send(TestRequest::get().uri(&format!("/t/{slug}/.well-known/jwks.json"))).await.body["keys"].clone()
    };
    assert_ne!(keys("acme").await, keys("globex").await);
    let discovery =
        api.send(TestRequest::get().uri("/t/acme/.well-known/openid-configuration")).await;
    assert_eq!(discovery.body["issuer"], "http://plumbline.test/t/acme");
}

#[actix_web::test]
async fn ending_access_works_within_five_seconds() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let admin = api.user(&acme, Role::Admin, None).await;
    assert_eq!(api.get(&admin, "/v1/teams").await.status, StatusCode::OK);
    let me = api.get(&admin, "/v1/me").await.body["id"].as_str().unwrap().to_owned();
    assert_eq!(
        api.post(&acme.owner, &format!("/v1/users/{me}/suspension"), json!({})).await.body["state"],
        "suspended"
    );
    api.test.app.clock().advance(TimeDelta::seconds(5));
    let refused = api.get(&admin, "/v1/teams").await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("unauthenticated"))
    );
    let again = token(
        &api,
        "acme",
        &format!("grant_type=password&username=admin@acme.test&password={PASSWORD}"),
    )
    .await;
    assert_eq!(again.body["error"], "invalid_grant");
}

#[actix_web::test]
async fn the_tenant_is_changed_over_rest_and_graphql() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let patch = json!({ "name": "Acme Ltd", "time_zone": "Europe/Rome" });
    let changed = api.call(&acme.owner, Method::PATCH, "/v1/tenant", Some(patch)).await;
    assert_eq!(changed.status, StatusCode::OK, "{:?}", changed.body);
    assert_eq!(
        (&changed.body["name"], &changed.body["time_zone"], &changed.body["version"]),
        (&json!("Acme Ltd"), &json!("Europe/Rome"), &json!(2))
    );
    let mutation = "mutation { updateTenant(input: { weekStart: SUNDAY, passwordSignIn: false }) { weekStart passwordSignIn } }";
    let changed = api.graphql(&acme.owner, mutation, json!({})).await;
    assert_eq!(
        changed["data"]["updateTenant"],
        json!({ "weekStart": "SUNDAY", "passwordSignIn": false })
    );
}
