//! The incremental exports and their traps.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use simulators::model::{Act, Actor, Model, Ticket};
use simulators::server::Faults;

use crate::client::{Client, TICKETS, ids, settings, zendesk};

const BY_CURSOR: &str = "/api/v2/incremental/tickets/cursor.json?start_time=0&per_page=400";

#[test]
fn pages_to_the_end_give_every_ticket_once() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    for url in [BY_CURSOR, "/api/v2/incremental/tickets/cursor?start_time=0&per_page=37"] {
        let (tickets, _) = client.export(url, "tickets");
        let unique: BTreeSet<u64> = ids(&tickets).into_iter().collect();
        assert_eq!((tickets.len() as u64, unique.len() as u64), (TICKETS, TICKETS));
        let generated: Vec<u64> =
            tickets.iter().map(|it| it["generated_timestamp"].as_u64().unwrap()).collect();
        assert!(generated.is_sorted());
    }
}

#[test]
fn what_changes_during_an_export_comes_again() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let first = client.json(BY_CURSOR);
    let mut last: BTreeMap<u64, Value> = BTreeMap::new();
    let note = |page: &Value, last: &mut BTreeMap<u64, Value>| {
        for ticket in page["tickets"].as_array().unwrap() {
            last.insert(ticket["id"].as_u64().unwrap(), ticket.clone());
        }
    };
    note(&first, &mut last);
    let changed: BTreeSet<u64> = zendesk.change(900).iter().map(|change| change.ticket).collect();
    zendesk.desk().clock().advance(61);
    let (rest, end) = client.export(first["after_url"].as_str().unwrap(), "tickets");
    let told: BTreeSet<u64> = ids(&rest).into_iter().collect();
    assert_eq!(told.len(), rest.len());
    assert!(changed.is_subset(&told));
    note(&json!({ "tickets": rest }), &mut last);
    assert_eq!(last.len() as u64, zendesk.desk().count());
    for ticket in zendesk.desk().tickets() {
        is_told(&ticket, &last[&ticket.number]);
    }
    // At the end the cursor waits for what comes.
    let (nothing, same) = client.export(&end, "tickets");
    assert!(nothing.is_empty() && same == end, "{same}");
    let changes = zendesk.change(5);
    // What is younger than a minute is not told yet.
    let now = zendesk.desk().clock().now();
    let page = client.json(&end);
    let old = |it: &Value| it["generated_timestamp"].as_i64().unwrap() <= now - 60;
    assert!(page["tickets"].as_array().unwrap().iter().all(old));
    assert!(!ids(page["tickets"].as_array().unwrap()).contains(&changes.last().unwrap().ticket));
    zendesk.desk().clock().advance(61);
    let expected: BTreeSet<u64> = changes.iter().map(|change| change.ticket).collect();
    let (news, _) = client.export(&end, "tickets");
    assert!(expected.is_subset(&ids(&news).into_iter().collect()));
}

/// That a ticket is told as it is.
fn is_told(ticket: &Ticket, told: &Value) {
    let status = ticket.events.iter().rev().find_map(|event| event.status);
    let mark = ticket.events.iter().rev().find_map(|event| match event.act {
        Act::Spam | Act::Deleted => Some(true),
        Act::Restored => Some(false),
        _ => None,
    });
    let word = match (mark, status.unwrap().word()) {
        (Some(true), _) => "deleted",
        (_, "on_hold") => "hold",
        (_, word) => word,
    };
    assert_eq!(told["status"], word, "{}", ticket.number);
    let holder = ticket.events.iter().rev().find_map(|event| match event.act {
        Act::Unassigned => Some(None),
        _ => event.assignee.map(Some),
    });
    let holder = holder.flatten().map(|agent| 9_000_000_001 + u64::from(agent));
    assert_eq!(told["assignee_id"], json!(holder), "{}", ticket.number);
    let at = |at| {
        chrono::DateTime::from_timestamp(at, 0)
            .unwrap()
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    };
    assert_eq!(told["created_at"], at(ticket.created_at));
    assert_eq!(told["updated_at"], at(ticket.events.last().unwrap().at));
    let is_merged = ticket.events.iter().any(|event| matches!(event.act, Act::Merged { .. }));
    assert_eq!(told["tags"].as_array().unwrap().contains(&json!("closed_by_merge")), is_merged);
}

#[test]
fn pages_by_time_repeat_their_last_second_and_never_have_no_next() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let url = "/api/v2/incremental/tickets.json?start_time=0&per_page=100";
    let (tickets, _) = client.export(url, "tickets");
    let unique: BTreeSet<u64> = ids(&tickets).into_iter().collect();
    assert_eq!(unique.len() as u64, TICKETS);
    assert!(tickets.len() as u64 > TICKETS, "what shares a page's last second comes twice");
    let page = client.json(url);
    assert_eq!(page["count"], page["tickets"].as_array().unwrap().len());
    let last = page["tickets"].as_array().unwrap().last().unwrap();
    assert_eq!(page["end_time"], last["generated_timestamp"]);
    // A system's touch moves that alone.
    let moved = |ticket: &&Value| {
        let updated = ticket["updated_at"].as_str().unwrap();
        let updated = chrono::DateTime::parse_from_rfc3339(updated).unwrap().timestamp();
        ticket["generated_timestamp"].as_i64().unwrap() > updated
    };
    assert!(tickets.iter().filter(moved).count() > 10);
}

#[test]
fn an_export_cannot_begin_in_the_last_minute() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let now = zendesk.desk().clock().now();
    for name in [
        "tickets/cursor",
        "tickets",
        "ticket_events",
        "users/cursor",
        "users",
        "organizations",
        "ticket_metric_events",
    ] {
        let ask =
            |time: String| client.get(&format!("/api/v2/incremental/{name}?start_time={time}"));
        let refused = ask((now - 59).to_string());
        assert_eq!(refused.status, 422, "{name}");
        assert!(refused.json()["description"].as_str().unwrap().starts_with("Too recent"));
        assert_eq!(ask((now - 60).to_string()).status, 200);
        assert_eq!(ask("soon".to_owned()).status, 422);
        assert_eq!(client.get(&format!("/api/v2/incremental/{name}")).status, 422);
    }
    assert_eq!(client.get("/api/v2/incremental/tickets/cursor?cursor=nonsense").status, 400);
}

#[test]
fn events_say_the_same_as_audits_and_as_the_desk() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    zendesk.change(500);
    zendesk.desk().clock().advance(61);
    let url = "/api/v2/incremental/ticket_events.json?start_time=0&include=comment_events";
    let (events, _) = client.export(url, "ticket_events");
    let unique: BTreeMap<u64, &Value> =
        events.iter().map(|event| (event["id"].as_u64().unwrap(), event)).collect();
    assert!(events.is_sorted_by_key(|event| event["timestamp"].as_i64().unwrap()));
    let mut replies: BTreeMap<u64, usize> = BTreeMap::new();
    let mut statuses: BTreeMap<u64, &str> = BTreeMap::new();
    for event in unique.values() {
        let ticket = event["ticket_id"].as_u64().unwrap();
        for child in event["child_events"].as_array().unwrap() {
            if child["event_type"] == "Comment" && child["public"] == true {
                *replies.entry(ticket).or_default() += 1;
            }
            if let Some(status) = child.get("status") {
                statuses.insert(ticket, status.as_str().unwrap());
            }
        }
    }
    for ticket in zendesk.desk().tickets() {
        let is_reply = |event: &&simulators::model::Event| {
            event.act == Act::Message { public: true } && event.actor != Actor::Automation
        };
        let said = ticket.events.iter().filter(is_reply).count();
        assert_eq!(replies.get(&ticket.number).copied().unwrap_or(0), said, "{}", ticket.number);
        let shown = client.get(&format!("/api/v2/tickets/{}/audits.json", ticket.number));
        if shown.status == 404 {
            assert_eq!(statuses[&ticket.number], "deleted");
            continue;
        }
        if ticket.number % 20 == 0 {
            let audits = shown.json()["audits"].as_array().unwrap().clone();
            assert!(ids(&audits).iter().all(|id| unique.contains_key(id)));
            let ticket = &client.json(&format!("/api/v2/tickets/{}", ticket.number))["ticket"];
            assert_eq!(ticket["status"], statuses[&ticket["id"].as_u64().unwrap()]);
        }
    }
    let bare = client.json("/api/v2/incremental/ticket_events?start_time=0");
    let children = bare["ticket_events"].as_array().unwrap().iter();
    let mut comments = children
        .flat_map(|event| event["child_events"].as_array().unwrap())
        .filter(|child| child["event_type"] == "Comment");
    assert!(comments.all(|child| child["comment_present"] == true && child.get("body").is_none()));
}

#[test]
fn sideloads_come_with_the_page() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let url = "/api/v2/incremental/tickets/cursor?start_time=0&include=users,groups,organizations,metric_sets";
    let page = client.json(url);
    let users: BTreeSet<u64> = ids(page["users"].as_array().unwrap()).into_iter().collect();
    let groups = ids(page["groups"].as_array().unwrap());
    let model = Model::new(settings()).unwrap();
    for ticket in page["tickets"].as_array().unwrap() {
        assert!(users.contains(&ticket["requester_id"].as_u64().unwrap()));
        assert!(ticket["group_id"].as_u64().is_none_or(|group| groups.contains(&group)));
        let metrics = &ticket["metric_set"];
        assert_eq!(metrics["ticket_id"], ticket["id"]);
        let told = model.ticket(ticket["id"].as_u64().unwrap()).until(model.ends());
        let answer = told.events.iter().find(|event| {
            let by_agent = matches!(event.actor, Actor::Agent(_));
            by_agent && event.act == Act::Message { public: true } && event.at > told.created_at
        });
        let minutes = answer.map(|answer| (answer.at - told.created_at) / 60);
        assert_eq!(metrics["reply_time_in_minutes"]["calendar"], json!(minutes));
        let business = metrics["reply_time_in_minutes"]["business"].as_i64();
        assert!(business <= minutes, "{metrics}");
    }
}

#[test]
fn everybody_is_exported_and_a_suspended_customer_again() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let url = "/api/v2/incremental/users/cursor?start_time=0&per_page=100";
    let (users, end) = client.export(url, "users");
    let all = 1 + 12 + zendesk.desk().model().customers();
    assert_eq!(ids(&users).into_iter().collect::<BTreeSet<_>>().len() as u64, all);
    assert_eq!(users.len() as u64, all);
    let before = zendesk.desk().suspicions();
    zendesk.change(4_000);
    zendesk.desk().clock().advance(61);
    let after = zendesk.desk().suspicions();
    let new = after.iter().filter(|(number, it)| before.get(number) != Some(it));
    let new: BTreeSet<u64> = new.map(|(number, _)| 10_000_000_000 + number).collect();
    let (told, _) = client.export(&end, "users");
    assert!(!new.is_empty());
    assert_eq!(ids(&told).into_iter().collect::<BTreeSet<_>>(), new);
    let (organisations, _) =
        client.export("/api/v2/incremental/organizations?start_time=0", "organizations");
    assert_eq!(organisations.len() as u64, zendesk.desk().model().organisations());
}

#[test]
fn an_organisation_that_is_called_otherwise_comes_again() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let url = |number: u64| format!("/api/v2/organizations/{}", 8_000_000_000 + number);
    let rename = |number, name: &str| {
        let body = json!({ "organization": { "name": name } }).to_string();
        client.send("PUT", &url(number), &body).unwrap()
    };
    let (all, end) =
        client.export("/api/v2/incremental/organizations?start_time=0", "organizations");
    assert_eq!(rename(2, "Two of a kind").json()["organization"]["name"], "Two of a kind");
    assert_eq!(rename(3, "Two of a kind").status, 422);
    assert_eq!(rename(0, "None").status, 404);
    zendesk.desk().clock().advance(61);
    let (told, _) = client.export(&end, "organizations");
    let last = told.last().unwrap();
    assert_eq!((&last["id"], &last["name"]), (&json!(8_000_000_002_u64), &json!("Two of a kind")));
    assert!(last["updated_at"].as_str() > last["created_at"].as_str());
    let (again, _) =
        client.export("/api/v2/incremental/organizations?start_time=0", "organizations");
    assert_eq!(again.len(), all.len());
    let include = "/api/v2/tickets.json?include=organizations&page[size]=100";
    let page = client.json(include);
    let named = page["organizations"].as_array().unwrap().iter();
    for organisation in named {
        let one = client.json(&url(organisation["id"].as_u64().unwrap() - 8_000_000_000));
        assert_eq!(&one["organization"], organisation);
    }
}
