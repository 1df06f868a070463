//! What is read off what Freshdesk says.

mod order;
mod paging;

use chrono::{DateTime, Utc};
use serde_json::{Value, from_value, json};

use domain::connections::Vendor;
use domain::tickets::source::{Rows, SourceEffect, SourceRow};
use domain::tickets::{ActorKind, Channel, InitiatedBy, StatusCategory};

use super::super::contract::{Checkpoint, Connector};
use super::Freshdesk;
use super::changes::Place;
use super::ticket::Ticket;
use super::wire::{Conversation, Field, Statuses, statuses};

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn rows(changes: &Value) -> [SourceRow; 2] {
    let mut ticket = json!({
        "id": 20, "status": 2, "priority": 1, "source": 2, "requester_id": 5, "responder_id": 7,
        "group_id": 3, "tags": ["vip"], "spam": false, "new_field": { "any": [] },
        "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T15:00:00Z",
    });
    for (name, value) in changes.as_object().unwrap() {
        ticket[name] = value.clone();
    }
    from_value::<Ticket>(ticket).unwrap().rows(&Statuses::from([(6, StatusCategory::Pending)]))
}

/// What happened, when, and what the status became by it.
fn told(row: &SourceRow) -> Vec<(&str, Vec<StatusCategory>)> {
    let statuses = |effects: &[SourceEffect]| {
        let status = effects.iter().filter_map(|effect| {
            let SourceEffect::Status(status) = effect else { return None };
            Some(*status)
        });
        status.collect()
    };
    let events = row.events.iter();
    events.map(|event| (event.id.as_deref().unwrap(), statuses(&event.effects))).collect()
}

#[test]
fn every_time_that_is_told_is_an_event_known_by_it() {
    use StatusCategory::{Closed, Open, Pending, Solved};
    let [ticket, history] = rows(&json!({ "status": 5, "stats": {
        "first_responded_at": "2026-01-01T10:30:00Z", "status_updated_at": "2026-01-01T15:00:00Z",
        "reopened_at": "2026-01-01T13:00:00Z", "resolved_at": "2026-01-01T14:00:00Z",
        "closed_at": "2026-01-01T15:00:00Z",
    } }));
    assert_eq!((ticket.shape, history.shape), (Rows::Tickets, Rows::Events));
    assert_eq!(told(&ticket), [("created", vec![])]);
    let expected = [
        ("updated:1767279600", vec![]),
        ("reopened:1767272400", vec![Closed, Open]),
        ("resolved:1767276000", vec![Solved]),
        ("closed:1767279600", vec![Closed]),
    ];
    assert_eq!(told(&history), expected);
    let figures = ticket.attributes.figures.unwrap();
    assert_eq!(figures.first_response_seconds, Some(1_800));
    assert_eq!(figures.full_resolution_seconds, Some(4 * 3_600));
    // Closed without having been resolved: at the same second, it is said to be both.
    let at_once = json!({ "status": 5, "stats": {
        "resolved_at": "2026-01-01T15:00:00Z", "closed_at": "2026-01-01T15:00:00Z",
    } });
    let closed = ("closed:1767279600", vec![Closed]);
    assert_eq!(told(&rows(&at_once)[1])[1..], [closed]);
    let own = json!({ "status": 6, "stats": { "status_updated_at": "2026-01-01T11:00:00Z" } });
    assert_eq!(told(&rows(&own)[1])[1..], [("status:1767265200", vec![Pending])]);
    // What was brought over from elsewhere has no times.
    let imported = json!({ "status": 4, "stats": null });
    assert_eq!(told(&rows(&imported)[1])[1..], [("status:1767279600", vec![Solved])]);
}

#[test]
fn a_ticket_says_where_it_came_from_and_whether_it_is_there() {
    let [ticket, _] = rows(&json!({ "source": 10, "requester": { "name": "Ada" } }));
    assert_eq!(ticket.attributes.channel, Some(Channel::Email));
    assert_eq!(ticket.attributes.initiated_by, Some(InitiatedBy::Agent));
    assert_eq!(ticket.attributes.customer.unwrap().name, "Ada");
    assert_eq!(ticket.events[0].actor.kind, ActorKind::Human);
    let [unknown, _] = rows(&json!({ "source": 99 }));
    assert_eq!(unknown.attributes.channel, Some(Channel::Other));
    let [away, _] = rows(&json!({ "spam": true, "deleted": true }));
    let names: Vec<_> = told(&away).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["created", "spam", "deleted"]);
}

#[test]
fn what_an_account_calls_its_own_statuses_says_whom_they_wait_for() {
    let fields = json!([
        { "type": "default_priority", "choices": { "Low": 1 } },
        { "type": "default_ticket_type", "choices": ["Question"] },
        { "type": "default_status", "choices": {
            "6": ["Waiting on Customer", "Awaiting your Reply"], "7": ["Waiting on Third Party", ""],
            "8": ["In the workshop", ""],
        } },
    ]);
    let known = statuses(&from_value::<Vec<Field>>(fields).unwrap());
    let expected =
        [(6, StatusCategory::Pending), (7, StatusCategory::OnHold), (8, StatusCategory::Open)];
    assert_eq!(known, Statuses::from(expected));
}

#[test]
fn who_wrote_is_known_by_the_direction_and_where_a_ticket_went_by_the_note() {
    let told = |said: Value| {
        let mut it = json!({ "id": 9, "created_at": "2026-01-01T10:30:00Z" });
        it.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        let mut row = from_value::<Conversation>(it).unwrap().row(20);
        let event = row.events.remove(0);
        (event.actor.kind, event.effects)
    };
    let says = |public| SourceEffect::Message { public };
    let asked = json!({ "user_id": 5, "incoming": true, "private": false });
    assert_eq!(told(asked), (ActorKind::Customer, vec![says(true)]));
    let answered = json!({ "user_id": 7, "incoming": false, "private": false });
    assert_eq!(told(answered), (ActorKind::Human, vec![says(true)]));
    let bot = json!({ "user_id": null, "incoming": false, "private": false });
    assert_eq!(told(bot), (ActorKind::Bot, vec![says(true)]));
    for text in ["It is closed and merged into ticket 31", "Merged into ticket #31 by Ada"] {
        let note = json!({ "user_id": 7, "private": true, "body_text": text });
        let merged = SourceEffect::Merged(Some("31".to_owned()));
        assert_eq!(told(note), (ActorKind::Human, vec![says(false), merged]));
    }
    let quoted = json!({ "user_id": 5, "incoming": true, "body_text": "merged into ticket 31?" });
    assert_eq!(told(quoted), (ActorKind::Customer, vec![says(true)]));
}

#[test]
fn a_rule_names_its_ticket_in_one_of_two_ways() {
    let hints = |body: &str| Freshdesk.hints(body.as_bytes());
    assert_eq!(hints("{\"ticket_id\": 20}").unwrap(), ["20"]);
    assert_eq!(hints("{\"ticket_id\": \"#20\"}").unwrap(), ["20"]);
    assert_eq!(hints("{\"freshdesk_webhook\": {\"ticket_id\": 20}}").unwrap(), ["20"]);
    assert!(hints("{\"ticket_id\": \"../agents\"}").unwrap().is_empty());
    assert!(hints("no JSON").is_err());
    assert_eq!(Vendor::from_word("freshdesk"), Some(Vendor::Freshdesk));
}

#[test]
fn a_list_goes_on_in_the_second_in_which_a_page_ended() {
    let start = Checkpoint::Start { from: time("2026-01-01T00:00:00Z") };
    let mut place = Place::of(&start);
    place.pass((time("2026-01-01T10:00:00Z"), 3));
    place.pass((time("2026-01-01T10:00:00Z"), 4));
    assert_eq!(Place::of(&place.checkpoint()), place);
    let expected =
        Checkpoint::Token { cursor: "1/3,4".to_owned(), from: time("2026-01-01T10:00:00Z") };
    assert_eq!(place.checkpoint(), expected);
    place.pass((time("2026-01-01T10:00:01Z"), 5));
    assert_eq!(place.checkpoint().cursor(), Some("1/5"));
}
