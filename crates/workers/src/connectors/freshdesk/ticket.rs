//! A ticket as Freshdesk shows it, and what can be read off it of what happened.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use domain::tickets::source::{
    Attributes, Figures, Rows, SlaProgress, SourceActor, SourceCustomer, SourceEffect, SourceEvent,
    SourcePromise, SourceRow, SourceTarget, Told,
};
use domain::tickets::{ActorKind, Channel, InitiatedBy, SlaMetric, StatusCategory};

use super::wire::{Statuses, agent, told};

/// The statuses that every account has; it makes its own from 6 on.
const OPEN: i64 = 2;
const PENDING: i64 = 3;
const RESOLVED: i64 = 4;
const CLOSED: i64 = 5;
/// The source of what an agent sends out of themselves.
const OUTBOUND: i64 = 10;

#[derive(Deserialize)]
pub(super) struct Ticket {
    pub(super) id: i64,
    pub(super) status: Option<i64>,
    priority: Option<i64>,
    source: Option<i64>,
    requester_id: Option<i64>,
    responder_id: Option<i64>,
    group_id: Option<i64>,
    tags: Option<Vec<String>>,
    spam: Option<bool>,
    deleted: Option<bool>,
    created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    stats: Option<Stats>,
    fr_due_by: Option<DateTime<Utc>>,
    due_by: Option<DateTime<Utc>>,
    requester: Option<Requester>,
}

/// When what happened last.
#[derive(Clone, Copy, Default, Deserialize)]
struct Stats {
    first_responded_at: Option<DateTime<Utc>>,
    status_updated_at: Option<DateTime<Utc>>,
    reopened_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Requester {
    name: Option<String>,
}

/// What happened at a moment, known by it.
fn at(kind: &str, at: DateTime<Utc>, effects: Vec<SourceEffect>) -> SourceEvent {
    told(&format!("{kind}:{}", at.timestamp()), at, effects)
}

impl Ticket {
    /// Whether its status is one that the account made.
    pub(super) fn has_own_status(&self) -> bool {
        self.status.is_some_and(|status| status > CLOSED)
    }

    /// Whether it is deleted or spam.
    pub(super) fn is_away(&self) -> bool {
        self.deleted == Some(true) || self.spam == Some(true)
    }

    /// The ticket as it is now, and what its times tell of how it came to that.
    pub(super) fn rows(self, statuses: &Statuses) -> [SourceRow; 2] {
        let row = |shape, attributes, events| SourceRow {
            ticket: self.id.to_string(),
            line: 0,
            shape,
            version: Some(self.updated_at.timestamp()),
            attributes,
            events,
        };
        [
            row(Rows::Tickets, self.attributes(), self.standing()),
            row(Rows::Events, Attributes::default(), self.history(statuses)),
        ]
    }

    /// What is promised of it: until when it is answered, and until when it is resolved. It says neither by which policy nor of which hours.
    pub(super) fn targets(&self) -> Vec<SourceTarget> {
        let stats = self.stats.unwrap_or_default();
        let over = stats.resolved_at.or(stats.closed_at);
        // Who resolves what nobody answered promises no answer any more.
        let answered = stats.first_responded_at.or(over);
        let promises = [
            ("fr_due_by", SlaMetric::FirstReplyTime, self.fr_due_by, answered),
            ("due_by", SlaMetric::ResolutionTime, self.due_by, over),
        ];
        let order = self.updated_at.timestamp().max(0);
        let target = |(name, metric, due, done): (&str, _, Option<DateTime<Utc>>, _)| {
            let (due_at, created_at) =
                (due?.timestamp_micros(), self.created_at.timestamp_micros());
            let done: Option<DateTime<Utc>> = done;
            let progress = done.map_or((SlaProgress::Running, created_at), |at| {
                (SlaProgress::Fulfilled, at.timestamp_micros())
            });
            let promise = SourcePromise {
                policy: None,
                target_seconds: None,
                clock: None,
                applied_at: created_at,
                due_at: Some(due_at),
            };
            Some(SourceTarget {
                ticket: self.id.to_string(),
                source_metric: name.to_owned(),
                instance: 1,
                metric,
                promise: Some(Told { order, what: Some(promise) }),
                progress: Some(Told { order, what: progress }),
                // It is broken then if nothing happens before.
                breach: Some(Told { order, what: Some(due_at) }),
            })
        };
        promises.into_iter().filter_map(target).collect()
    }

    fn attributes(&self) -> Attributes {
        let customer = self.requester_id.map(|id| SourceCustomer {
            id: id.to_string(),
            name: self
                .requester
                .as_ref()
                .and_then(|requester| requester.name.clone())
                .unwrap_or_else(|| id.to_string()),
            organisation: None,
            organisation_id: None,
        });
        let stats = self.stats.unwrap_or_default();
        let since = |at: Option<DateTime<Utc>>| at.map(|at| (at - self.created_at).num_seconds());
        Attributes {
            channel: self.source.map(channel),
            customer,
            initiated_by: self.source.map(|source| match source {
                OUTBOUND => InitiatedBy::Agent,
                _ => InitiatedBy::Customer,
            }),
            is_test: None,
            figures: Some(Figures {
                first_response_seconds: since(stats.first_responded_at),
                full_resolution_seconds: since(stats.resolved_at),
                // That it was, and when last, but not how often.
                reopens: None,
            }),
        }
    }

    /// Its description is the first message, and no conversation tells that again.
    fn standing(&self) -> Vec<SourceEvent> {
        let opener = match self.source {
            Some(OUTBOUND) => ActorKind::Human,
            _ => ActorKind::Customer,
        };
        let effects = vec![SourceEffect::Created, SourceEffect::Message { public: true }];
        let created = told("created", self.created_at, effects);
        let mut events =
            vec![SourceEvent { actor: SourceActor { kind: opener, who: None }, ..created }];
        let marks = [
            (self.spam, "spam", SourceEffect::Spam),
            (self.deleted, "deleted", SourceEffect::Deleted),
        ];
        let marks = marks.into_iter().filter(|(is_so, ..)| *is_so == Some(true));
        events.extend(marks.map(|(_, name, effect)| told(name, self.updated_at, vec![effect])));
        events
    }

    /// Freshdesk keeps no history, but the last time of some things, and forgets that a ticket was resolved when it is reopened. Each time
    /// that was ever told is an event of its own, and stays one; who has the ticket is known as of each change that was read.
    fn history(&self, statuses: &Statuses) -> Vec<SourceEvent> {
        let held = || {
            vec![
                SourceEffect::Assignee(self.responder_id.map(agent)),
                SourceEffect::Queue(self.group_id.map(|id| id.to_string())),
            ]
        };
        let mut effects = held();
        effects.push(SourceEffect::Priority(self.priority.map(priority)));
        effects.extend(self.tags.iter().flatten().cloned().map(SourceEffect::Tag));
        let mut events = vec![at("updated", self.updated_at, effects)];
        let Stats { status_updated_at, reopened_at, resolved_at, closed_at, .. } =
            self.stats.unwrap_or_default();
        // What is reopened was over before, whoever ended it and whenever.
        let reopened = vec![
            SourceEffect::Status(StatusCategory::Closed),
            SourceEffect::Status(StatusCategory::Open),
        ];
        events.extend(reopened_at.map(|moment| at("reopened", moment, reopened)));
        // Who closes what is not resolved resolves it by that, at the same second.
        let resolved_at = resolved_at.filter(|moment| Some(*moment) != closed_at);
        let resolved = [held(), vec![SourceEffect::Status(StatusCategory::Solved)]].concat();
        events.extend(resolved_at.map(|moment| at("resolved", moment, resolved)));
        let closed = vec![SourceEffect::Status(StatusCategory::Closed)];
        events.extend(closed_at.map(|moment| at("closed", moment, closed)));
        let is_told = match self.status {
            Some(RESOLVED) => resolved_at.is_some(),
            Some(CLOSED) => closed_at.is_some(),
            _ => false,
        };
        if let Some(status) = self.status.filter(|_| !is_told) {
            let moment = status_updated_at.unwrap_or(self.updated_at);
            events.push(at(
                "status",
                moment,
                vec![SourceEffect::Status(category(status, statuses))],
            ));
        }
        events
    }
}

fn category(status: i64, statuses: &Statuses) -> StatusCategory {
    match status {
        OPEN => StatusCategory::Open,
        PENDING => StatusCategory::Pending,
        RESOLVED => StatusCategory::Solved,
        CLOSED => StatusCategory::Closed,
        own => statuses.get(&own).copied().unwrap_or(StatusCategory::Open),
    }
}

fn priority(number: i64) -> String {
    match number {
        1 => "low".to_owned(),
        2 => "medium".to_owned(),
        3 => "high".to_owned(),
        4 => "urgent".to_owned(),
        other => other.to_string(),
    }
}

const fn channel(source: i64) -> Channel {
    match source {
        1 | OUTBOUND => Channel::Email,
        2 | 4 | 9 => Channel::Web,
        3 => Channel::Phone,
        5 | 6 => Channel::Social,
        7 | 12 => Channel::Chat,
        8 | 13 => Channel::Messaging,
        _ => Channel::Other,
    }
}
