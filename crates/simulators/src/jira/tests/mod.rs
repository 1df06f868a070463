//! The traps, one by one.

mod answers;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::ids;
use super::service::Service;
use super::{changelog, comments};
use crate::Parts;
use crate::live::LiveDesk;
use crate::model::{Model, Settings};
use crate::server::{Answer, Deliveries, Faults, Hits, Injector, Request, Vendor};

fn service(is_limited: bool) -> Service {
    let settings = Settings { tickets: 900, days: 60, agents: 8, ..Settings::default() };
    let desk = LiveDesk::standing(Model::new(settings).unwrap());
    desk.clock().advance(60);
    let (deliveries, _) = Deliveries::new(Arc::new(Injector::new(Faults::default(), 1)));
    let base = "http://127.0.0.1:1".to_owned();
    Service::new(Parts { desk, base, deliveries, is_limited })
}

impl Service {
    fn signed(&self, request: Request) -> Request {
        let pair = format!("{}:{}", self.email(), self.token);
        request.header("authorization", &format!("Basic {}", STANDARD.encode(pair)))
    }

    fn ask(&self, address: &str) -> Answer {
        self.answer(&self.signed(Request::get(address)), &Hits::default())
    }

    fn read(&self, address: &str) -> Value {
        let answer = self.ask(address);
        let body = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status, 200, "{address}: {body}");
        body
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.signed(Request::get(path));
        let body = serde_json::to_vec(body).unwrap();
        let request = Request { method: "POST".to_owned(), body, ..request };
        let answer = self.answer(&request, &Hits::default());
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    /// All issues of a search, and how many pages there were.
    fn search(&self, rest: &str) -> (Vec<Value>, usize) {
        let (mut issues, mut pages, mut token) = (Vec::new(), 0, String::new());
        loop {
            let page = self.read(&format!("/rest/api/3/search/jql?{rest}&nextPageToken={token}"));
            issues.extend(page["issues"].as_array().unwrap().iter().cloned());
            pages += 1;
            assert_eq!(page["isLast"], page["nextPageToken"].is_null());
            let Some(next) = page["nextPageToken"].as_str() else { return (issues, pages) };
            token = next.to_owned();
        }
    }
}

fn numbers(issues: &[Value]) -> Vec<u64> {
    issues.iter().map(|issue| ids::ticket(issue["id"].as_str().unwrap()).unwrap()).collect()
}

const ALL: &str = "jql=project=QM%20ORDER%20BY%20updated%20ASC";

#[test]
fn who_signs_in_wrongly_is_refused_or_finds_nothing() {
    let service = service(false);
    let wrong = |address: &str| {
        let request = Request::get(address).header("authorization", "Basic d3Jvbmc6d3Jvbmc=");
        service.answer(&request, &Hits::default())
    };
    assert_eq!(wrong("/rest/api/3/myself").status, 401);
    assert_eq!(wrong(&format!("/rest/api/3/issue/{}", ids::issue(1))).status, 404);
    let nothing = wrong("/rest/api/3/search/jql?jql=project=QM");
    assert_eq!((nothing.status, &nothing.body[..]), (200, &br#"{"isLast":true,"issues":[]}"#[..]));
    assert!(nothing.headers.iter().any(|(name, _)| *name == "X-Seraph-LoginReason"));
    assert_eq!(service.ask("/rest/api/3/myself").status, 200);
    assert_eq!(service.ask("/rest/api/2/search?jql=project=QM").status, 410);
}

#[test]
fn every_issue_is_found_once_in_the_order_of_its_changes() {
    let service = service(false);
    let (issues, pages) = service.search(&format!("{ALL}&fields=updated&maxResults=100"));
    let removed = service.desk.removed();
    let mut found = numbers(&issues);
    let updated = |number: &u64| service.desk.touched(*number).unwrap();
    assert!(found.is_sorted_by_key(updated));
    found.sort_unstable();
    let expected: Vec<u64> =
        (1..=service.desk.count()).filter(|number| !removed.contains_key(number)).collect();
    assert_eq!(found, expected);
    // Pages are shorter than they might be.
    assert!(pages > expected.len() / 100 + 1, "{pages}");
    let (bare, pages) = service.search(&format!("{ALL}&maxResults=5000"));
    assert_eq!((bare.len(), pages), (expected.len(), 1));
    assert_eq!(bare[0].as_object().unwrap().len(), 1);
}

#[test]
fn a_query_is_read_in_the_zone_of_who_asks_and_to_the_minute() {
    let service = service(false);
    let now = service.desk.clock().now();
    for ago in [3_600, 90_000, 700_000] {
        let shown = service.zone.shown(now - ago);
        let minute = format!("{}%20{}", &shown[..10], &shown[11..16]);
        let (issues, _) =
            service.search(&format!("jql=updated>=\"{minute}\"%20ORDER%20BY%20updated"));
        let from = (now - ago).div_euclid(60) * 60;
        let expected = (1..=service.desk.count()).filter(|number| {
            service.visible(*number).is_ok_and(|ticket| service.updated(&ticket) >= from)
        });
        assert_eq!(issues.len(), expected.count(), "{minute}");
    }
    let status = |jql: &str| service.ask(&format!("/rest/api/3/search/jql?jql={jql}")).status;
    assert_eq!(status("updated>=\"2026-01-01%2010:00:00\""), 400);
    assert_eq!(status("updated>=\"2026-01-01T10:00:00Z\""), 400);
    assert_eq!(status("updated>=-5d%20AND%20projectType=service_desk"), 200);
    assert_eq!(status("ORDER%20BY%20updated"), 400);
    assert_eq!(status("shoe=5"), 400);
    assert_eq!(status("project%20in%20(QM,%20WEB)%20AND%20resolution%20is%20not%20EMPTY"), 200);
}

#[test]
fn a_token_is_good_for_its_query_and_for_a_week() {
    let service = service(false);
    let page = service.read(&format!("/rest/api/3/search/jql?{ALL}&maxResults=10"));
    let token = page["nextPageToken"].as_str().unwrap();
    let next = format!("/rest/api/3/search/jql?{ALL}&nextPageToken={token}");
    assert_eq!(service.ask(&next).status, 200);
    let other = format!("/rest/api/3/search/jql?jql=project=WEB&nextPageToken={token}");
    assert_eq!(service.ask(&other).status, 400);
    service.desk.clock().advance(8 * 86_400);
    assert_eq!(service.ask(&next).status, 400);
}

#[test]
fn what_has_just_happened_is_not_found_yet() {
    let service = service(false);
    let change = service.desk.change(1)[0];
    let jql = format!("jql=id={}", ids::issue(change.ticket));
    let find = || service.search(&format!("{jql}%20ORDER%20BY%20updated%20ASC")).0.len();
    let is_there = service.visible(change.ticket).is_ok();
    assert_eq!(find(), 0);
    service.desk.clock().advance(11);
    assert_eq!(find(), usize::from(is_there));
}

#[test]
fn histories_lead_from_what_an_issue_was_made_with_to_what_it_is() {
    let service = service(false);
    let (issues, _) = service.search(&format!("{ALL}&fields=*all&expand=changelog&maxResults=100"));
    let (mut changed, mut cut_off) = (0, 0);
    for issue in &issues {
        let number = ids::ticket(issue["id"].as_str().unwrap()).unwrap();
        let ticket = service.visible(number).unwrap();
        let histories = issue["changelog"]["histories"].as_array().unwrap();
        let total = issue["changelog"]["total"].as_u64().unwrap() as usize;
        assert_eq!(histories.len(), total.min(changelog::IN_SEARCH));
        cut_off += usize::from(histories.len() < total);
        let path = format!("/rest/api/3/issue/{number}/changelog", number = ids::key(number));
        let page = service.read(&path);
        let mut oldest_first: Vec<&Value> = page["values"].as_array().unwrap().iter().collect();
        assert_eq!(oldest_first.len(), total.min(100));
        let last = |field: &str| {
            let mut items = oldest_first.iter().flat_map(|it| it["items"].as_array().unwrap());
            items.rfind(|item| item["fieldId"] == field).map(|item| item["to"].clone())
        };
        if let Some(status) = last("status") {
            assert_eq!(issue["fields"]["status"]["id"], status, "{}", ticket.number);
            changed += 1;
        }
        oldest_first.reverse();
        assert_eq!(histories.first(), oldest_first.first().copied());
    }
    assert!(changed > 700 && cut_off > 10, "{changed}, {cut_off}");
}

#[test]
fn many_comments_are_cut_off_in_a_search_and_to_be_had_page_by_page() {
    let service = service(false);
    let tickets = (1..=service.desk.count()).filter_map(|number| service.visible(number).ok());
    let ticket = tickets.max_by_key(|ticket| comments::of(ticket).len()).unwrap();
    let all = comments::of(&ticket).len();
    assert!(all > comments::IN_SEARCH, "{all}");
    let key = ids::key(ticket.number);
    let page = service.read(&format!("/rest/api/3/search/jql?jql=key={key}&fields=comment"));
    let comment = &page["issues"][0]["fields"]["comment"];
    assert_eq!(comment["total"], all);
    assert_eq!(comment["comments"].as_array().unwrap().len(), all.min(comments::IN_SEARCH));
    let mut found = Vec::new();
    for start in (0..all).step_by(3) {
        let path = format!("/rest/api/2/issue/{key}/comment?startAt={start}&maxResults=3");
        found.extend(service.read(&path)["comments"].as_array().unwrap().iter().cloned());
    }
    assert_eq!(found.len(), all);
    assert!(
        found
            .iter()
            .all(|comment| comment["body"].is_string() && comment["jsdPublic"].is_boolean())
    );
    assert_eq!(comment["comments"][0]["body"]["type"], "doc");
}

#[test]
fn changelogs_of_many_issues_come_in_pages_that_end_anywhere() {
    let service = service(false);
    let issues: Vec<String> = (1..=30).map(|number| ids::issue(number).to_string()).collect();
    let (mut found, mut token) = (Vec::new(), Value::Null);
    loop {
        let body = json!({ "issueIdsOrKeys": issues, "fieldIds": ["status"], "maxResults": 7, "nextPageToken": token });
        let (status, page) = service.post("/rest/api/3/changelog/bulkfetch", &body);
        assert_eq!(status, 200, "{page}");
        for log in page["issueChangeLogs"].as_array().unwrap() {
            let histories = log["changeHistories"].as_array().unwrap();
            found.extend(histories.iter().map(|it| it["id"].as_str().unwrap().to_owned()));
            assert!(histories.iter().all(|it| it["created"].is_i64()));
        }
        token = page["nextPageToken"].clone();
        if token.is_null() {
            break;
        }
    }
    let tickets = (1..=30).filter_map(|number| service.visible(number).ok());
    let count = tickets.flat_map(|it| {
        super::state::State::each(&it)
            .collect::<Vec<_>>()
            .windows(2)
            .map(|pair| pair[0].status != pair[1].status)
            .collect::<Vec<_>>()
    });
    assert_eq!(found.len(), count.filter(|changed| *changed).count());
    let mut once = found.clone();
    once.dedup();
    assert_eq!(once, found);
    let (status, _) = service.post("/rest/api/3/changelog/bulkfetch", &json!({ "issues": [] }));
    assert_eq!(status, 400);
}
