//! What a client meets, without a port.

mod access;

use std::sync::Arc;

use serde_json::Value;

use super::Service;
use super::ids::Id;
use crate::live::LiveDesk;
use crate::model::{Act, Model, Settings};
use crate::server::{Answer, Deliveries, Faults, Hits, Injector, Request, Vendor};
use crate::simulator::{Helpdesk, Parts};

const INCIDENTS: &str = "/api/now/table/incident";

fn service(tickets: u64, is_limited: bool) -> Service {
    let settings = Settings { agents: 6, tickets, days: 30, ..Settings::default() };
    let desk = LiveDesk::standing(Model::new(settings).unwrap());
    let (deliveries, _) = Deliveries::new(Arc::new(Injector::new(Faults::default(), 1)));
    Service::new(Parts { desk, base: "http://there".to_owned(), deliveries, is_limited })
}

fn credential(service: &Service, name: &str) -> String {
    let all = [service.credentials(), service.other_credentials()].concat();
    all.into_iter().find(|(known, _)| *known == name).unwrap().1
}

fn basic(name: &str, password: &str) -> String {
    use base64::Engine;
    let pair = format!("{name}:{password}");
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

fn reader(service: &Service) -> String {
    basic(&credential(service, "username"), &credential(service, "password"))
}

fn admin(service: &Service) -> String {
    basic(&credential(service, "admin_username"), &credential(service, "admin_password"))
}

fn ask(service: &Service, authorization: &str, address: &str, hits: &Hits) -> Answer {
    let request = Request::get(address).header("authorization", authorization);
    service.answer(&request, hits)
}

fn get(service: &Service, address: &str) -> Answer {
    ask(service, &reader(service), address, &Hits::default())
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

fn rows(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    json(answer)["result"].as_array().unwrap().clone()
}

fn said<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_else(|| panic!("{field} of {row}")).to_owned()
}

/// Every incident that can be seen, page after page, each beginning after the last record of the one before.
fn keyset(service: &Service, after: &str, limit: usize) -> Vec<String> {
    let (mut at, mut id, mut found) = (after.to_owned(), String::new(), Vec::new());
    let mut most = limit;
    loop {
        let query = format!(
            "sys_updated_on>={at}^sys_updated_on>{at}^ORsys_id>{id}^ORDERBYsys_updated_on^ORDERBYsys_id"
        );
        let address = format!(
            "{INCIDENTS}?sysparm_query={query}&sysparm_limit={most}&sysparm_fields=sys_id,sys_updated_on"
        );
        let answer = get(service, &address);
        let page = rows(&answer);
        assert!(page.len() <= most);
        if let Some(last) = page.last() {
            (at, id, most) = (text(last, "sys_updated_on"), text(last, "sys_id"), limit);
        } else {
            most *= 2;
        }
        found.extend(page.iter().map(|row| text(row, "sys_id")));
        if !said(&answer, "Link").contains("rel=\"next\"") {
            return found;
        }
    }
}

#[test]
fn a_page_may_be_empty_where_more_comes_after_it() {
    let service = service(300, false);
    let order = "sysparm_query=ORDERBYsys_updated_on";
    let first = get(&service, &format!("{INCIDENTS}?{order}&sysparm_limit=200"));
    assert_eq!(rows(&first).len(), 0);
    assert!(said(&first, "Link").contains("sysparm_offset=200>;rel=\"next\""), "{first:?}");
    let count: usize = said(&first, "X-Total-Count").parse().unwrap();
    let seen = keyset(&service, "2000-01-01 00:00:00", 200);
    assert_eq!(seen.len() + super::incidents::RESTRICTED as usize, count);
    let deleted = service.desk.removed().values().filter(|removal| !removal.is_spam).count();
    assert_eq!(seen.len() + deleted, service.desk.count() as usize);
    let of_admin =
        ask(&service, &admin(&service), &format!("{INCIDENTS}?{order}"), &Hits::default());
    assert_eq!(rows(&of_admin).len(), count);
}

#[test]
fn keyset_pages_have_every_record_once_also_of_one_second() {
    let service = service(60, false);
    service.desk.clock().advance(90 * 86_400);
    service.desk.change(400);
    let mut seen = keyset(&service, "2000-01-01 00:00:00", 7);
    let now = super::cells::time(service.desk.clock().now());
    let at_once = keyset(&service, &now, 7).len();
    assert!(at_once > 50, "{at_once} of one second");
    let deleted = service.desk.removed().values().filter(|removal| !removal.is_spam).count();
    assert_eq!(seen.len() + deleted, service.desk.count() as usize);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len() + deleted, service.desk.count() as usize);
}

#[test]
fn an_alternative_belongs_to_the_condition_before_it_alone() {
    let service = service(40, false);
    let count = |query: &str| {
        let address = format!("{INCIDENTS}?sysparm_query={query}&sysparm_limit=1");
        said(&get(&service, &address), "X-Total-Count").parse::<usize>().unwrap()
    };
    let (either, resolved) = (count("state=6^ORstate=7"), count("state=6"));
    let closed = count("state=7");
    assert!(closed > 0 && either == resolved + closed);
    assert_eq!(count("state=6^ORstate=7^active=false"), closed);
    assert_eq!(count("active=false^state=6^ORstate=7"), closed);
    assert_eq!(count("state=6^NQstate=7^active=false"), either);
    assert_eq!(count("stateIN6,7"), either);
    assert_eq!(count("state!=7"), count("") - closed);
    assert_eq!(count("state=7^nonsense=1"), closed);
    assert_eq!(count("assigned_toISEMPTY"), count("") - count("assigned_toISNOTEMPTY"));
    assert_eq!(count("assignment_group.name=Billing"), {
        let group = Id::group(crate::model::Queue::Billing).text();
        count(&format!("assignment_group={group}"))
    });
    let address = format!("{INCIDENTS}?state=closed&sysparm_limit=1");
    assert_eq!(said(&get(&service, &address), "X-Total-Count"), closed.to_string());
}

#[test]
fn fields_are_told_as_they_are_asked_for() {
    let service = service(40, false);
    let address = format!("{INCIDENTS}/{}", Id::Incident(1).text());
    let one = |more: &str| json(&get(&service, &format!("{address}?{more}")))["result"].clone();
    let whole = one("");
    assert!(whole["comments"] == "" && whole["parent_incident"] == "", "{whole}");
    let caller = &whole["caller_id"];
    let user = text(caller, "value");
    assert_eq!(caller["link"], format!("http://there/api/now/table/sys_user/{user}"));
    let fields =
        "sysparm_fields=caller_id,caller_id.name,nothing,state&sysparm_exclude_reference_link=True";
    let few = one(fields);
    assert_eq!(few.as_object().unwrap().len(), 3);
    assert_eq!(few["caller_id"], user.as_str());
    let both = one("sysparm_display_value=all&sysparm_fields=state,opened_at,caller_id");
    assert_eq!(both["state"]["value"], whole["state"]);
    assert_eq!(both["caller_id"]["display_value"], few["caller_id.name"]);
    // What people read is in their zone, what is stored is not.
    assert_eq!(both["opened_at"]["value"], whole["opened_at"]);
    assert_ne!(both["opened_at"]["display_value"], whole["opened_at"]);
    let named = one("sysparm_display_value=true&sysparm_fields=state,caller_id");
    assert_eq!(named["caller_id"]["display_value"], few["caller_id.name"]);
    assert!(named["caller_id"].get("value").is_none());
}

#[test]
fn what_a_field_was_at_first_only_its_first_change_tells() {
    let service = service(200, false);
    let desk = &service.desk;
    let mut with_opening = 0;
    for ticket in desk.tickets().filter(|it| desk.removal(it.number).is_none()).take(60) {
        let id = Id::Incident(ticket.number).text();
        let of = |table: &str, key: &str| {
            let query = format!("{key}={id}^ORDERBYsys_created_on");
            rows(&get(&service, &format!("/api/now/table/{table}?sysparm_query={query}")))
        };
        let audits = of("sys_audit", "documentkey");
        let entries = of("sys_journal_field", "element_id");
        let written = audits.iter().filter(|row| row["oldvalue"] == "JOURNAL FIELD ADDITION");
        let opening = entries.len() - written.count();
        with_opening += opening;
        assert!(opening <= 1);
        let says = |event: &&crate::model::Event| {
            let by_rule = event.actor == crate::model::Actor::Automation;
            matches!(event.act, Act::Message { .. }) && !by_rule
        };
        assert_eq!(entries.len(), ticket.events.iter().filter(says).count());
        let now = json(&get(&service, &format!("{INCIDENTS}/{id}")))["result"].clone();
        let mut states = audits.iter().filter(|row| row["fieldname"] == "state");
        let last = states.next_back().map_or(now["state"].clone(), |row| row["newvalue"].clone());
        assert_eq!(now["state"], last);
    }
    assert!(with_opening > 10, "{with_opening}");
}

#[test]
fn deleted_records_are_gone_and_leave_a_trace() {
    let service = service(2_000, false);
    let of = |query: &str| {
        let table = "/api/now/table/sys_audit_delete?sysparm_query=tablename=incident^";
        rows(&get(&service, &format!("{table}{query}")))
    };
    let deleted = of("ORDERBYsys_created_on");
    assert!(deleted.len() > 3);
    let (mut gone, mut back) = (0, 0);
    for row in &deleted {
        let key = text(row, "documentkey");
        match get(&service, &format!("{INCIDENTS}/{key}")).status {
            404 => gone += 1,
            _ => back += 1,
        }
        assert!(of(&format!("documentkey={key}")).contains(row));
        let since = text(row, "sys_created_on");
        assert!(of(&format!("sys_created_on>={since}")).contains(row));
    }
    assert!(gone > 0 && back > 0, "{gone} and {back}");
}
