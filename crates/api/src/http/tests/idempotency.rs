//! Requests that name themselves are done once, however often they are sent.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::http::STREAMS;
use crate::testing::{Answer, TestApi};

async fn post(api: &TestApi, token: &str, path: &str, key: &str, body: &Value) -> Answer {
    let request = TestRequest::post()
        .uri(path)
        .insert_header(("Authorization", format!("Bearer {token}")))
        .insert_header(("Idempotency-Key", key));
    api.send(request.set_json(body)).await
}

#[actix_web::test]
async fn the_same_request_gets_the_same_answer_and_is_done_once() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let north = json!({ "name": "North" });
    let first = post(&api, &acme.owner, "/v1/teams", "one", &north).await;
    let again = post(&api, &acme.owner, "/v1/teams", "one", &north).await;
    assert_eq!((first.status, &first.body), (StatusCode::CREATED, &again.body));
    assert_eq!(again.status, StatusCode::CREATED);
    for name in ["location", "etag", "content-type"] {
        assert!(
            !first.header(name).is_empty() && first.header(name) == again.header(name),
            "{name}"
        );
    }
    assert_eq!(
        (first.header("idempotent-replayed"), again.header("idempotent-replayed")),
        ("", "true")
    );
    let another = post(&api, &acme.owner, "/v1/teams", "two", &json!({ "name": "South" })).await;
    assert_eq!(another.status, StatusCode::CREATED);
    assert_eq!(api.ids(&acme, "/v1/teams").await.len(), 2);
}

#[actix_web::test]
async fn a_key_is_of_one_request_of_one_caller() {
    let api = TestApi::new().await;
    let (acme, zeta) = (api.tenant("acme").await, api.tenant("zeta").await);
    let admin = api.user(&acme, domain::accounts::Role::Admin, None).await;
    let north = json!({ "name": "North" });
    let made = post(&api, &acme.owner, "/v1/teams", "key", &north).await;
    let path = format!("/v1/teams/{}/closure", made.body["id"].as_str().unwrap());
    for (path, body) in [("/v1/teams", json!({ "name": "South" })), (&*path, north.clone())] {
        let refused = post(&api, &acme.owner, path, "key", &body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{:?}", refused.body);
        assert_eq!(refused.body["fields"][0]["code"], "idempotency_key_reused");
    }
    for token in [&zeta.owner, &admin] {
        let theirs = post(&api, token, "/v1/teams", "key", &json!({ "name": "Their own" })).await;
        assert_eq!(theirs.status, StatusCode::CREATED, "{:?}", theirs.body);
    }
    for key in ["", "é", &"k".repeat(256)] {
        let refused = post(&api, &acme.owner, "/v1/teams", key, &north).await;
        assert_eq!(refused.body["code"], "idempotency_key_unreadable", "{key}");
    }
}

#[actix_web::test]
async fn a_failure_leaves_nothing_and_is_not_kept() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let north = json!({ "name": "North" });
    api.made(&acme, "/v1/teams", north.clone()).await;
    let before = api.get(&acme.owner, "/v1/teams").await.body;
    let taken = post(&api, &acme.owner, "/v1/teams", "key", &north).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert_eq!(api.get(&acme.owner, "/v1/teams").await.body, before);
    let south = json!({ "name": "South" });
    let made = post(&api, &acme.owner, "/v1/teams", "key", &south).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let unreadable = post(&api, &acme.owner, "/v1/teams", "other", &json!([])).await;
    assert_eq!(unreadable.status, StatusCode::BAD_REQUEST);
    assert_eq!(post(&api, "no token", "/v1/teams", "key", &south).await.status, 401);
}

#[actix_web::test]
async fn a_body_that_came_compressed_is_opened_once() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    // `{"name":"North"}` as gzip has it.
    let body = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 75, 204, 77, 85, 178, 82, 242, 203, 47, 42,
        201, 80, 170, 5, 0, 108, 200, 231, 68, 16, 0, 0, 0,
    ];
    for key in [None, Some("key"), Some("key")] {
        let mut request = TestRequest::post()
            .uri("/v1/teams")
            .insert_header(("Authorization", format!("Bearer {}", acme.owner)))
            .insert_header(("Content-Encoding", "gzip"))
            .insert_header(("Content-Type", "application/json"));
        if let Some(key) = key {
            request = request.insert_header(("Idempotency-Key", key));
            // The first one took the name.
            for team in api.ids(&acme, "/v1/teams").await {
                let name = json!({ "name": format!("Team {team}") });
                api.call(&acme.owner, Method::PATCH, &format!("/v1/teams/{team}"), Some(name))
                    .await;
            }
        }
        let made = api.send(request.set_payload(body.to_vec())).await;
        assert_eq!((made.status, &made.body["name"]), (StatusCode::CREATED, &json!("North")));
    }
    assert_eq!(api.ids(&acme, "/v1/teams").await.len(), 2);
}

#[actix_web::test]
async fn what_is_shown_once_is_in_the_same_answer_again() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let client = json!({ "name": "robot", "scopes": ["teams.read"] });
    let first = post(&api, &acme.owner, "/v1/api_clients", "key", &client).await;
    assert!(first.body["client_secret"].is_string(), "{:?}", first.body);
    let again = post(&api, &acme.owner, "/v1/api_clients", "key", &client).await;
    assert_eq!(again.body, first.body);
}

#[actix_web::test]
async fn many_at_once_do_it_once() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let client = json!({ "name": "robot", "scopes": ["teams.read"] });
    let requests = (0..64).map(|_| post(&api, &acme.owner, "/v1/api_clients", "key", &client));
    let answers = join_all(requests).await;
    let (done, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == StatusCode::CREATED);
    assert!(done.iter().all(|answer| answer.body == done[0].body) && !done.is_empty());
    // While one works, another is told so; with many at once, connections run out too.
    for answer in refused {
        let code = answer.body["code"].as_str().unwrap();
        assert!(["idempotency_key_in_use", "unavailable"].contains(&code), "{:?}", answer.body);
    }
    assert_eq!(api.ids(&acme, "/v1/api_clients").await.len(), 1);
}

#[actix_web::test]
async fn commands_with_slow_work_between_are_one_unit_too() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let user = json!({ "email": "ann@acme.test", "password": "correct horse battery staple" });
    let first = post(&api, &acme.owner, "/v1/users", "key", &user).await;
    assert_eq!(first.status, StatusCode::CREATED, "{:?}", first.body);
    assert_eq!(post(&api, &acme.owner, "/v1/users", "key", &user).await.body, first.body);
    assert_eq!(api.ids(&acme, "/v1/users").await.len(), 2);
}

#[test]
fn every_post_takes_a_key_but_streams() {
    let document = crate::document();
    let paths = document["paths"].as_object().unwrap();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with("/v1/")) {
        for (verb, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let takes = parameters.into_iter().any(|it| it["name"] == "Idempotency-Key");
            assert!(!takes || *verb == Method::POST.as_str().to_lowercase(), "{verb} {path}");
            if verb == "post" {
                if takes { &mut with } else { &mut without }.push(path.as_str());
            }
        }
    }
    assert_eq!(without, STREAMS);
    assert!(with.len() > 10, "{with:?}");
}
