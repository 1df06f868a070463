//! What the vendor does that one might not expect.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::rules;
use super::service::Service;
use super::state::State;
use crate::Parts;
use crate::iso::Iso;
use crate::live::LiveDesk;
use crate::model::{Act, Actor, Event, Model, Settings, Status, Ticket};
use crate::server::{Answer, Deliveries, Faults, Hits, Injector, Request, Vendor};

const DAY: i64 = 86_400;

fn service(tickets: u64, is_limited: bool) -> Service {
    let settings = Settings { agents: 6, tickets, days: 90, ..Settings::default() };
    let desk = LiveDesk::standing(Model::new(settings).unwrap());
    let (deliveries, _courier) = Deliveries::new(Arc::new(Injector::new(Faults::default(), 1)));
    let base = "http://desk.example".to_owned();
    Service::new(Parts { desk, base, deliveries, is_limited })
}

fn ask(service: &Service, key: &str, address: &str) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:X")));
    let request = Request::get(&format!("/api/v2{address}")).header("authorization", &basic);
    service.answer(&request, &Hits::default())
}

fn get(service: &Service, address: &str) -> Value {
    let answer = ask(service, &service.api_key, address);
    assert_eq!(answer.status, 200, "{address}: {}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}

fn refused(service: &Service, address: &str) -> u16 {
    ask(service, &service.api_key, address).status
}

fn said<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let found = answer.headers.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

fn ids(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|it| it["id"].as_u64().unwrap()).collect()
}

/// The tickets of a list, as one reads them who begins anew at the last change of each page.
fn walk(service: &Service, filter: &str) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    let mut since = Iso(service.desk.model().starts()).to_string();
    loop {
        let page = get(
            service,
            &format!(
                "/tickets?updated_since={since}&order_by=updated_at&order_type=asc&per_page=100{filter}"
            ),
        );
        found.extend(ids(&page));
        let page = page.as_array().unwrap();
        let Some(last) = page.last().filter(|_| page.len() == 100) else { return found };
        last["updated_at"].as_str().unwrap().clone_into(&mut since);
    }
}

#[test]
fn the_key_stands_where_the_name_does_and_an_agents_own_shows_little() {
    let service = service(200, false);
    assert_eq!(ask(&service, "nobody", "/agents/me").status, 401);
    assert_eq!(get(&service, "/agents/me")["ticket_scope"], 1);
    let key = service.key_of(2);
    let me: Value = serde_json::from_slice(&ask(&service, &key, "/agents/me").body).unwrap();
    assert_eq!(me["ticket_scope"], 3);
    assert_eq!(ask(&service, &key, "/tickets").status, 403);
}

#[test]
fn without_a_time_only_the_last_month_is_listed_and_no_list_goes_on_for_ever() {
    let service = service(600, false);
    let month = service.desk.clock().now() - 30 * DAY;
    let mut listed = BTreeSet::new();
    for page in 1.. {
        let answer = ask(&service, &service.api_key, &format!("/tickets?page={page}"));
        let tickets: Value = serde_json::from_slice(&answer.body).unwrap();
        listed.extend(ids(&tickets));
        let next = said(&answer, "Link").map(str::to_owned);
        assert_eq!(next.is_some(), ids(&tickets).len() == 30, "page {page}: {next:?}");
        let Some(next) = next else { break };
        let expected =
            format!("<http://desk.example/api/v2/tickets?page={}>; rel=\"next\"", page + 1);
        assert_eq!(next, expected);
    }
    let young = |number: &u64| service.desk.ticket(*number).unwrap().created_at >= month;
    let here = |number: &u64| service.desk.removal(*number).is_none();
    let expected: BTreeSet<u64> =
        (1..=service.desk.count()).filter(|it| young(it) && here(it)).collect();
    assert!(expected.len() > 60 && expected.len() < 400);
    assert_eq!(listed, expected);
    assert_eq!(refused(&service, "/tickets?page=301"), 400);
    assert_eq!(refused(&service, "/tickets?per_page=101"), 400);
    assert_eq!(refused(&service, "/tickets?include=everything"), 400);
}

#[test]
fn what_is_thrown_away_is_in_lists_of_its_own_for_a_month() {
    let service = service(900, false);
    let removed = service.desk.removed();
    let month = service.desk.clock().now() - 30 * DAY;
    let shelf = |is_spam: bool| -> BTreeSet<u64> {
        let kept = removed.iter().filter(|(_, it)| it.is_spam == is_spam && it.at > month);
        kept.map(|(number, _)| *number).collect()
    };
    let (spam, deleted) = (walk(&service, "&filter=spam"), walk(&service, "&filter=deleted"));
    assert!(!spam.is_empty() && !deleted.is_empty() && spam.len() + deleted.len() < removed.len());
    assert_eq!((spam, &deleted), (shelf(true), &shelf(false)));
    let usual = walk(&service, "");
    assert_eq!(usual.len() + removed.len(), 900);
    assert!(removed.keys().all(|number| !usual.contains(number)));
    let one = deleted.first().unwrap();
    assert_eq!(get(&service, &format!("/tickets/{one}"))["deleted"], true);
}

#[test]
fn what_a_ticket_says_first_is_its_description_and_what_rules_send_is_nowhere() {
    let service = service(400, false);
    let mut merged = 0;
    for number in walk(&service, "") {
        let ticket = service.desk.ticket(number).unwrap();
        let told = get(&service, &format!("/tickets/{number}/conversations?per_page=100"));
        let told = told.as_array().unwrap();
        let messages = ticket.events.iter().skip(2).filter(|event| {
            matches!(event.act, Act::Message { .. }) && event.actor != Actor::Automation
        });
        let into = ticket.events.iter().find_map(|event| match event.act {
            Act::Merged { into } => Some(into),
            _ => None,
        });
        assert_eq!(told.len(), messages.count() + usize::from(into.is_some()), "{ticket:?}");
        if let Some(into) = into {
            let note = told.last().unwrap();
            let text = note["body_text"].as_str().unwrap();
            assert!(text.ends_with(&into.to_string()) && note["private"] == true, "{note}");
            merged += 1;
        }
    }
    assert!(merged > 0);
}

#[test]
fn the_list_of_tickets_has_a_limit_of_its_own_and_what_is_included_counts() {
    let service = service(50, true);
    let address = "/tickets?include=stats,requester";
    let first = ask(&service, &service.api_key, address);
    assert_eq!(said(&first, "X-RateLimit-Total"), Some("400"));
    assert_eq!(said(&first, "X-RateLimit-Remaining"), Some("397"));
    assert_eq!(said(&first, "X-RateLimit-Used-CurrentRequest"), Some("3"));
    let over = (1..200).map(|_| ask(&service, &service.api_key, "/tickets"));
    let over: Vec<Answer> = over.skip_while(|answer| answer.status == 200).collect();
    assert_eq!(over.len(), 100);
    assert!(over.iter().all(|answer| answer.status == 429));
    assert_eq!(said(&over[0], "Retry-After"), Some("60"));
    assert_eq!(refused(&service, "/agents"), 200);
}

fn event(at: i64, actor: Actor, act: Act, status: Option<Status>) -> Event {
    let (assignee, queue, priority, tag) = (None, None, None, None);
    Event { at, actor, act, status, assignee, queue, priority, tag, work: 0 }
}

#[test]
fn a_reopened_ticket_does_not_tell_that_it_was_resolved() {
    let service = service(10, false);
    let (ann, update) = (Actor::Agent(1), Act::Updated);
    let events = [
        event(100, Actor::Customer, Act::Created, Some(Status::New)),
        event(150, ann, Act::Message { public: true }, Some(Status::Pending)),
        event(200, ann, update, Some(Status::Solved)),
        event(300, Actor::Customer, Act::Message { public: true }, Some(Status::Open)),
        event(400, ann, update, Some(Status::Closed)),
    ];
    let stats = |count: usize| {
        let ticket = service.desk.ticket(1).unwrap();
        let ticket = Ticket { created_at: 100, events: events[..count].to_vec(), ..ticket };
        let stats = State::of(&ticket).stats;
        let times = [
            stats.status_updated_at,
            stats.pending_since,
            stats.resolved_at,
            stats.closed_at,
            stats.reopened_at,
        ];
        times.map(|at| at.map_or(0, |at: Iso| at.0))
    };
    assert_eq!(stats(1), [100, 0, 0, 0, 0]);
    assert_eq!(stats(2), [150, 150, 0, 0, 0]);
    assert_eq!(stats(3), [200, 0, 200, 0, 0]);
    assert_eq!(stats(4), [300, 0, 0, 0, 300]);
    // Closed at once, it is said to have been resolved at that very second.
    assert_eq!(stats(5), [400, 0, 400, 400, 300]);
}

/// When a ticket was solved, as far as that can be known.
fn solves(ticket: &Ticket) -> Vec<i64> {
    let solved = ticket.events.iter().filter(|event| event.status == Some(Status::Solved));
    solved.map(|event| event.at).collect()
}

#[test]
fn what_is_known_is_all_that_was_told_and_asking_twice_adds_nothing() {
    let (watched, late) = (service(150, false), service(150, false));
    let look = |service: &Service, number: u64| {
        get(service, &format!("/tickets/{number}?include=stats"));
    };
    let known =
        |service: &Service, number: u64| service.known_of(service.desk.ticket(number).unwrap());
    let mut touched = BTreeSet::new();
    for _ in 0..1_500 {
        late.desk.change(1);
        for moment in watched.desk.change(1) {
            look(&watched, moment.ticket);
            touched.insert(moment.ticket);
        }
    }
    let mut forgotten = 0;
    for number in touched {
        let (all, last) = (known(&watched, number), known(&late, number));
        assert!(solves(&last).iter().all(|at| solves(&all).contains(at)), "{number}");
        forgotten += usize::from(solves(&all).len() > solves(&last).len());
        look(&watched, number);
        assert_eq!(known(&watched, number), all);
    }
    assert!(forgotten > 0);
}

#[test]
fn a_rule_names_the_ticket_and_does_not_run_when_one_is_thrown_away() {
    let service = service(100, false);
    assert_ne!(service.rules.add("http://a.example"), service.rules.add("http://b.example"));
    let mut thrown = 0;
    for moment in service.desk.change(3_000) {
        let act = service.desk.ticket(moment.ticket).unwrap().events[moment.event].act;
        let body = rules::body(&service.desk, moment);
        if matches!(act, Act::Deleted | Act::Spam | Act::Restored) {
            thrown += 1;
            assert_eq!(body, None);
        } else {
            let expected = format!("{{\"ticket_id\":{}}}", moment.ticket);
            assert_eq!(String::from_utf8(body.unwrap()).unwrap(), expected);
        }
    }
    assert!(thrown > 0);
}
