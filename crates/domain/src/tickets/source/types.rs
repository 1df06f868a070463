//! What a source says, in its own terms: agents, queues and customers by the source's ids.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{ActorKind, Channel, InitiatedBy, StatusCategory};

/// How a source tells of its tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// One row per event: an event log.
    Events,
    /// One row per ticket: an export of what is true now.
    Tickets,
}

/// One line of the file, understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRow {
    /// The source's id of the ticket.
    pub ticket: String,
    /// The line it came from, counted from 1; a row over several lines has the first one's number.
    pub line: u64,
    /// Which shape the row has.
    pub shape: Rows,
    /// Grows with every change of the ticket, where the source tells.
    pub version: Option<i64>,
    /// What the row says of the ticket itself.
    pub attributes: Attributes,
    /// One event of an event row; all that a ticket row tells otherwise.
    pub events: Vec<SourceEvent>,
}

/// The kind of the event that a ticket is not there any more: no word of a source's own.
pub(super) const GONE: &str = "gone_from_source";

impl SourceRow {
    /// A ticket that is not there any more, which somebody noticed at this moment.
    #[must_use]
    pub fn gone(ticket: String, noticed_at: DateTime<Utc>) -> Self {
        let at = noticed_at.timestamp_micros();
        let event = SourceEvent {
            id: Some(format!("{GONE}:{at}")),
            kind: GONE.to_owned(),
            at,
            actor: SourceActor { kind: ActorKind::System, who: None },
            effects: vec![SourceEffect::Deleted],
        };
        Self {
            ticket,
            line: 0,
            shape: Rows::Events,
            version: None,
            attributes: Attributes::default(),
            events: vec![event],
        }
    }
}

/// What is said of a ticket itself. `None` says nothing and changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// Where the ticket came in.
    pub channel: Option<Channel>,
    /// Whose ticket it is.
    pub customer: Option<SourceCustomer>,
    /// Who began the conversation.
    pub initiated_by: Option<InitiatedBy>,
    /// Whether it is a test.
    pub is_test: Option<bool>,
    /// What the source itself makes of it.
    #[serde(default)]
    pub figures: Option<Figures>,
}

/// The source's own figures of a ticket, by its own rules: kept beside ours, and never counted in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// From its creation to its first answer, in seconds of the calendar.
    pub first_response_seconds: Option<i64>,
    /// From its creation to its last solution, in seconds of the calendar.
    pub full_resolution_seconds: Option<i64>,
    /// How often it was opened again.
    pub reopens: Option<i64>,
}

impl Attributes {
    /// Takes over everything that `newer` says.
    pub(super) fn merge(&mut self, newer: Self) {
        let Self { channel, customer, initiated_by, is_test, figures } = newer;
        self.channel = channel.or(self.channel);
        self.customer = customer.or_else(|| self.customer.take());
        self.initiated_by = initiated_by.or(self.initiated_by);
        self.is_test = is_test.or(self.is_test);
        self.figures = figures.or(self.figures);
    }
}

/// A customer as the source names them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceCustomer {
    /// The source's id.
    pub id: String,
    /// The name; the id where there is none.
    pub name: String,
    /// The organisation, where known.
    pub organisation: Option<String>,
    /// The source's id of it, where the source tells by itself what it is called.
    #[serde(default)]
    pub organisation_id: Option<String>,
}

/// Whom customers write for, as the source names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceOrganisation {
    /// The source's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A queue as the source names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceQueue {
    /// The source's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What a customer thought of the answer, as the source tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRating {
    /// The source's id of it.
    pub id: String,
    /// The source's id of the ticket.
    pub ticket: String,
    /// From 1, the worst, on.
    pub score: i32,
    /// The best score there is.
    pub best: i32,
    /// What the customer wrote.
    pub comment: Option<String>,
    /// Microseconds since 1970-01-01 UTC.
    pub at: i64,
}

/// An agent as the source names them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceAgent {
    /// The source's id; the e-mail address or the name where there is none.
    pub id: String,
    /// The name; the id where there is none.
    pub name: String,
    /// The e-mail address in lower case, where known.
    pub email: Option<String>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceActor {
    /// What kind of actor it is.
    pub kind: ActorKind,
    /// Who, where the source says. Only humans become people.
    pub who: Option<SourceAgent>,
}

/// One event in the source's terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEvent {
    /// The source's id of the event, where it has one. Of a ticket row: which of its times it is.
    pub id: Option<String>,
    /// The source's word for what happened.
    pub kind: String,
    /// Microseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Who did it.
    pub actor: SourceActor,
    /// What it did.
    pub effects: Vec<SourceEffect>,
}

/// [`Effect`](crate::tickets::Effect) with agents, queues and tickets by the source's ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceEffect {
    /// The ticket came into being.
    Created,
    /// A message was written.
    Message {
        /// Whether the customer could read it.
        public: bool,
    },
    /// The status became this.
    Status(StatusCategory),
    /// The assignee became this agent, or nobody.
    Assignee(Option<SourceAgent>),
    /// The queue became this, or none.
    Queue(Option<String>),
    /// The priority became this, or none.
    Priority(Option<String>),
    /// A tag was added.
    Tag(String),
    /// The ticket was raised to another tier.
    Escalated,
    /// The ticket went into another one, named where it is known.
    Merged(Option<String>),
    /// The ticket was split from another.
    Split,
    /// The ticket was deleted.
    Deleted,
    /// A deletion, merge or spam mark was taken back.
    Restored,
    /// The ticket was marked as spam.
    Spam,
}
