//! Tokens of somebody who tries, on every way in.

use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::test::TestRequest;
use domain::accounts::testing::{self, HEADER, hostile_tokens};
use domain::kernel::Actor;
use serde_json::{Value, json};

use super::token;
use crate::testing::{Answer, Tenant, TestApi};

/// What takes a token: a list, a thing to make, both forms of GraphQL, and a file.
pub(super) const WAYS: [Way; 5] =
    [Way::Read, Way::Write, Way::Graphql, Way::GraphqlInAddress, Way::Import];

#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Read,
    Write,
    Graphql,
    GraphqlInAddress,
    Import,
}

impl Way {
    fn request(self) -> TestRequest {
        let me = json!({ "query": "{ me { id } }" });
        match self {
            Self::Read => TestRequest::get().uri("/v1/teams"),
            Self::Write => {
                TestRequest::post().uri("/v1/teams").set_json(json!({ "name": "North" }))
            }
            Self::Graphql => TestRequest::post().uri("/graphql").set_json(me),
            Self::GraphqlInAddress => TestRequest::get().uri("/graphql?query=%7Bme%7Bid%7D%7D"),
            Self::Import => TestRequest::post()
                .uri("/v1/tickets/import")
                .insert_header(("Content-Type", "text/csv"))
                .set_payload("ticket,time,kind\n1,2026-01-05T09:00:00Z,created\n"),
        }
    }

    pub(super) async fn with(self, api: &TestApi, headers: &[(&str, HeaderValue)]) -> Answer {
        let mut request = self.request();
        for (name, value) in headers {
            request = request.append_header((*name, value.clone()));
        }
        api.send(request).await
    }

    pub(super) async fn ask(self, api: &TestApi, token: &str) -> Answer {
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        self.with(api, &[("Authorization", bearer)]).await
    }
}

/// A refusal's body without what it is called by, as one text.
fn shape(answer: &Answer) -> String {
    let mut body = answer.body.clone();
    let id = match body.pointer_mut("/errors/0/extensions/requestId") {
        Some(id) => id,
        None => &mut body["request_id"],
    };
    assert!(id.take().as_str().is_some_and(|id| !id.is_empty()), "{:?}", answer.body);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    body.to_string()
}

async fn owner(api: &TestApi, tenant: &Tenant) -> Actor {
    let me = api.get(&tenant.owner, "/v1/me").await.body["user_id"].clone();
    Actor::User(me.as_str().unwrap().parse().unwrap())
}

#[actix_web::test]
async fn every_hostile_token_is_refused_alike_on_every_way_in() {
    let api = TestApi::new().await;
    let (acme, _globex) = (api.tenant("acme").await, api.tenant("globex").await);
    let (app, urls, owner) = (&api.test.app, api.urls(), owner(&api, &acme).await);
    let good = testing::claims(app, &urls, "acme", owner);
    let good = testing::signed(app, "acme", HEADER, &good).await;
    let mut hostile = hostile_tokens(app, &urls, "acme", "globex", owner).await;
    let form = format!("grant_type=password&username=owner@acme.test&password={}", super::PASSWORD);
    let refresh = token(&api, "acme", &form).await.body["refresh_token"].clone();
    hostile.push(refresh.as_str().unwrap().to_owned());
    let values =
        hostile.iter().filter_map(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok());
    // Blanks around a token are the header's; a head of more than 16 KiB is not read at all.
    let values = values.filter(|value| value.len() < 15_000);
    let values: Vec<_> =
        values.filter(|value| value.to_str().unwrap()[7..].trim_matches(' ') != good).collect();
    assert!(values.len() > 200, "{}", values.len());
    for way in WAYS {
        let control = way.ask(&api, &good).await;
        assert!(control.status.is_success(), "{way:?}: {:?}", control.body);
        let expected = shape(&way.ask(&api, "nonsense").await);
        let before = app.database().statements();
        for value in &values {
            let refused = way.with(&api, &[("Authorization", value.clone())]).await;
            assert_eq!(refused.status, 401, "{way:?} {value:?}: {:?}", refused.body);
            assert_eq!(shape(&refused), expected, "{way:?} {value:?}");
        }
        // A tenant that there is not, and a key, were looked for once.
        assert!(app.database().statements() - before <= 4, "{way:?}");
    }
}

#[actix_web::test]
async fn a_token_counts_in_one_header_alone() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let value = |text: String| HeaderValue::from_str(&text).unwrap();
    let good = value(format!("Bearer {}", acme.owner));
    let token = &acme.owner;
    let mut rows = vec![
        vec![],
        vec![("Authorization", good.clone()), ("Authorization", good.clone())],
        vec![("Authorization", good.clone()), ("Authorization", value("Bearer x".to_owned()))],
        vec![("Authorization", value("Basic eDp5".to_owned())), ("Authorization", good.clone())],
        vec![("X-Authorization", good.clone())],
        vec![("Proxy-Authorization", good.clone())],
        vec![("X-Access-Token", value(token.clone()))],
        vec![("Cookie", value(format!("access_token={token}; token={token}")))],
        vec![("Authorization", HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap())],
    ];
    for text in [
        token.clone(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer{token}"),
        format!("Bearer\t{token}"),
        format!("Bearer: {token}"),
        format!("Bearer \"{token}\""),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer token={token}"),
        format!("Basic {token}"),
        format!("Token {token}"),
        format!("JWT {token}"),
        format!("DPoP {token}"),
        format!("MAC {token}"),
        format!("Negotiate {token}"),
    ] {
        rows.push(vec![("Authorization", value(text))]);
    }
    for way in WAYS {
        for bearer in ["Bearer ", "bearer  "] {
            let value = value(format!("{bearer}{token}"));
            assert_ne!(way.with(&api, &[("Authorization", value)]).await.status, 401, "{way:?}");
        }
        for row in &rows {
            let refused = way.with(&api, row).await;
            assert_eq!(refused.status, 401, "{way:?} {row:?}: {:?}", refused.body);
            let code = refused.body.pointer("/errors/0/extensions/code");
            let code = code.unwrap_or(&refused.body["code"]);
            assert!(code == "unauthenticated" || code == "invalid_token", "{way:?} {row:?}");
            shape(&refused);
        }
    }
    for path in
        ["/v1/teams?access_token=", "/v1/me?token=", "/graphql?query={me{id}}&access_token="]
    {
        let given = TestRequest::get().uri(&format!("{path}{token}").replace(['{', '}'], "%7B"));
        assert!(api.send(given).await.status.is_client_error(), "{path}");
    }
}

#[actix_web::test]
async fn a_token_of_every_operation_is_asked_for() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let document = crate::document();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/v1/") {
            continue;
        }
        for verb in item.as_object().unwrap().keys() {
            let method = Method::from_bytes(verb.to_uppercase().as_bytes()).unwrap();
            let forged = format!("{}x", acme.owner);
            let refused = api.call(&forged, method, path, None).await;
            // A part of the address that cannot be read is said without looking at who asks.
            let is_pattern = path.contains('{') && refused.status == 400;
            assert!(
                refused.status == 401 || is_pattern || refused.status == 415,
                "{verb} {path}: {:?}",
                refused.body
            );
            asked += 1;
        }
    }
    assert!(asked > 50, "{asked}");
    assert_ne!(document["security"], Value::Null);
}
