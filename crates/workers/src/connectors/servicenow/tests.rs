//! What becomes of records.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use domain::tickets::source::{SourceEffect, SourceRow};
use domain::tickets::{ActorKind, Channel, InitiatedBy, StatusCategory};

use super::history::{self, Cast, Past};
use super::wire::{Audit, Deletion, Entry, Incident, User};
use super::{Servicenow, after};
use crate::connectors::contract::{Connector, VendorError};

const SECOND: &str = "2026-03-01 10:00:00";

fn incident(more: &Value) -> Incident {
    let mut incident = json!({
        "sys_id": "i1",
        "state": "6",
        "assigned_to": "a1",
        "assignment_group": "g2",
        "contact_type": "self-service",
        "caller_id": "c1",
        "caller_id.name": "Cleo Caller",
        "caller_id.user_name": "cleo",
        "opened_by": "c1",
        "opened_by.user_name": "cleo",
        "opened_at": "2026-03-01 09:00:00",
        "sys_created_on": "2026-03-01 09:00:00",
        "sys_created_by": "cleo",
        "sys_updated_on": "2026-03-01 11:00:00",
        "something": "new",
    });
    incident.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(incident).unwrap()
}

fn audit(update: u32, field: &str, old: &str, new: &str, user: &str) -> Audit {
    let sys_id = format!("{update}{field}");
    let audit = json!({
        "sys_id": sys_id,
        "documentkey": "i1",
        "fieldname": field,
        "oldvalue": old,
        "newvalue": new,
        "user": user,
        "record_checkpoint": update.to_string(),
        "sys_created_on": SECOND,
    });
    serde_json::from_value(audit).unwrap()
}

fn entry(sys_id: &str, element: &str, at: &str, user: &str) -> Entry {
    let entry = json!({
        "sys_id": sys_id,
        "element_id": "i1",
        "element": element,
        "sys_created_on": at,
        "sys_created_by": user,
    });
    serde_json::from_value(entry).unwrap()
}

fn user(sys_id: &str, user_name: &str, is_program: bool) -> (String, User) {
    let user = json!({
        "sys_id": sys_id,
        "user_name": user_name,
        "name": format!("The {user_name}"),
        "web_service_access_only": is_program.to_string(),
    });
    (user_name.to_owned(), serde_json::from_value(user).unwrap())
}

fn row(incident: &Incident, past: Past) -> SourceRow {
    let agents = HashSet::from(["a1".to_owned(), "a2".to_owned()]);
    let users = [
        user("a1", "ann", false),
        user("a2", "bob", false),
        user("c2", "colleague", false),
        user("p1", "robot", true),
    ];
    let cast = Cast { users: HashMap::from(users), agents: &agents };
    history::row(incident, past, &cast).unwrap()
}

/// What happened, and who did it.
fn told(row: &SourceRow) -> Vec<(ActorKind, Vec<SourceEffect>)> {
    row.events.iter().map(|event| (event.actor.kind, event.effects.clone())).collect()
}

#[test]
fn what_it_was_at_first_is_what_its_first_change_says() {
    let audits = vec![
        audit(3, "state", "2", "6", "ann"),
        audit(1, "state", "1", "2", "system"),
        audit(1, "assignment_group", "g1", "g2", "system"),
        audit(1, "short_description", "a", "b", "system"),
    ];
    let row = row(&incident(&json!({})), Past { audits, ..Past::default() });
    let events = told(&row);
    let [(by, first), (rule, second), (ann, third)] = &events[..] else { panic!("{events:?}") };
    assert_eq!([*by, *rule, *ann], [ActorKind::Customer, ActorKind::Automation, ActorKind::Human]);
    let [created, status, assignee, queue] = &first[..] else { panic!("{first:?}") };
    assert_eq!(*created, SourceEffect::Created);
    assert_eq!(*status, SourceEffect::Status(StatusCategory::New));
    // Nobody changed who has it, so it was theirs from the beginning.
    assert!(matches!(assignee, SourceEffect::Assignee(Some(who)) if who.name == "The ann"));
    assert_eq!(*queue, SourceEffect::Queue(Some("g1".to_owned())));
    let opened = SourceEffect::Status(StatusCategory::Open);
    assert_eq!(*second, [opened, SourceEffect::Queue(Some("g2".to_owned()))]);
    assert_eq!(*third, [SourceEffect::Status(StatusCategory::Solved)]);
    assert_eq!(row.attributes.channel, Some(Channel::Web));
    assert_eq!(row.attributes.initiated_by, Some(InitiatedBy::Customer));
}

#[test]
fn a_tag_is_of_whoever_gave_it_and_comes_after_what_else_happened_in_its_second() {
    let label = json!({
        "sys_id": "l1",
        "table_key": "i1",
        "label.name": "tier-2",
        "sys_created_on": SECOND,
        "sys_created_by": "ann",
    });
    let labels = vec![serde_json::from_value(label).unwrap()];
    let audits = vec![audit(7, "assignment_group", "g1", "g2", "ann")];
    let events = told(&row(&incident(&json!({})), Past { audits, labels, ..Past::default() }));
    let tag = (ActorKind::Human, vec![SourceEffect::Tag("tier-2".to_owned())]);
    assert_eq!(events.len(), 3, "{events:?}");
    assert_eq!(events[2], tag);
}

#[test]
fn where_the_audit_says_nothing_the_record_tells_when_it_ended() {
    let ended = json!({
        "state": "7",
        "resolved_at": "2026-03-01 10:00:00",
        "resolved_by.user_name": "ann",
        "closed_at": "2026-03-05 10:00:00",
        "closed_by.user_name": "system",
    });
    let events = told(&row(&incident(&ended), Past::default()));
    let status = SourceEffect::Status;
    assert!(events[0].1.contains(&status(StatusCategory::New)), "{events:?}");
    assert_eq!(events[1], (ActorKind::Human, vec![status(StatusCategory::Solved)]));
    assert_eq!(events[2], (ActorKind::Automation, vec![status(StatusCategory::Closed)]));
    let audits = vec![audit(1, "state", "1", "6", "bob")];
    let audited = row(&incident(&ended), Past { audits, ..Past::default() });
    assert_eq!(audited.events.len(), 2);
}

#[test]
fn of_one_second_the_numbers_of_updates_tell_the_order() {
    let noted = "JOURNAL FIELD ADDITION";
    let audits = vec![
        audit(4, "comments", noted, "sorry", "bob"),
        audit(2, "comments", noted, "hello", "ann"),
        audit(3, "comments", noted, "no", "cleo"),
        audit(2, "state", "1", "2", "ann"),
    ];
    let entries = vec![
        entry("e1", "comments", SECOND, "bob"),
        entry("e2", "comments", SECOND, "cleo"),
        entry("e3", "comments", SECOND, "ann"),
        entry("e4", "work_notes", SECOND, "robot"),
        entry("e5", "comments", "2026-03-01 09:00:00", "cleo"),
    ];
    let row = row(&incident(&json!({})), Past { audits, entries, ..Past::default() });
    let ids: Vec<_> = row.events.iter().map(|it| it.id.clone().unwrap()).collect();
    let update = "update:1772359200:2";
    assert_eq!(
        ids,
        ["created", "entry:e5", "entry:e4", "entry:e3", update, "entry:e2", "entry:e1"]
    );
    let public = |place: usize| row.events[place].effects[0].clone();
    assert_eq!(public(2), SourceEffect::Message { public: false });
    assert_eq!(public(3), SourceEffect::Message { public: true });
    assert_eq!(row.events[2].actor.kind, ActorKind::System);
}

#[test]
fn on_hold_says_for_whom_and_a_duplicate_where_it_went() {
    let audits = vec![
        audit(1, "state", "2", "3", "ann"),
        audit(1, "hold_reason", "", "1", "ann"),
        audit(2, "hold_reason", "1", "4", "ann"),
        audit(3, "state", "3", "8", "ann"),
        audit(3, "hold_reason", "4", "", "ann"),
        audit(3, "close_code", "", "Duplicate", "ann"),
        audit(3, "parent_incident", "", "i0", "ann"),
        audit(4, "state", "8", "2", "colleague"),
        audit(4, "close_code", "Duplicate", "", "colleague"),
    ];
    let row = row(&incident(&json!({ "state": "2" })), Past { audits, ..Past::default() });
    let events = told(&row);
    let status = SourceEffect::Status;
    let into = SourceEffect::Merged(Some("i0".to_owned()));
    assert_eq!(events[1].1, [status(StatusCategory::Pending)]);
    assert_eq!(events[2].1, [status(StatusCategory::OnHold)]);
    assert_eq!(events[3].1, [status(StatusCategory::Closed), into]);
    let back = vec![status(StatusCategory::Open), SourceEffect::Restored];
    assert_eq!(events[4], (ActorKind::Customer, back));
}

#[test]
fn what_was_deleted_and_is_there_was_brought_back() {
    let gone = json!({ "sys_id": "d1", "documentkey": "i1", "sys_created_on": SECOND });
    let deletions = vec![serde_json::from_value::<Deletion>(gone.clone()).unwrap()];
    let row = row(&incident(&json!({})), Past { deletions, ..Past::default() });
    let told = told(&row);
    let effects: Vec<_> = told[1..].iter().map(|(_, effects)| effects[0].clone()).collect();
    assert_eq!(effects, [SourceEffect::Deleted, SourceEffect::Restored]);
    // The list of what was deleted tells the same event.
    let deletion = serde_json::from_value(gone).unwrap();
    assert_eq!(history::deleted(&deletion).unwrap(), row.events[1]);
}

#[test]
fn whoever_opened_it_began_the_conversation() {
    let by = |opener: &str, id: &str| {
        let more = json!({ "opened_by": id, "opened_by.user_name": opener });
        row(&incident(&more), Past::default()).attributes.initiated_by
    };
    assert_eq!(by("cleo", "c1"), Some(InitiatedBy::Customer));
    assert_eq!(by("colleague", "c2"), Some(InitiatedBy::Customer));
    assert_eq!(by("ann", "a1"), Some(InitiatedBy::Agent));
    assert_eq!(by("robot", "p1"), Some(InitiatedBy::System));
    assert_eq!(by("", ""), None);
}

#[test]
fn a_time_that_is_none_is_told_without_what_stands_there() {
    let agents = HashSet::new();
    let cast = Cast { users: HashMap::new(), agents: &agents };
    let wrong = incident(&json!({ "sys_updated_on": "secret" }));
    let told = history::row(&wrong, Past::default(), &cast).unwrap_err();
    assert!(matches!(&told, VendorError::Shape(text) if !text.contains("secret")), "{told:?}");
}

#[test]
fn a_page_begins_after_a_record_and_not_after_so_many() {
    let order = "^ORDERBYt^ORDERBYsys_id";
    assert_eq!(after("t", "now", ""), format!("t>=now{order}"));
    assert_eq!(after("t", "now", "i1"), format!("t>=now^t>now^ORsys_id>i1{order}"));
}

#[test]
fn a_delivery_names_an_incident_or_nothing_of_ours() {
    let hints = |body: &str| Servicenow.hints(body.as_bytes());
    let delivery = r#"{"table":"incident","sys_id":"i1","operation":"update","more":1}"#;
    assert_eq!(hints(delivery), Ok(vec!["i1".to_owned()]));
    assert_eq!(hints(r#"{"table":"problem","sys_id":"p1"}"#), Ok(Vec::new()));
    assert!(matches!(hints(r#"{"sys_id":4}"#), Err(VendorError::Shape(_))));
}
