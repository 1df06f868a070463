//! A ticket's history in the terms that facts are computed from.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ActorKind, Channel, InitiatedBy, StatusCategory};
use super::{QueueId, TicketId};
use crate::people::PersonId;

/// What one event of a ticket did. An event may have several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The ticket came into being.
    Created,
    /// A message was written.
    Message {
        /// Whether the customer could read it.
        public: bool,
    },
    /// The status became this.
    Status(StatusCategory),
    /// The assignee became this person, or nobody.
    Assignee(Option<PersonId>),
    /// The helpdesk's group became this, or none.
    Queue(Option<QueueId>),
    /// The priority became this word of the source.
    Priority(Option<String>),
    /// A tag was added.
    Tag(String),
    /// The ticket was raised to another tier.
    Escalated,
    /// The ticket went into another one, named where it is known.
    Merged(Option<TicketId>),
    /// The ticket was split from another.
    Split,
    /// The ticket was deleted.
    Deleted,
    /// A deletion, merge or spam mark was taken back.
    Restored,
    /// The ticket was marked as spam.
    Spam,
}

/// One event of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEvent {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What kind of actor did it.
    pub actor_kind: ActorKind,
    /// The person, where a human of ours did it and is known.
    pub actor: Option<PersonId>,
    /// What it did.
    pub effects: Vec<Effect>,
}

/// Everything that facts are computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Where the ticket came in.
    pub channel: Channel,
    /// Who began the conversation.
    pub initiated_by: InitiatedBy,
    /// Marked as a test by the source.
    pub is_test: bool,
    /// In order of (time, order first seen). Never empty for a stored ticket.
    pub events: Vec<HistoryEvent>,
}

impl Effect {
    /// The effect in the words of an import mapping; `merged_into` is where the ticket went.
    #[must_use]
    pub fn word(&self, merged_into: Option<TicketId>) -> String {
        let named = |name: &str, value: Option<String>| format!("{name}:{}", value.unwrap_or_else(|| "none".to_owned()));
        match self {
            Self::Created => "created".to_owned(),
            Self::Message { public: true } => "message:public".to_owned(),
            Self::Message { public: false } => "message:private".to_owned(),
            Self::Status(status) => format!("status:{}", status.word()),
            Self::Assignee(person) => named("assignee", person.map(|person| person.to_string())),
            Self::Queue(queue) => named("queue", queue.map(|queue| queue.to_string())),
            Self::Priority(priority) => named("priority", priority.clone()),
            Self::Tag(tag) => format!("tag:{tag}"),
            Self::Escalated => "escalated".to_owned(),
            Self::Merged(into) => match into.or(merged_into) {
                Some(ticket) => format!("merged:{ticket}"),
                None => "merged".to_owned(),
            },
            Self::Split => "split".to_owned(),
            Self::Deleted => "deleted".to_owned(),
            Self::Restored => "restored".to_owned(),
            Self::Spam => "spam".to_owned(),
        }
    }
}
