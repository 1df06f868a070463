//! One conversation, with its parts.

use std::collections::BTreeSet;

use serde_json::Value;
use simulators::Simulator;
use simulators::model::{Act, Actor, Status, Ticket};

use crate::asked::{get, page, read, unlimited};

fn conversation(desk: &Simulator, number: u64) -> Option<Value> {
    let answer = get(desk, &format!("/conversations/{}", desk.ticket_id(number)));
    (answer.status == 200).then(|| read(&answer))
}

fn parts(conversation: &Value) -> &Vec<Value> {
    conversation["conversation_parts"]["conversation_parts"].as_array().unwrap()
}

/// When the state changed to what, as the parts tell it.
fn states(conversation: &Value) -> Vec<(i64, &str)> {
    let mut told = vec![(conversation["created_at"].as_i64().unwrap(), "open")];
    for part in parts(conversation) {
        let state = part["state"].as_str().unwrap();
        if state != told.last().unwrap().1 {
            told.push((part["created_at"].as_i64().unwrap(), state));
        }
    }
    told
}

fn expected(ticket: &Ticket) -> Vec<(i64, &'static str)> {
    let told = ticket.events.iter().filter_map(|event| Some((event.at, event.status?)));
    told.map(|(at, status)| (at, word(status))).collect()
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Pending => "snoozed",
        Status::Solved => "closed",
        other => panic!("Intercom has no {other:?}"),
    }
}

/// When people of the desk wrote something that the customer can read.
fn answers(conversation: &Value) -> Vec<i64> {
    let is_person = |author: &Value| {
        author["type"] == "admin" && !author["email"].as_str().unwrap().starts_with("operator+")
    };
    let source = &conversation["source"];
    let source = is_person(&source["author"]).then(|| conversation["created_at"].as_i64().unwrap());
    let said = parts(conversation).iter().filter(|part| {
        part["part_type"] != "note" && part["body"].is_string() && is_person(&part["author"])
    });
    source.into_iter().chain(said.map(|part| part["created_at"].as_i64().unwrap())).collect()
}

#[test]
fn parts_say_what_can_be_known_of_the_desk() {
    let desk = unlimited();
    desk.change(2_000);
    let (mut compared, mut kinds) = (0, BTreeSet::new());
    for ticket in desk.tickets() {
        let Some(shown) = conversation(&desk, ticket.number) else {
            assert!(desk.desk().was_deleted(ticket.number));
            assert_eq!(ticket.events.last().unwrap().act, Act::Deleted);
            continue;
        };
        assert_eq!(states(&shown), expected(&ticket), "{}", ticket.number);
        let is_answer = |it: &&simulators::model::Event| {
            matches!(it.actor, Actor::Agent(_)) && it.act == Act::Message { public: true }
        };
        let said: Vec<i64> = ticket.events.iter().filter(is_answer).map(|it| it.at).collect();
        assert_eq!(answers(&shown), said, "{}", ticket.number);
        let last = states(&shown).last().unwrap().1;
        assert_eq!(
            (shown["state"].as_str(), shown["open"].as_bool()),
            (Some(last), Some(last != "closed"))
        );
        let mut ids: Vec<u64> = parts(&shown)
            .iter()
            .map(|part| part["id"].as_str().unwrap().parse().unwrap())
            .collect();
        assert!(ids.is_sorted());
        ids.dedup();
        assert_eq!(ids.len() as u64, shown["conversation_parts"]["total_count"].as_u64().unwrap());
        kinds.extend(
            parts(&shown).iter().map(|part| part["part_type"].as_str().unwrap().to_owned()),
        );
        compared += 1;
    }
    assert!(compared > 1_500, "{compared}");
    let expected = [
        "assignment",
        "close",
        "comment",
        "conversation_rating_changed",
        "conversation_rating_remark_added",
        "default_assignment",
        "note",
        "open",
        "snoozed",
        "timer_unsnooze",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn lists_leave_out_what_stands_in_one() {
    let desk = unlimited();
    let listed = page(&desk, 0, 150, None);
    let mut rated = 0;
    for item in listed["conversations"].as_array().unwrap() {
        assert!(item.get("conversation_parts").is_none());
        assert!(
            ["statistics", "conversation_rating", "teammates"]
                .iter()
                .all(|name| item[name].is_null())
        );
        let whole = read(&get(&desk, &format!("/conversations/{}", item["id"].as_str().unwrap())));
        let figures = &whole["statistics"];
        assert_eq!(figures["count_conversation_parts"], whole["conversation_parts"]["total_count"]);
        let span = |until: &str| {
            Some(figures[until].as_i64()? - figures["first_contact_reply_at"].as_i64()?)
        };
        if let Some(close) = span("last_close_at") {
            // Nights do not count.
            assert!(figures["time_to_last_close"].as_i64().unwrap() <= close);
        }
        if let Some(rating) = whole["conversation_rating"].as_object() {
            assert!((1..=5).contains(&rating["rating"].as_i64().unwrap()));
            assert!(rating["created_at"].as_i64() < rating["updated_at"].as_i64());
            rated += 1;
        }
    }
    assert!(rated > 5, "{rated}");
}

#[test]
fn texts_come_without_tags_where_that_is_asked_for() {
    let desk = unlimited();
    let address = format!("/conversations/{}", desk.ticket_id(3));
    let with = read(&get(&desk, &address));
    let without = read(&get(&desk, &format!("{address}?display_as=plaintext")));
    assert!(with["source"]["body"].as_str().unwrap().starts_with("<p>"));
    assert!(!without["source"]["body"].as_str().unwrap().contains('<'));
}
