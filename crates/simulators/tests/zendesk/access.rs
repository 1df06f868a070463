//! Who is let in, and how often.

use simulators::Options;
use simulators::server::Faults;

use crate::client::{Client, basic, serve, zendesk};

const EXPORT: &str = "/api/v2/incremental/tickets/cursor.json?start_time=0&per_page=1";

#[test]
fn only_who_signs_in_gets_an_answer() {
    let zendesk = zendesk(Faults::default());
    let credential = |name| zendesk.credential(name);
    let agent = zendesk.desk().model().desk().agents[0].person.email.clone();
    let status = |authorization: &str, url: &str| {
        let client = Client::of(&zendesk).with(authorization);
        client.get(url).status
    };
    let me = "/api/v2/users/me.json";
    let token = &credential("api_token");
    let wrong = [
        String::new(),
        "Basic !".to_owned(),
        basic(&credential("email"), "wrong"),
        basic("nobody@quillmere.example", token),
        "Bearer wrong".to_owned(),
    ];
    for wrong in &wrong {
        assert_eq!(status(wrong, me), 401, "{wrong}");
    }
    let admin = basic(&credential("email"), token);
    let bearer = format!("Bearer {}", credential("access_token"));
    for right in [&admin, &bearer] {
        assert_eq!((status(right, me), status(right, EXPORT)), (200, 200));
    }
    // The token is the account's, the rights are the person's.
    let agent = basic(&agent, token);
    assert_eq!((status(&agent, me), status(&agent, EXPORT)), (200, 403));
    assert_eq!(status(&agent, "/api/v2/satisfaction_ratings"), 403);
    let client = Client::of(&zendesk).with(&wrong[2]);
    let refused = client.get(me);
    assert_eq!(refused.json()["error"], "Couldn't authenticate you");
    assert!(refused.header("www-authenticate").starts_with("Basic"));
}

#[test]
fn a_refresh_token_works_once_and_what_it_gives_expires() {
    let zendesk = zendesk(Faults::default());
    let credential = |name| zendesk.credential(name);
    let client = Client::of(&zendesk);
    let refresh = |token: &str| {
        let body = format!(
            r#"{{"grant_type":"refresh_token","client_id":"{}","client_secret":"{}","refresh_token":"{token}"}}"#,
            credential("client_id"),
            credential("client_secret")
        );
        client.send("POST", "/oauth/tokens", &body).unwrap()
    };
    let granted = refresh(&credential("refresh_token"));
    assert_eq!(granted.status, 200);
    let (access, next) =
        (granted.json()["access_token"].clone(), granted.json()["refresh_token"].clone());
    assert_eq!(refresh(&credential("refresh_token")).json()["error"], "invalid_grant");
    let bearer = format!("Bearer {}", access.as_str().unwrap());
    let signed_in = Client::of(&zendesk).with(&bearer);
    assert_eq!(signed_in.get(EXPORT).status, 200);
    zendesk.desk().clock().advance(granted.json()["expires_in"].as_i64().unwrap());
    assert_eq!(signed_in.get(EXPORT).json()["error"], "invalid_token");
    assert_eq!(refresh(next.as_str().unwrap()).status, 200);
}

#[test]
fn limits_are_told_and_kept() {
    let zendesk = serve(&Options::default());
    let client = Client::of(&zendesk);
    let first = client.get("/api/v2/tickets.json");
    assert_eq!(first.header("x-rate-limit"), "700");
    assert_eq!(first.header("x-rate-limit-remaining"), "699");
    assert_eq!(first.header("ratelimit-reset"), "60");
    assert_eq!(
        first.header("zendesk-ratelimit-tickets-index"),
        "total=100; remaining=99; resets=60"
    );
    zendesk.desk().clock().advance(20);
    for _ in 0..10 {
        assert_eq!(client.get(EXPORT).status, 200);
    }
    zendesk.desk().clock().advance(15);
    let refused = client.get(EXPORT);
    assert_eq!((refused.status, refused.header("retry-after")), (429, "45"));
    assert_eq!(refused.json()["error"], "APIRateLimitExceeded");
    // Other requests have a limit of their own.
    assert_eq!(client.get("/api/v2/users/me").status, 200);
    zendesk.desk().clock().advance(45);
    assert_eq!(client.get(EXPORT).status, 200);
}
