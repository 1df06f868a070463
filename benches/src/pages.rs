//! A connector for pages that tell tickets whole: each with its metrics and everything that happened to it.
//!
//! No vendor's API gives that, so it is no vendor's connector. It shows what the loop and the store do where the helpdesk is no limit.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::tickets::source::{
    Attributes, Figures, Rows, SourceActor, SourceAgent, SourceCustomer, SourceEffect, SourceEvent,
    SourceRow,
};
use domain::tickets::{ActorKind, Channel, InitiatedBy, StatusCategory};
use serde::Deserialize;
use workers::connectors::contract::{
    Checkpoint, Connector, Desk, Item, Mode, Step, Stream, VendorError,
};
use workers::connectors::http::{Http, Manners};

/// Ids from this one on are customers'.
const FIRST_CUSTOMER: u64 = 1_000_000;

/// The connector.
pub struct Pages;

#[async_trait]
impl Connector for Pages {
    fn streams(&self) -> &'static [Stream] {
        &[Stream { name: "tickets", mode: Mode::Feed }]
    }

    fn manners(&self) -> Manners {
        Manners { headers: &[], limits: None, wait: Duration::from_secs(1) }
    }

    async fn check(&self, _: &Http) -> Result<String, VendorError> {
        Ok("pages".to_owned())
    }

    async fn step(&self, desk: &Desk<'_>, _: &Stream, at: Checkpoint) -> Result<Step, VendorError> {
        let place = at.cursor().map_or_else(String::new, |cursor| format!("?cursor={cursor}"));
        let path = format!("/api/v2/incremental/tickets/cursor.json{place}");
        let page = desk.http.get::<Page>(&path).await?;
        let (from, reached_at) = (at.from(), page.asked_at);
        let next = page.body.after_cursor.map_or(at, |cursor| Checkpoint::Token { cursor, from });
        let rows = page.body.tickets.into_iter().map(Ticket::row);
        Ok(Step {
            items: rows.map(|row| Item::Ticket(Box::new(row))).collect(),
            next,
            has_more: !page.body.end_of_stream,
            reached_at,
            within: None,
        })
    }

    async fn fetch(&self, _: &Desk<'_>, _: &str) -> Result<Option<Vec<Item>>, VendorError> {
        Ok(None)
    }

    fn hints(&self, _: &[u8]) -> Result<Vec<String>, VendorError> {
        Ok(Vec::new())
    }
}

#[derive(Deserialize)]
struct Page {
    tickets: Vec<Ticket>,
    after_cursor: Option<String>,
    end_of_stream: bool,
}

#[derive(Deserialize)]
struct Ticket {
    id: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    status: String,
    priority: Option<String>,
    requester_id: u64,
    assignee_id: u64,
    group_id: u64,
    via: Via,
    tags: Vec<String>,
    events: Vec<Happened>,
    metric_set: Metrics,
}

#[derive(Deserialize)]
struct Via {
    channel: String,
}

#[derive(Deserialize)]
struct Happened {
    id: u64,
    #[serde(rename = "type")]
    kind: String,
    created_at: DateTime<Utc>,
    author_id: u64,
    field_name: Option<String>,
    value: Option<String>,
    public: bool,
}

#[derive(Deserialize)]
struct Metrics {
    reopens: i64,
    reply_time_in_seconds: Calendar,
    full_resolution_time_in_minutes: Calendar,
}

#[derive(Deserialize)]
struct Calendar {
    calendar: Option<i64>,
}

fn agent(id: u64) -> SourceAgent {
    let id = id.to_string();
    SourceAgent { name: id.clone(), id, email: None }
}

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

fn channel(word: &str) -> Channel {
    match word {
        "email" => Channel::Email,
        "web" => Channel::Web,
        "chat" => Channel::Chat,
        "api" => Channel::Api,
        "voice" => Channel::Phone,
        _ => Channel::Other,
    }
}

impl Ticket {
    /// Its creation, what happened to it, and the state in which it is now.
    fn row(self) -> SourceRow {
        let system = || SourceActor { kind: ActorKind::System, who: None };
        let mut born = vec![SourceEffect::Created, SourceEffect::Priority(self.priority)];
        born.push(SourceEffect::Queue(Some(self.group_id.to_string())));
        born.push(SourceEffect::Assignee(Some(agent(self.assignee_id))));
        born.extend(self.tags.into_iter().map(SourceEffect::Tag));
        let told = |name: &str, at: DateTime<Utc>, effects| SourceEvent {
            id: Some(name.to_owned()),
            kind: name.to_owned(),
            at: at.timestamp_micros(),
            actor: system(),
            effects,
        };
        let mut events = vec![told("created", self.created_at, born)];
        events.extend(self.events.into_iter().map(Happened::event));
        let status = status(&self.status).map(SourceEffect::Status);
        events.push(told("status", self.updated_at, status.into_iter().collect()));
        let requester = self.requester_id.to_string();
        let metrics = self.metric_set;
        let attributes = Attributes {
            channel: Some(channel(&self.via.channel)),
            customer: Some(SourceCustomer {
                name: requester.clone(),
                id: requester,
                organisation: None,
                organisation_id: None,
            }),
            initiated_by: Some(InitiatedBy::Customer),
            is_test: None,
            figures: Some(Figures {
                first_response_seconds: metrics.reply_time_in_seconds.calendar,
                full_resolution_seconds: metrics
                    .full_resolution_time_in_minutes
                    .calendar
                    .map(|it| it * 60),
                reopens: Some(metrics.reopens),
            }),
        };
        SourceRow {
            ticket: self.id.to_string(),
            line: 0,
            shape: Rows::Tickets,
            version: Some(self.updated_at.timestamp()),
            attributes,
            events,
        }
    }
}

impl Happened {
    fn event(self) -> SourceEvent {
        let effect = match (self.kind.as_str(), self.field_name.as_deref()) {
            ("Comment", _) => Some(SourceEffect::Message { public: self.public }),
            ("Change", Some("status")) => {
                self.value.as_deref().and_then(status).map(SourceEffect::Status)
            }
            ("Change", Some("priority")) => Some(SourceEffect::Priority(self.value)),
            _ => None,
        };
        let actor = if self.author_id < FIRST_CUSTOMER {
            SourceActor { kind: ActorKind::Human, who: Some(agent(self.author_id)) }
        } else {
            SourceActor { kind: ActorKind::Customer, who: None }
        };
        SourceEvent {
            id: Some(self.id.to_string()),
            kind: self.kind.to_lowercase(),
            at: self.created_at.timestamp_micros(),
            actor,
            effects: effect.into_iter().collect(),
        }
    }
}
