//! What happened to a ticket, as Zendesk tells it: in the export of events, and in a ticket's own audits, which say the same in other words.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use domain::tickets::source::{
    Attributes, Rows, SourceActor, SourceAgent, SourceEffect, SourceEvent, SourceRow,
};
use domain::tickets::{ActorKind, StatusCategory};

use super::wire::{Meta, SYSTEM};

/// A ticket that went into another is closed with this tag; which one, only the agent's note says.
const MERGED: &str = "closed_by_merge";

#[derive(Deserialize)]
pub(super) struct TicketEvent {
    id: i64,
    ticket_id: i64,
    timestamp: i64,
    updater_id: Option<i64>,
    via: Option<String>,
    #[serde(default)]
    child_events: Vec<Child>,
}

/// One thing that an update did: the field that it set stands in it under its own name.
#[derive(Default, Deserialize)]
struct Child {
    id: Option<i64>,
    author_id: Option<i64>,
    event_type: Option<String>,
    status: Option<String>,
    previous_value: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    assignee_id: Option<Option<i64>>,
    #[serde(default, deserialize_with = "present")]
    group_id: Option<Option<i64>>,
    #[serde(default, deserialize_with = "present")]
    priority: Option<Option<String>>,
    tags: Option<Vec<String>>,
    added_tags: Option<Vec<String>>,
    public: Option<bool>,
    comment_public: Option<bool>,
    body: Option<String>,
}

/// Tells a field that is null from one that is not there.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// The updates of one ticket.
#[derive(Deserialize)]
pub(super) struct Audits {
    pub(super) audits: Vec<Audit>,
    #[serde(default)]
    pub(super) meta: Meta,
}

/// An update, as the ticket itself tells it.
#[derive(Deserialize)]
pub(super) struct Audit {
    id: i64,
    ticket_id: i64,
    created_at: DateTime<Utc>,
    author_id: Option<i64>,
    via: Option<Origin>,
    #[serde(default)]
    events: Vec<Part>,
}

#[derive(Deserialize)]
struct Origin {
    channel: Option<Value>,
}

/// One thing that an update did: here the field is named, and its value is a text.
#[derive(Deserialize)]
struct Part {
    id: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    author_id: Option<i64>,
    field_name: Option<String>,
    value: Option<Value>,
    previous_value: Option<Value>,
    public: Option<bool>,
    body: Option<String>,
}

/// A word of another kind of status is none that says anything.
fn status(word: &str) -> Option<StatusCategory> {
    Some(match word {
        "new" => StatusCategory::New,
        "open" => StatusCategory::Open,
        "pending" => StatusCategory::Pending,
        "hold" => StatusCategory::OnHold,
        "solved" => StatusCategory::Solved,
        "closed" => StatusCategory::Closed,
        _ => return None,
    })
}

impl TicketEvent {
    pub(super) const fn order(&self) -> (i64, i64) {
        (self.timestamp, self.id)
    }

    /// What one update did. A comment that somebody else wrote, as when an agent enters what a customer said, is an event of its own.
    pub(super) fn row(self, agents: &HashSet<String>) -> SourceRow {
        let by = self.updater_id.unwrap_or(SYSTEM);
        let (own, others): (Vec<_>, Vec<_>) =
            self.child_events.iter().partition(|it| it.author_id.is_none_or(|author| author == by));
        let is_first = own.iter().any(|it| it.is_kind("Create"));
        let mut effects: Vec<_> = is_first.then_some(SourceEffect::Created).into_iter().collect();
        effects.extend(own.iter().flat_map(|child| child.effects()));
        if self.child_events.iter().any(|child| child.added().any(|tag| tag == MERGED)) {
            effects.push(SourceEffect::Merged(self.child_events.iter().find_map(Child::goes_into)));
        }
        let kind = match own.iter().any(|it| it.is_kind("Comment")) {
            _ if is_first => "create",
            true => "comment",
            false => "change",
        };
        let event = |id: i64, kind: &str, by, effects| SourceEvent {
            id: Some(id.to_string()),
            kind: kind.to_owned(),
            at: self.timestamp.saturating_mul(1_000_000),
            actor: self.actor(by, agents),
            effects,
        };
        let mut events = vec![event(self.id, kind, by, effects)];
        for other in others {
            let (id, author) = (other.id.unwrap_or(self.id), other.author_id.unwrap_or(SYSTEM));
            events.push(event(id, "comment", author, other.effects()));
        }
        SourceRow {
            ticket: self.ticket_id.to_string(),
            line: 0,
            shape: Rows::Events,
            version: None,
            attributes: Attributes::default(),
            events,
        }
    }

    fn actor(&self, by: i64, agents: &HashSet<String>) -> SourceActor {
        let id = by.to_string();
        if agents.contains(&id) {
            let who = SourceAgent { name: id.clone(), id, email: None };
            return SourceActor { kind: ActorKind::Human, who: Some(who) };
        }
        let says = || self.child_events.iter().any(|it| it.is_kind("Comment"));
        let kind = match self.via.as_deref().unwrap_or_default() {
            _ if by != SYSTEM => ActorKind::Customer,
            "Rule" => ActorKind::Automation,
            "Web service" => ActorKind::System,
            // What speaks in a conversation and is nobody.
            _ if says() => ActorKind::Bot,
            _ => ActorKind::System,
        };
        SourceActor { kind, who: None }
    }
}

impl Child {
    fn is_kind(&self, kind: &str) -> bool {
        self.event_type.as_deref() == Some(kind)
    }

    /// The tags that came to those that were there.
    fn added(&self) -> impl Iterator<Item = &String> {
        self.added_tags.as_ref().or(self.tags.as_ref()).into_iter().flatten()
    }

    fn effects(&self) -> Vec<SourceEffect> {
        let mut effects = Vec::new();
        if self.is_kind("Comment") {
            let public = self.public.or(self.comment_public).unwrap_or(false);
            effects.push(SourceEffect::Message { public });
        }
        if !self.is_kind("Create") && !self.is_kind("Change") {
            return effects;
        }
        if let Some(word) = self.status.as_deref() {
            let was_deleted = self.previous_value.as_ref().is_some_and(|it| it == "deleted");
            effects.extend(was_deleted.then_some(SourceEffect::Restored));
            effects.extend((word == "deleted").then_some(SourceEffect::Deleted));
            effects.extend(status(word).map(SourceEffect::Status));
        }
        if let Some(assignee) = self.assignee_id {
            let agent = |id: i64| {
                let id = id.to_string();
                SourceAgent { name: id.clone(), id, email: None }
            };
            effects.push(SourceEffect::Assignee(assignee.map(agent)));
        }
        if let Some(group) = self.group_id {
            effects.push(SourceEffect::Queue(group.map(|id| id.to_string())));
        }
        if let Some(priority) = &self.priority {
            effects.push(SourceEffect::Priority(priority.clone()));
        }
        effects.extend(self.added().cloned().map(SourceEffect::Tag));
        effects
    }

    /// The ticket that a note names after the number sign.
    fn goes_into(&self) -> Option<String> {
        let (_, after) = self.body.as_deref()?.split_once('#')?;
        let number: String = after.chars().take_while(char::is_ascii_digit).collect();
        (!number.is_empty()).then_some(number)
    }
}

impl From<Audit> for TicketEvent {
    fn from(audit: Audit) -> Self {
        let channel = audit.via.and_then(|via| via.channel);
        let via = match channel.as_ref().and_then(Value::as_str) {
            Some("rule") => Some("Rule"),
            Some("api" | "web_service") => Some("Web service"),
            _ => None,
        };
        Self {
            id: audit.id,
            ticket_id: audit.ticket_id,
            timestamp: audit.created_at.timestamp(),
            updater_id: audit.author_id,
            via: via.map(str::to_owned),
            child_events: audit.events.into_iter().map(Child::from).collect(),
        }
    }
}

impl From<Part> for Child {
    fn from(part: Part) -> Self {
        let Part { id, kind, author_id, field_name, value, previous_value, public, body } = part;
        let mut child = Self { id, author_id, event_type: kind, public, body, ..Self::default() };
        let text = |value: &Option<Value>| value.as_ref()?.as_str().map(str::to_owned);
        let number = |value: &Option<Value>| {
            let value = value.as_ref()?;
            value.as_str().map_or_else(|| value.as_i64(), |text| text.parse().ok())
        };
        match field_name.as_deref() {
            Some("status") => child.status = text(&value),
            Some("assignee_id") => child.assignee_id = Some(number(&value)),
            Some("group_id") => child.group_id = Some(number(&value)),
            Some("priority") => child.priority = Some(text(&value)),
            Some("tags") => {
                let (before, after) = (tags(previous_value.as_ref()), tags(value.as_ref()));
                let added = after.into_iter().filter(|tag| !before.contains(tag));
                child.added_tags = Some(added.collect());
            }
            _ => {}
        }
        child.previous_value = previous_value;
        child
    }
}

fn tags(value: Option<&Value>) -> Vec<String> {
    let all = value.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|tag| tag.as_str().map(str::to_owned)).collect()
}
