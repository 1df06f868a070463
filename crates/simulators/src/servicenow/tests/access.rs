//! Who is let in, how often, and what goes wrong for whoever is.

use serde_json::Value;

use super::super::ids::Id;
use super::{INCIDENTS, ask, basic, credential, get, json, reader, rows, said, service};
use crate::server::{Answer, Hits, Request, Vendor};

#[test]
fn only_some_may_read_the_history_and_nobody_writes() {
    let service = service(40, false);
    let agent = service.desk.model().desk().agents[0].person.email.clone();
    let agent = basic(agent.split('@').next().unwrap(), &credential(&service, "agent_password"));
    let hits = Hits::default();
    let audits = "/api/now/table/sys_audit?sysparm_limit=5";
    let hidden = ask(&service, &agent, audits, &hits);
    assert!(rows(&hidden).is_empty() && said(&hidden, "X-Total-Count") != "0");
    assert_eq!(rows(&get(&service, audits)).len(), 5);
    assert_eq!(ask(&service, &agent, "/api/now/v1/table/sys_audit", &hits).status, 404);
    assert_eq!(ask(&service, "Basic wrong", audits, &hits).status, 401);
    assert_eq!(get(&service, "/api/now/table/nothing").status, 400);
    assert_eq!(get(&service, &format!("{INCIDENTS}/{}", "0".repeat(32))).status, 404);
    let write = Request { method: "DELETE".to_owned(), ..Request::get(INCIDENTS) };
    let write = write.header("authorization", &reader(&service));
    assert_eq!(service.answer(&write, &hits).status, 403);
}

#[test]
fn tokens_are_given_to_users_and_to_clients_and_expire() {
    let service = service(40, false);
    let grant = |form: String| {
        let (method, path) = ("POST".to_owned(), "/oauth_token.do".to_owned());
        let request = Request { method, path, body: form.into_bytes(), ..Request::default() };
        service.answer(&request, &Hits::default())
    };
    let client = format!(
        "client_id={}&client_secret={}",
        credential(&service, "client_id"),
        credential(&service, "client_secret")
    );
    let user = format!("username=admin&password={}", credential(&service, "admin_password"));
    let wrong = grant(format!("{client}&grant_type=password&username=admin&password=wrong"));
    assert_eq!(wrong.status, 401);
    for (form, status) in [
        (format!("{client}&grant_type=password&{user}"), 404),
        (format!("{client}&grant_type=client_credentials"), 200),
    ] {
        let granted = json(&grant(form));
        let with = |token: &Value| format!("Bearer {}", token.as_str().unwrap());
        let ask = |token: &Value, address: &str| {
            ask(&service, &with(token), address, &Hits::default()).status
        };
        assert_eq!(ask(&granted["access_token"], INCIDENTS), 200);
        let empty = format!("{INCIDENTS}/{}", Id::Restricted(0).text());
        assert_eq!(ask(&granted["access_token"], &empty), 404, "{status}");
        service.desk.clock().advance(1_801);
        assert_eq!(ask(&granted["access_token"], INCIDENTS), 401);
        let refresh = granted["refresh_token"].as_str().unwrap();
        let again = grant(format!("{client}&grant_type=refresh_token&refresh_token={refresh}"));
        assert_eq!(ask(&json(&again)["access_token"], INCIDENTS), 200);
    }
}

fn hits(set: impl FnOnce(&mut Hits)) -> Hits {
    let mut hits = Hits::default();
    set(&mut hits);
    hits
}

#[test]
fn what_only_this_vendor_does_wrong_can_be_seen() {
    let service = service(400, false);
    let address = format!("{INCIDENTS}?sysparm_limit=300");
    let whole = rows(&get(&service, &address)).len();
    let cancelled = hits(|hits| hits.expired_cursor = true);
    let answer = ask(&service, &reader(&service), &address, &cancelled);
    assert_eq!(rows(&answer).len(), whole / 2);
    assert!(json(&answer)["error"]["message"].as_str().unwrap().starts_with("Transaction"));
    let hidden = hits(|hits| hits.duplicated_page = true);
    let answer = ask(&service, &reader(&service), &address, &hidden);
    assert!(rows(&answer).is_empty() && said(&answer, "Link").contains("next"));
    let all = format!("{INCIDENTS}?sysparm_limit=10000");
    assert!(!rows(&ask(&service, &reader(&service), &all, &hidden)).is_empty());
}

#[test]
fn whoever_asks_too_often_is_told_when_to_come_back() {
    let service = service(40, true);
    let first = get(&service, &format!("{INCIDENTS}?sysparm_limit=1"));
    assert_eq!(said(&first, "X-RateLimit-Limit"), "5000");
    // What is refused is counted as well.
    let nothing = "/api/now/table/nothing";
    let answers: Vec<Answer> = (0..5_000).map(|_| get(&service, nothing)).collect();
    let last = &answers[4_999];
    assert_eq!(answers[4_998].status, 400);
    assert_eq!((last.status, said(last, "Retry-After")), (429, "3600"));
    assert_eq!(json(last)["error"]["message"], "Rate limit exceeded");
}
