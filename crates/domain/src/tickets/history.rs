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
