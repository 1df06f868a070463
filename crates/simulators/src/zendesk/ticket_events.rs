//! The export of events: the same updates as in audits, in words of its own.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::audits::{Audit, Child, Field, comment};
use super::words::origin;
use crate::iso::Iso;
use crate::model::Channel;

#[derive(Debug, Serialize)]
pub(super) struct TicketEvent {
    child_events: Vec<Map<String, Value>>,
    id: u64,
    ticket_id: u64,
    timestamp: i64,
    created_at: Iso,
    updater_id: i64,
    via: &'static str,
    system: Value,
    metadata: Value,
    event_type: &'static str,
}

impl TicketEvent {
    pub(super) fn of(audit: &Audit, channel: Channel, with_comments: bool) -> Self {
        let via = origin(audit.actor, channel);
        let child = |(place, child)| in_export(audit, place, child, via, with_comments);
        Self {
            child_events: audit.children.iter().enumerate().map(child).collect(),
            id: audit.id,
            ticket_id: audit.ticket,
            timestamp: audit.at,
            created_at: Iso(audit.at),
            updater_id: audit.author,
            via,
            system: json!({ "client": "", "location": "", "latitude": null, "longitude": null }),
            metadata: json!({}),
            event_type: "Audit",
        }
    }
}

fn in_export(
    audit: &Audit,
    place: usize,
    child: &Child,
    via: &'static str,
    with_comments: bool,
) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| _ = map.insert(name.to_owned(), value);
    put("id", json!(audit.child(place)));
    put("via", json!(via));
    put("via_reference_id", Value::Null);
    match child {
        Child::Create { field, value } => {
            put("event_type", json!("Create"));
            put(field, plain(value));
        }
        Child::Change { field, before, value } => {
            put("event_type", json!("Change"));
            put("previous_value", plain(before));
            put(field, plain(value));
            if let (Field::Tags(before), Field::Tags(after)) = (before, value) {
                let without = |from: &[&'static str], other: &[&'static str]| {
                    let left = from.iter().filter(|tag| !other.contains(tag));
                    json!(left.collect::<Vec<_>>())
                };
                put("added_tags", without(after, before));
                put("removed_tags", without(before, after));
            }
        }
        Child::Comment { public, .. } => {
            put("event_type", json!("Comment"));
            if with_comments {
                put("created_at", json!(Iso(audit.at)));
                put("via", json!(audit.via));
                map.extend(comment(audit, place, child).unwrap_or_default());
            } else {
                put("comment_present", json!(true));
                put("comment_public", json!(public));
            }
        }
        Child::Notification { subject, body, recipient } => {
            put("event_type", json!("Notification"));
            put("subject", json!(subject));
            put("body", json!(body));
            put("recipients", json!([recipient]));
        }
        Child::Rating { score, assignee, body } => {
            put("event_type", json!("SatisfactionRating"));
            put("score", json!(score));
            put("assignee_id", json!(assignee));
            put("body", json!(body));
        }
    }
    map
}

/// Here numbers are numbers.
fn plain(field: &Field) -> Value {
    match field {
        Field::Id(id) => json!(id),
        other => json!(other),
    }
}
