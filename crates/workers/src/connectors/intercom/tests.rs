//! What Intercom's documents show, and what its answers are known to be like.

use std::collections::HashSet;

use serde_json::{Value, json};

use domain::tickets::source::{Rows, SourceAgent, SourceEffect, SourceEvent, SourceRow};
use domain::tickets::{ActorKind, InitiatedBy, StatusCategory};

use super::super::contract::{Connector, Item};
use super::{Intercom, wire};

fn items(conversation: Value) -> Vec<Item> {
    let agents = HashSet::from(["274".to_owned(), "275".to_owned()]);
    serde_json::from_value::<wire::Conversation>(conversation).unwrap().items(&agents)
}

fn row(conversation: Value) -> SourceRow {
    let first = items(conversation).swap_remove(0);
    let Item::Ticket(row) = first else { panic!("{first:?}") };
    *row
}

/// A conversation that somebody began at 100, with these parts.
fn conversation(parts: Value) -> Value {
    json!({
        "type": "conversation",
        "id": "471",
        "created_at": 100,
        "updated_at": 900,
        "source": { "type": "email", "delivered_as": "customer_initiated", "author": { "type": "user", "id": "c1", "name": "Ann" } },
        "contacts": { "contacts": [{ "type": "contact", "id": "c1" }] },
        "conversation_parts": { "conversation_parts": parts },
    })
}

fn part(id: Value, kind: &str, at: i64, author: &Value) -> Value {
    json!({ "id": id, "part_type": kind, "created_at": at, "author": author, "body": null, "assigned_to": null })
}

fn admin() -> Value {
    json!({ "type": "admin", "id": "274", "name": "Ben", "email": "Ben@example.com" })
}

fn operator() -> Value {
    json!({ "type": "admin", "id": "9", "name": "Operator", "email": "operator+abcd1234@intercom.io" })
}

fn with(mut part: Value, name: &str, value: Value) -> Value {
    part[name] = value;
    part
}

/// What the parts did, without what the conversation begins with and what no part says.
fn did(parts: Value) -> Vec<SourceEvent> {
    let events = row(conversation(parts)).events;
    events.into_iter().filter(|it| it.kind != "source" && it.kind != "state").collect()
}

fn effects(parts: Value) -> Vec<Vec<SourceEffect>> {
    did(parts).into_iter().map(|event| event.effects).collect()
}

fn agent(id: &str) -> SourceAgent {
    SourceAgent { id: id.to_owned(), name: id.to_owned(), email: None }
}

const OPEN: SourceEffect = SourceEffect::Status(StatusCategory::Open);
const CLOSED: SourceEffect = SourceEffect::Status(StatusCategory::Solved);
const SAYS: SourceEffect = SourceEffect::Message { public: true };

#[test]
fn a_conversation_begins_with_its_source() {
    let row = row(conversation(json!([])));
    assert_eq!((row.ticket.as_str(), row.shape, row.version), ("471", Rows::Events, Some(900)));
    assert_eq!(row.attributes.initiated_by, Some(InitiatedBy::Customer));
    assert_eq!(row.attributes.customer.unwrap().name, "Ann");
    let event = &row.events[0];
    assert_eq!((event.at, event.actor.kind), (100_000_000, ActorKind::Customer));
    assert_eq!(event.effects, [SourceEffect::Created, OPEN, SAYS]);
}

#[test]
fn an_admin_in_whose_name_something_is_sent_has_not_said_it() {
    for how in ["automated", "campaigns_initiated", "operator_initiated"] {
        let mut sent = conversation(json!([]));
        sent["source"] = json!({ "type": "conversation", "delivered_as": how, "author": admin() });
        assert_eq!(row(sent).events[0].actor.kind, ActorKind::Bot, "{how}");
    }
    let by_program = |author: Value| did(json!([part(json!("1"), "comment", 200, &author)]));
    assert_eq!(by_program(operator())[0].actor.kind, ActorKind::Bot);
    let mut ai = admin();
    ai["from_ai_agent"] = json!(true);
    assert_eq!(by_program(ai)[0].actor.kind, ActorKind::Bot);
    let person = &by_program(admin())[0].actor;
    assert_eq!(person.kind, ActorKind::Human);
    assert_eq!(person.who.as_ref().unwrap().email.as_deref(), Some("ben@example.com"));
}

#[test]
fn ids_are_numbers_or_texts_and_zero_is_nobody() {
    let mut told = conversation(json!([part(json!(7), "comment", 200, &admin())]));
    told["id"] = json!(471);
    told["admin_assignee_id"] = json!("0");
    told["team_assignee_id"] = json!(5_017_691);
    let row = row(told);
    assert_eq!((row.ticket.as_str(), row.events[1].id.as_deref()), ("471", Some("7")));
    assert_eq!(row.events[2].effects, [SourceEffect::Queue(Some("5017691".to_owned()))]);
}

#[test]
fn what_is_written_while_something_is_done_is_a_message() {
    let customer = json!({ "type": "lead", "id": "c1" });
    let text = |part| with(part, "body", json!("<p>Hello</p>"));
    let told = effects(json!([
        part(json!("1"), "close", 200, &admin()),
        text(part(json!("2"), "open", 300, &customer)),
        text(part(json!("3"), "close", 400, &admin())),
        part(json!("4"), "comment", 500, &customer),
        with(part(json!("5"), "close", 600, &admin()), "redacted", json!(true)),
        text(part(json!("6"), "note", 700, &admin())),
        text(part(json!("7"), "note_and_reopen", 800, &admin())),
    ]));
    let note = SourceEffect::Message { public: false };
    let expected = [
        vec![CLOSED],
        vec![SAYS, OPEN],
        vec![SAYS, CLOSED],
        vec![SAYS, OPEN],
        vec![SAYS, CLOSED],
        vec![note.clone()],
        vec![note, OPEN],
    ];
    assert_eq!(told, expected);
}

#[test]
fn nobody_is_named_and_no_change_is_not() {
    let to = |id: &str, to: Value| {
        with(part(json!(id), "assignment", 200, &operator()), "assigned_to", to)
    };
    let told = effects(json!([
        to("1", json!({ "type": "team", "id": "31" })),
        to("2", json!({ "type": "admin", "id": "275" })),
        to("3", json!({ "type": "nobody_admin", "id": null })),
        to("4", json!({ "type": "admin", "id": "9" })),
        to("5", Value::Null),
        to("6", json!({ "type": "contact", "id": "1a2b3c" })),
    ]));
    let expected = [
        vec![SourceEffect::Queue(Some("31".to_owned()))],
        vec![SourceEffect::Assignee(Some(agent("275")))],
        vec![SourceEffect::Assignee(None)],
        vec![SourceEffect::Assignee(None)],
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_no_part_says_is_read_off_the_conversation() {
    let assignment = with(
        part(json!("1"), "assignment", 200, &admin()),
        "assigned_to",
        json!({ "type": "admin", "id": "274" }),
    );
    let mut told = conversation(json!([assignment, part(json!("2"), "close", 300, &admin())]));
    told["state"] = json!("closed");
    told["admin_assignee_id"] = json!(274);
    told["team_assignee_id"] = json!(31);
    let last = row(told.clone()).events.pop().unwrap();
    assert_eq!((last.id.as_deref(), last.at), (Some("state:900"), 900_000_000));
    assert_eq!(last.effects, [SourceEffect::Queue(Some("31".to_owned()))]);
    told["team_assignee_id"] = json!(null);
    assert_eq!(row(told.clone()).events.pop().unwrap().kind, "close");
    told["state"] = json!("a word of another year");
    assert_eq!(row(told).events.pop().unwrap().kind, "close");
}

#[test]
fn parts_come_in_any_order_and_of_any_kind() {
    let told = did(json!([
        part(json!("10"), "close", 300, &admin()),
        part(json!("9"), "comment", 300, &admin()),
        part(json!("9"), "comment", 300, &admin()),
        with(part(json!("8"), "language_detection_details", 200, &operator()), "body", json!("en")),
        part(json!("7"), "conversation_rating_changed", 400, &admin()),
    ]));
    let ids: Vec<_> = told.iter().map(|event| event.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["9", "10"]);
}

#[test]
fn a_rating_is_of_the_time_when_it_was_given() {
    let rated = |rating: Value| {
        let mut told = conversation(json!([]));
        told["conversation_rating"] = rating;
        items(told).into_iter().nth(1)
    };
    let given = json!({ "rating": 4, "remark": "", "created_at": 300, "updated_at": 350 });
    let Some(Item::Rating(rating)) = rated(given) else { panic!("no rating") };
    assert_eq!((rating.score, rating.best, rating.comment, rating.at), (4, 5, None, 350_000_000));
    assert_eq!(rated(json!({ "rating": null, "created_at": 300 })), None);
    assert_eq!(rated(Value::Null), None);
}

#[test]
fn figures_are_in_seconds_of_the_calendar() {
    let mut told = conversation(json!([]));
    told["statistics"] = json!({
        "time_to_admin_reply": 5, "first_admin_reply_at": 160, "last_close_at": 400, "count_reopens": 2,
    });
    let figures = row(told).attributes.figures.unwrap();
    assert_eq!(figures.first_response_seconds, Some(60));
    assert_eq!(figures.full_resolution_seconds, Some(300));
    assert_eq!(figures.reopens, Some(2));
}

#[test]
fn a_notification_names_its_conversation() {
    let hints = |body: Value| Intercom.hints(body.to_string().as_bytes()).unwrap();
    let told = |item: Value| json!({ "type": "notification_event", "data": { "item": item } });
    assert_eq!(hints(told(json!({ "type": "conversation", "id": "471" }))), ["471"]);
    assert_eq!(hints(told(json!({ "type": "conversation", "conversation_id": 472 }))), ["472"]);
    assert!(hints(told(json!({ "type": "ping", "message": "hello" }))).is_empty());
    assert!(hints(told(json!({ "type": "contact", "id": "c1" }))).is_empty());
    assert!(hints(json!({})).is_empty());
    Intercom.hints(b"<html>").unwrap_err();
}
