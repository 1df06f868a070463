//! What Zendesk sends, as far as it is read, and what it is in our terms. What is not known is left out and breaks nothing.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use domain::tickets::source::{
    Attributes, Figures, Rows, SourceActor, SourceAgent, SourceCustomer, SourceEffect, SourceEvent,
    SourceOrganisation, SourceQueue, SourceRating, SourceRow,
};
use domain::tickets::{ActorKind, Channel, InitiatedBy};

/// The helpdesk itself, and its rules.
pub(super) const SYSTEM: i64 = -1;

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
    organization_id: Option<i64>,
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
pub(super) struct Organisation {
    id: i64,
    name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Tickets {
    pub(super) tickets: Vec<Ticket>,
    #[serde(default)]
    pub(super) users: Vec<User>,
    #[serde(default)]
    pub(super) organizations: Vec<Organisation>,
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
    metric_set: Option<MetricSet>,
    #[serde(default)]
    pub(super) metric_events: Value,
}

/// What Zendesk makes of a ticket.
#[derive(Deserialize)]
struct MetricSet {
    reopens: Option<i64>,
    #[serde(default)]
    reply_time_in_minutes: Minutes,
    #[serde(default)]
    full_resolution_time_in_minutes: Minutes,
}

#[derive(Default, Deserialize)]
struct Minutes {
    calendar: Option<i64>,
}

/// One ticket by itself, with the people whom it names, and whom they write for.
#[derive(Deserialize)]
pub(super) struct OneTicket {
    pub(super) ticket: Ticket,
    #[serde(default)]
    pub(super) users: Vec<User>,
    #[serde(default)]
    pub(super) organizations: Vec<Organisation>,
}

#[derive(Deserialize)]
pub(super) struct Ratings {
    pub(super) satisfaction_ratings: Vec<Rating>,
    #[serde(default)]
    pub(super) meta: Meta,
}

#[derive(Deserialize)]
pub(super) struct Rating {
    id: i64,
    ticket_id: i64,
    score: Option<String>,
    comment: Option<String>,
    created_at: DateTime<Utc>,
}

/// What a webhook says happened, as far as it is read: to which ticket.
#[derive(Deserialize)]
pub(super) struct Happened {
    pub(super) detail: Option<Detail>,
    /// Of a trigger, which says what its author wants: the name that the guide has for it.
    pub(super) ticket_id: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Detail {
    pub(super) id: Option<Value>,
}

impl Happened {
    /// A number or a text, by how it was written.
    pub(super) fn ticket(&self) -> Option<String> {
        let id = self.detail.as_ref().and_then(|it| it.id.as_ref()).or(self.ticket_id.as_ref())?;
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        id.parse::<u64>().ok().map(|id| id.to_string())
    }
}

impl Rating {
    /// Good or bad; what was only asked for is none yet.
    pub(super) fn given(self) -> Option<SourceRating> {
        let score = match self.score.as_deref()? {
            "good" => 2,
            "bad" => 1,
            _ => return None,
        };
        Some(SourceRating {
            id: self.id.to_string(),
            ticket: self.ticket_id.to_string(),
            score,
            best: 2,
            comment: self.comment,
            at: self.created_at.timestamp_micros(),
        })
    }
}

impl From<&MetricSet> for Figures {
    fn from(metrics: &MetricSet) -> Self {
        let seconds = |minutes: &Minutes| minutes.calendar.map(|it| it.saturating_mul(60));
        Self {
            first_response_seconds: seconds(&metrics.reply_time_in_minutes),
            full_resolution_seconds: seconds(&metrics.full_resolution_time_in_minutes),
            reopens: metrics.reopens,
        }
    }
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

impl From<Organisation> for SourceOrganisation {
    fn from(organisation: Organisation) -> Self {
        let id = organisation.id.to_string();
        Self { name: organisation.name.unwrap_or_else(|| id.clone()), id }
    }
}

/// The people of a page, and whom they write for.
pub(super) struct Customers<'p> {
    users: HashMap<i64, &'p User>,
    organisations: HashMap<i64, &'p str>,
}

impl<'p> Customers<'p> {
    pub(super) fn of(users: &'p [User], organisations: &'p [Organisation]) -> Self {
        let named = organisations.iter().filter_map(|it| Some((it.id, it.name.as_deref()?)));
        Self {
            users: users.iter().filter_map(|user| Some((user.id?, user))).collect(),
            organisations: named.collect(),
        }
    }

    fn named(&self, id: i64) -> SourceCustomer {
        let user = self.users.get(&id);
        let organisation = user.and_then(|user| {
            let id = user.organization_id?;
            Some((id.to_string(), (*self.organisations.get(&id)?).to_owned()))
        });
        let (organisation_id, organisation) = organisation.unzip();
        let name = user.and_then(|user| user.name.clone()).unwrap_or_else(|| id.to_string());
        SourceCustomer { id: id.to_string(), name, organisation, organisation_id }
    }
}

impl Ticket {
    pub(super) fn generated_at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.generated_timestamp?, 0)
    }

    /// The ticket as it is now. Its history comes as events.
    pub(super) fn row(self, customers: &Customers<'_>) -> SourceRow {
        let customer = self.requester_id.map(|id| customers.named(id));
        let initiated_by = match (self.submitter_id, self.requester_id) {
            (Some(SYSTEM), _) => Some(InitiatedBy::System),
            (Some(submitter), Some(requester)) if submitter != requester => {
                Some(InitiatedBy::Agent)
            }
            (Some(_), _) => Some(InitiatedBy::Customer),
            (None, _) => None,
        };
        let told = |name: &str, at: DateTime<Utc>, effects| SourceEvent {
            id: Some(name.to_owned()),
            kind: name.to_owned(),
            at: at.timestamp_micros(),
            actor: SourceActor { kind: ActorKind::System, who: None },
            effects,
        };
        // In which group it came in is said by the event that created it, so that is the one that counts.
        let mut events = vec![told("created", self.created_at, Vec::new())];
        if self.status.as_deref() == Some("deleted") {
            events.push(told("deleted", self.updated_at, vec![SourceEffect::Deleted]));
        }
        let channel = self.via.and_then(|via| via.channel).map(|origin| match origin {
            Origin::Word(word) => channel(&word),
            Origin::Number(_) => Channel::Other,
        });
        let figures = self.metric_set.as_ref().map(Figures::from);
        SourceRow {
            ticket: self.id.to_string(),
            line: 0,
            shape: Rows::Tickets,
            version: self.generated_timestamp,
            attributes: Attributes { channel, customer, initiated_by, is_test: None, figures },
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
