//! What is promised, and what came of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use simulators::server::Faults;

use crate::client::{Client, ids, zendesk};

const EVENTS: &str = "/api/v2/incremental/ticket_metric_events";

/// All of an export by time, which does not say when it is at its end.
fn export(client: &Client, start: i64, more: &str) -> (Vec<Value>, i64) {
    let (mut all, mut from) = (Vec::new(), start);
    loop {
        let page = client.json(&format!("{EVENTS}?start_time={from}&per_page=300{more}"));
        assert!(page.get("end_of_stream").is_none());
        let items = page["ticket_metric_events"].as_array().unwrap();
        assert_eq!(page["count"], items.len());
        all.extend(items.iter().cloned());
        let end = page["end_time"].as_i64().unwrap();
        if items.len() < 300 {
            return (all, end);
        }
        // A page of one second alone has all of it, and leads to itself.
        from = if end > from { end } else { from + 1 };
        let next = page["next_page"].as_str().unwrap();
        assert!(next.contains(&format!("start_time={end}")), "{next}");
    }
}

fn time(event: &Value) -> i64 {
    chrono::DateTime::parse_from_rfc3339(event["time"].as_str().unwrap()).unwrap().timestamp()
}

/// By ticket, by what is timed and by which time it is, in order.
fn by_clock(events: Vec<Value>) -> BTreeMap<String, Vec<Value>> {
    let mut clocks: BTreeMap<String, BTreeMap<u64, Value>> = BTreeMap::new();
    for event in events {
        let clock = format!("{} {} {}", event["ticket_id"], event["metric"], event["instance_id"]);
        clocks.entry(clock).or_default().insert(event["id"].as_u64().unwrap(), event);
    }
    clocks.into_iter().map(|(clock, events)| (clock, events.into_values().collect())).collect()
}

#[test]
fn everything_is_told_in_order_whichever_pages_it_is_asked_for_in() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let (all, _) = export(&client, 0, "");
    assert!(all.iter().map(time).is_sorted());
    let unique: BTreeSet<u64> = ids(&all).into_iter().collect();
    assert!(all.len() > unique.len(), "what shares a page's last second comes twice");
    let (mut by_cursor, mut url) = (Vec::new(), format!("{EVENTS}?start_time=0&page[size]=100"));
    loop {
        let page = client.json(&url);
        by_cursor.extend(page["ticket_metric_events"].as_array().unwrap().iter().cloned());
        if page["meta"]["has_more"] == false {
            assert_eq!(page["links"]["next"], Value::Null);
            break;
        }
        page["links"]["next"].as_str().unwrap().clone_into(&mut url);
    }
    assert_eq!(by_cursor.len(), unique.len());
    assert_eq!(ids(&by_cursor).into_iter().collect::<BTreeSet<_>>(), unique);
    let agent = client.get(&format!("{EVENTS}?start_time=0&page[size]=101"));
    assert_eq!(agent.status, 400);
}

#[test]
fn a_promise_is_broken_when_its_clock_showed_more_and_not_otherwise() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let (mut broken, mut kept) = (0, 0);
    for (clock, events) in by_clock(export(&client, 0, "").0) {
        let last = |kind: &str| events.iter().rev().find(|event| event["type"] == kind);
        let breach =
            events.iter().rev().find(|it| it["type"] == "breach" && it["deleted"] == false);
        let Some(applied) = last("apply_sla") else {
            assert!(breach.is_none(), "{clock}: nothing was promised");
            continue;
        };
        let sla = &applied["sla"];
        assert_eq!(sla["target_in_seconds"], json!(sla["target"].as_i64().unwrap() * 60));
        let (Some(over), Some(status)) = (last("fulfill"), last("update_status")) else { continue };
        let is_business = sla["business_hours"] == true;
        let showed = &status["status"][if is_business { "business" } else { "calendar" }];
        let (showed, target) = (showed.as_i64().unwrap(), sla["target"].as_i64().unwrap());
        match breach {
            Some(breach) => {
                assert!(time(breach) < time(over) && showed >= target, "{clock}: {events:?}");
                broken += 1;
            }
            None => {
                assert!(showed <= target, "{clock}: {events:?}");
                kept += 1;
            }
        }
    }
    assert!(broken > 50 && kept > 50, "{broken} broken, {kept} kept");
    let policies = client.json("/api/v2/slas/policies.json");
    let one = policies["sla_policies"][1].clone();
    assert_eq!(client.json(&format!("/api/v2/slas/policies/{}", one["id"]))["sla_policy"], one);
    assert_eq!(client.get("/api/v2/slas/policies/1").status, 404);
}

#[test]
fn what_is_broken_by_waiting_alone_is_told_when_it_is() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let (before, end) = export(&client, 0, "&include_changes=true");
    let known: BTreeSet<u64> = ids(&before).into_iter().collect();
    // Nothing happens, but time goes by.
    zendesk.desk().clock().advance(30 * 86_400);
    let (after, _) = export(&client, end, "&include_changes=true");
    let new: Vec<_> =
        after.iter().filter(|it| !known.contains(&it["id"].as_u64().unwrap())).collect();
    assert!(!new.is_empty() && new.iter().all(|it| it["type"] == "breach"), "{new:?}");
    // What an agent writes then is too late.
    zendesk.change(3_000);
    zendesk.desk().clock().advance(61);
    let (all, _) = export(&client, 0, "&include_changes=true");
    let ticket = new[0]["ticket_id"].as_u64().unwrap();
    let told = client.json(&format!("/api/v2/tickets/{ticket}?include=metric_events"));
    if let Some(lists) = told["ticket"]["metric_events"].as_object() {
        let beside: BTreeSet<u64> =
            lists.values().flat_map(|it| ids(it.as_array().unwrap())).collect();
        let theirs = all.iter().filter(|it| it["ticket_id"] == ticket);
        assert_eq!(beside, theirs.map(|it| it["id"].as_u64().unwrap()).collect());
    }
}
