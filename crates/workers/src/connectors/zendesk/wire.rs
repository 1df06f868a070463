//! What Zendesk sends, as far as it is read, and what it is in our terms. What is not known is left out and breaks nothing.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

use domain::tickets::source::{
    Attributes, Rows, SourceActor, SourceAgent, SourceCustomer, SourceEffect, SourceEvent,
    SourceQueue, SourceRow,
};
use domain::tickets::{ActorKind, Channel, InitiatedBy, StatusCategory};

/// A ticket that went into another is closed with this tag; which one, only the agent's note says.
const MERGED: &str = "closed_by_merge";
/// The helpdesk itself, and its rules.
const SYSTEM: i64 = -1;

#[derive(Deserialize)]
pub(super) struct Me {
    pub(super) user: User,
}

#[derive(Deserialize)]
pub(super) struct Users {
    pub(super) users: Vec<User>,
    #[serde(default)]
    pub(super) meta: Meta,
}

#[derive(Deserialize)]
pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
    #[serde(default)]
    pub(super) meta: Meta,
}

/// Where a list goes on.
#[derive(Default, Deserialize)]
pub(super) struct Meta {
    #[serde(default)]
    pub(super) has_more: bool,
    pub(super) after_cursor: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct User {
    id: Option<i64>,
    pub(super) name: Option<String>,
    email: Option<String>,
    pub(super) role: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Group {
    id: i64,
    name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Tickets {
    pub(super) tickets: Vec<Ticket>,
    #[serde(default)]
    pub(super) users: Vec<User>,
    pub(super) after_cursor: Option<String>,
    pub(super) end_of_stream: bool,
}

#[derive(Deserialize)]
pub(super) struct Ticket {
    id: i64,
    status: Option<String>,
    via: Option<Via>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    generated_timestamp: Option<i64>,
    requester_id: Option<i64>,
    submitter_id: Option<i64>,
}

#[derive(Deserialize)]
struct Via {
    channel: Option<Origin>,
}

/// A word; of some integrations a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Origin {
    Word(String),
    Number(#[expect(dead_code, reason = "it says nothing that is known")] i64),
}

#[derive(Deserialize)]
pub(super) struct TicketEvents {
    pub(super) ticket_events: Vec<TicketEvent>,
    pub(super) end_time: Option<i64>,
    #[serde(default)]
    pub(super) end_of_stream: bool,
}

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
#[derive(Deserialize)]
struct Child {
    id: Option<i64>,
    author_id: Option<i64>,
    event_type: Option<String>,
    status: Option<String>,
    previous_value: Option<serde_json::Value>,
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

impl From<User> for SourceAgent {
    fn from(user: User) -> Self {
        let id = user.id.unwrap_or_default().to_string();
        let name = user.name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone());
        Self { id, name, email: user.email.map(|email| email.to_lowercase()) }
    }
}

impl From<Group> for SourceQueue {
    fn from(group: Group) -> Self {
        let id = group.id.to_string();
        Self { name: group.name.unwrap_or_else(|| id.clone()), id }
    }
}

/// What the people of a page are called.
pub(super) fn names(users: &[User]) -> HashMap<i64, &str> {
    users.iter().filter_map(|user| Some((user.id?, user.name.as_deref()?))).collect()
}

impl Ticket {
    pub(super) fn generated_at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.generated_timestamp?, 0)
    }

    /// The ticket as it is now. Its history comes as events.
    pub(super) fn row(self, names: &HashMap<i64, &str>) -> SourceRow {
        let customer = self.requester_id.map(|id| SourceCustomer {
            id: id.to_string(),
            name: names.get(&id).map_or_else(|| id.to_string(), |name| (*name).to_owned()),
            organisation: None,
        });
        let initiated_by = match (self.submitter_id, self.requester_id) {
            (Some(SYSTEM), _) => Some(InitiatedBy::System),
            (Some(submitter), Some(requester)) if submitter != requester => {
                Some(InitiatedBy::Agent)
            }
            (Some(_), _) => Some(InitiatedBy::Customer),
            (None, _) => None,
        };
        let told = |name: &str, at: DateTime<Utc>, effect| SourceEvent {
            id: Some(name.to_owned()),
            kind: name.to_owned(),
            at: at.timestamp_micros(),
            actor: SourceActor { kind: ActorKind::System, who: None },
            effects: vec![effect],
        };
        let mut events = vec![told("created", self.created_at, SourceEffect::Created)];
        if self.status.as_deref() == Some("deleted") {
            events.push(told("deleted", self.updated_at, SourceEffect::Deleted));
        }
        let channel = self.via.and_then(|via| via.channel).map(|origin| match origin {
            Origin::Word(word) => channel(&word),
            Origin::Number(_) => Channel::Other,
        });
        SourceRow {
            ticket: self.id.to_string(),
            line: 0,
            shape: Rows::Tickets,
            version: self.generated_timestamp,
            attributes: Attributes { channel, customer, initiated_by, is_test: None },
            events,
        }
    }
}

/// By `via.channel`.
fn channel(word: &str) -> Channel {
    match word {
        "email" => Channel::Email,
        "web" | "web_form" | "help_center" => Channel::Web,
        "chat" => Channel::Chat,
        "native_messaging" | "messaging" | "sms" | "whatsapp" | "line" | "mobile_sdk"
        | "mobile" => Channel::Messaging,
        "voice" | "phone" => Channel::Phone,
        "facebook" | "twitter" | "instagram_dm" | "any_channel" => Channel::Social,
        "api" | "web_service" => Channel::Api,
        _ => Channel::Other,
    }
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
        let mut effects: Vec<_> = own.iter().flat_map(|child| child.effects()).collect();
        if self.child_events.iter().any(|child| child.added().any(|tag| tag == MERGED)) {
            effects.push(SourceEffect::Merged(self.child_events.iter().find_map(Child::goes_into)));
        }
        let is_first = own.iter().any(|it| it.is_kind("Create"));
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
