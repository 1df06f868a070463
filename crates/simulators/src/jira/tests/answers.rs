//! What is there, and what is not.

use super::service;
use crate::jira::ids::{self, Who};
use crate::jira::state::State;
use crate::model::{Act, Status};

#[test]
fn pages_of_accounts_are_short_and_the_last_one_is_empty() {
    let service = service(false);
    let (mut accounts, mut start) = (Vec::new(), 0);
    loop {
        let page = service.read(&format!("/rest/api/3/users/search?startAt={start}&maxResults=4"));
        let page = page.as_array().unwrap();
        if page.is_empty() {
            break;
        }
        accounts.extend(page.iter().cloned());
        start += 4;
    }
    assert!(start > accounts.len() + 1, "{start}");
    let staff = accounts.iter().filter(|it| it["accountType"] == "atlassian").count();
    assert_eq!(staff, 9);
    let agent = service.user(Who::Agent(4)).unwrap();
    assert!(agent.get("emailAddress").is_none());
    for account in &accounts {
        let id = account["accountId"].as_str().unwrap();
        assert_eq!(ids::account(ids::who(id).unwrap()), id);
    }
}

#[test]
fn nothing_is_left_of_a_deleted_issue() {
    let service = service(false);
    let number = *service.desk.removed().keys().next().unwrap();
    for path in ["", "/changelog", "/comment"] {
        let id = ids::issue(number);
        assert_eq!(service.ask(&format!("/rest/api/3/issue/{id}{path}")).status, 404);
    }
    let kept = (1..).find(|number| service.visible(*number).is_ok()).unwrap();
    let issue = service.read(&format!("/rest/api/2/issue/{}", ids::issue(kept)));
    assert!(issue["fields"]["created"].as_str().unwrap().ends_with("-0330"), "{issue}");
}

#[test]
fn what_customers_said_is_told_of_requests_that_were_rated() {
    let service = service(false);
    let rated = service.desk.ratings(0);
    let moment = rated.iter().find(|it| service.visible(it.ticket).is_ok()).unwrap();
    let ticket = service.visible(moment.ticket).unwrap();
    let Act::Rated { score, .. } = ticket.events[moment.event].act else { panic!("{ticket:?}") };
    let key = ids::key(moment.ticket);
    let feedback = service.read(&format!("/rest/servicedeskapi/request/{key}/feedback"));
    assert_eq!(feedback["rating"], score);
    let issue = service.read(&format!("/rest/api/3/issue/{key}?fields={}", ids::SATISFACTION));
    assert_eq!(issue["fields"][ids::SATISFACTION]["rating"], score);
    let open = service.desk.tickets().find(|it| State::of(it).status == Status::New);
    if let Some(open) = open {
        let path = format!("/rest/servicedeskapi/request/{}/feedback", ids::key(open.number));
        assert_eq!(service.ask(&path).status, 404);
    }
}

#[test]
fn each_endpoint_has_a_limit_of_its_own() {
    let service = service(true);
    for _ in 0..100 {
        assert_eq!(service.ask("/rest/api/3/myself").status, 200);
    }
    let refused = service.ask("/rest/api/3/myself");
    let header = |name: &str| {
        refused.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    };
    assert_eq!((refused.status, header("Retry-After").as_deref()), (429, Some("1")));
    assert_eq!(header("RateLimit-Reason").as_deref(), Some("jira-burst-based"));
    assert_eq!(header("X-RateLimit-Reset").map(|reset| reset.len()), Some(17));
    assert_eq!(service.ask("/rest/api/3/status").status, 200);
    service.desk.clock().advance(1);
    assert_eq!(service.ask("/rest/api/3/myself").status, 200);
}
