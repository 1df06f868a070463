//! Hooks over REST, and the door.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::hooks::{HookId, waiting};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::http::Allowances;
use crate::testing::{Answer, Tenant, TestApi};

const SECRET: &str = "plumbline-test-secret";
const BODY: &str = r#"{"tickets":[]}"#;

fn sign(parts: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    parts.iter().for_each(|part| mac.update(part.as_bytes()));
    STANDARD.encode(mac.finalize().into_bytes())
}

async fn deliver(api: &TestApi, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let request = TestRequest::post().uri(path).insert_header(("Content-Type", "application/json"));
    let request = headers.iter().fold(request, |request, header| request.append_header(*header));
    api.send(request.set_payload(body.to_owned())).await
}

async fn kept(api: &TestApi, tenant: &Tenant, hook: &Value) -> usize {
    let hook: HookId = hook["id"].as_str().unwrap().parse().unwrap();
    let read = api.test.app.read(&tenant.system, async |scope| waiting(scope, hook, 100).await);
    read.await.unwrap().len()
}

#[actix_web::test]
async fn a_delivery_that_is_signed_is_kept_once_and_another_is_refused() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let signature = json!({
        "header": "X-Signature", "algorithm": "sha256", "encoding": "base64",
        "prefix": "v0=", "timestamp_header": "X-Time",
    });
    let new = json!({ "source": "chat", "signature": signature, "secret": SECRET });
    let made = api.post(&acme.owner, "/v1/hooks", new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!(made.body["secret"], Value::Null);
    let hook = &made.body["hook"];
    assert_eq!((&hook["scheme"], &hook["header"]), (&json!("hmac"), &json!("x-signature")));
    let path = hook["path"].as_str().unwrap();
    let now = api.test.app.clock().now().timestamp().to_string();
    let right = format!("v0={}", sign(&[&now, ".", BODY]));
    for _ in 0..3 {
        let told = deliver(&api, path, &[("X-Signature", &right), ("X-Time", &now)], BODY).await;
        assert_eq!(told.status, StatusCode::ACCEPTED, "{:?}", told.body);
    }
    assert_eq!(kept(&api, &acme, hook).await, 1);
    let refused = async |headers: &[(&str, &str)], body: &str| {
        let told = deliver(&api, path, headers, body).await;
        assert_eq!(told.status, StatusCode::UNAUTHORIZED, "{:?}", told.body);
        told.body["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(&[], BODY).await, "hook_header_missing");
    let twice = [("X-Signature", &*right), ("X-Signature", &*right), ("X-Time", &*now)];
    assert_eq!(refused(&twice, BODY).await, "hook_header_missing");
    let other = [("X-Signature", &*right), ("X-Time", &*now)];
    assert_eq!(refused(&other, "{}").await, "hook_signature_wrong");
    let old = (api.test.app.clock().now().timestamp() - 301).to_string();
    let late = format!("v0={}", sign(&[&old, ".", BODY]));
    let late = [("X-Signature", &*late), ("X-Time", &*old)];
    assert_eq!(refused(&late, BODY).await, "hook_signature_stale");
    assert_eq!(kept(&api, &acme, hook).await, 1);
    let nowhere = "/hooks/hook_01h455vb4pex5vsknk084sn02q";
    let nowhere = deliver(&api, nowhere, &[("X-Signature", &right), ("X-Time", &now)], BODY).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    let large = "x".repeat(2 << 20);
    let large = deliver(&api, path, &[("X-Signature", &right), ("X-Time", &now)], &large).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[actix_web::test]
async fn whoever_guesses_is_slowed_down_and_who_knows_is_not() {
    let few = Allowances { address_requests: 1, ..Allowances::default() };
    let api = TestApi::within(few).await;
    let acme = api.tenant("acme").await;
    let made = api.post(&acme.owner, "/v1/hooks", json!({ "source": "chat" })).await;
    let secret = made.body["secret"].as_str().unwrap();
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let hook = &made.body["hook"];
    let path = hook["path"].as_str().unwrap();
    let now = api.test.app.clock().now().timestamp().to_string();
    let knows = async |id: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{now}.{BODY}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let headers =
            [("webhook-id", id), ("webhook-timestamp", &now), ("webhook-signature", &signature)];
        deliver(&api, path, &headers, BODY).await.status
    };
    let guesses = async || {
        let guess =
            [("webhook-id", "1"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,x")];
        deliver(&api, path, &guess, BODY).await.status
    };
    for id in ["1", "2", "3", "4"] {
        assert_eq!(knows(id).await, StatusCode::ACCEPTED);
    }
    let (first, second, third) = (guesses().await, guesses().await, guesses().await);
    let expected =
        [StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS];
    assert_eq!([first, second, third], expected);
    assert_eq!(knows("5").await, StatusCode::ACCEPTED);
    assert_eq!(kept(&api, &acme, hook).await, 5);
    let gone = format!("/v1/hooks/{}", hook["id"].as_str().unwrap());
    let gone = api.call(&acme.owner, Method::DELETE, &gone, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}
