//! What a source of the tenant's own tells: tickets and ratings as `docs/helpdesk.md` has them.

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use domain::connections::sync::Trouble;
use domain::tickets::source::{
    Attributes, Rows, SourceActor, SourceAgent, SourceCustomer, SourceEffect, SourceEvent,
    SourceQueue, SourceRating, SourceRow,
};
use domain::tickets::{ActorKind, Channel, InitiatedBy, StatusCategory};

use crate::connectors::contract::Item;

/// A delivery. What it does not know is refused: whoever writes it can mend it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Delivery {
    agents: Vec<Agent>,
    queues: Vec<Queue>,
    tickets: Vec<Ticket>,
    ratings: Vec<Rating>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agent {
    id: Text,
    name: Option<Text>,
    email: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Queue {
    id: Text,
    name: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Customer {
    id: Text,
    name: Option<Text>,
    organisation: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ticket {
    id: Text,
    channel: Option<Channel>,
    customer: Option<Customer>,
    initiated_by: Option<InitiatedBy>,
    is_test: Option<bool>,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    id: Text,
    at: DateTime<Utc>,
    kind: Option<Text>,
    actor: Option<Actor>,
    effects: Vec<Effect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Actor {
    kind: ActorKind,
    id: Option<Text>,
    name: Option<Text>,
    email: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rating {
    id: Text,
    ticket: Text,
    score: i32,
    best: i32,
    comment: Option<String>,
    rated_at: DateTime<Utc>,
}

/// 1 to 200 characters without control characters, as every name.
struct Text(String);

struct Effect(SourceEffect);

/// What a delivery says, in our terms.
pub(super) fn read(body: &[u8]) -> Result<Vec<Item>, Trouble> {
    let from = &mut serde_json::Deserializer::from_slice(body);
    let delivery: Delivery = serde_path_to_error::deserialize(from).map_err(|error| {
        let place = error.path().to_string();
        unreadable(format!("the delivery cannot be read at `{place}`: {}", error.inner()))
    })?;
    let Delivery { agents, queues, tickets, ratings } = delivery;
    let mut items: Vec<Item> = agents.into_iter().map(|agent| Item::Agent(agent.into())).collect();
    let named = |queue: Queue| {
        let name = queue.name.unwrap_or_else(|| Text(queue.id.0.clone())).0;
        Item::Queue(SourceQueue { id: queue.id.0, name })
    };
    items.extend(queues.into_iter().map(named));
    for (place, ticket) in tickets.into_iter().enumerate() {
        if ticket.events.is_empty() {
            let told = format!("`tickets[{place}]` has no events: the first of them creates it");
            return Err(unreadable(told));
        }
        items.push(Item::Ticket(Box::new(ticket.into())));
    }
    for (place, rating) in ratings.into_iter().enumerate() {
        if rating.score < 1 || rating.score > rating.best {
            let told = format!("`ratings[{place}].score` must be from 1 to `best`");
            return Err(unreadable(told));
        }
        items.push(Item::Rating(rating.into()));
    }
    Ok(items)
}

fn unreadable(text: String) -> Trouble {
    Trouble { code: "delivery_unreadable", text }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        const LONGEST: usize = 200;
        let text = String::deserialize(from)?;
        let is_fine = !text.trim().is_empty()
            && text.chars().count() <= LONGEST
            && !text.chars().any(char::is_control);
        match is_fine {
            true => Ok(Self(text)),
            false => {
                Err(D::Error::custom("1 to 200 characters are expected, no control characters"))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Effect {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = Text::deserialize(from)?.0;
        let (name, value) = word.split_once(':').map_or((&*word, None), |(a, b)| (a, Some(b)));
        let some = |value: &str| (value != "none").then(|| value.to_owned());
        Ok(Self(match (name, value) {
            ("created", None) => SourceEffect::Created,
            ("message", Some("public")) => SourceEffect::Message { public: true },
            ("message", Some("private")) => SourceEffect::Message { public: false },
            ("status", Some(status)) => {
                let status = StatusCategory::from_word(status);
                let none = "a status is new, open, pending, on_hold, solved or closed";
                SourceEffect::Status(status.ok_or_else(|| D::Error::custom(none))?)
            }
            ("assignee", Some(id)) => SourceEffect::Assignee(some(id).map(agent)),
            ("queue", Some(id)) => SourceEffect::Queue(some(id)),
            ("priority", Some(word)) => SourceEffect::Priority(some(word)),
            ("tag", Some(tag)) => SourceEffect::Tag(tag.to_owned()),
            ("merged", into) => SourceEffect::Merged(into.map(str::to_owned)),
            ("escalated", None) => SourceEffect::Escalated,
            ("split", None) => SourceEffect::Split,
            ("deleted", None) => SourceEffect::Deleted,
            ("restored", None) => SourceEffect::Restored,
            ("spam", None) => SourceEffect::Spam,
            _ => return Err(D::Error::custom(format!("`{word}` is no effect"))),
        }))
    }
}

fn agent(id: String) -> SourceAgent {
    SourceAgent { name: id.clone(), id, email: None }
}

impl From<Agent> for SourceAgent {
    fn from(Agent { id, name, email }: Agent) -> Self {
        let name = name.map_or_else(|| id.0.clone(), |name| name.0);
        Self { id: id.0, name, email: email.map(|email| email.0.to_lowercase()) }
    }
}

impl From<Ticket> for SourceRow {
    fn from(ticket: Ticket) -> Self {
        let Ticket { id, channel, customer, initiated_by, is_test, events } = ticket;
        let customer = customer.map(|Customer { id, name, organisation }| SourceCustomer {
            name: name.map_or_else(|| id.0.clone(), |name| name.0),
            id: id.0,
            organisation: organisation.map(|it| it.0),
            organisation_id: None,
        });
        Self {
            ticket: id.0,
            line: 0,
            shape: Rows::Events,
            version: None,
            attributes: Attributes { channel, customer, initiated_by, is_test, figures: None },
            events: events.into_iter().map(SourceEvent::from).collect(),
        }
    }
}

impl From<Event> for SourceEvent {
    fn from(Event { id, at, kind, actor, effects }: Event) -> Self {
        let actor = match actor {
            None => SourceActor { kind: ActorKind::System, who: None },
            Some(Actor { kind, id, name, email }) => {
                let who = id.map(|id| SourceAgent::from(Agent { id, name, email }));
                SourceActor { kind, who }
            }
        };
        Self {
            id: Some(id.0),
            kind: kind.map_or_else(|| "event".to_owned(), |kind| kind.0),
            at: at.timestamp_micros(),
            actor,
            effects: effects.into_iter().map(|effect| effect.0).collect(),
        }
    }
}

impl From<Rating> for SourceRating {
    fn from(Rating { id, ticket, score, best, comment, rated_at }: Rating) -> Self {
        let at = rated_at.timestamp_micros();
        Self { id: id.0, ticket: ticket.0, score, best, comment, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let told = |body: &str| read(body.as_bytes()).unwrap_err().text;
        assert!(told("{").contains("EOF"));
        assert!(told(r#"{"tickets":[{"id":"1"}]}"#).contains("`tickets[0]` has no events"));
        assert!(told(r#"{"tickets":[{"id":""}]}"#).contains("`tickets[0].id`"));
        assert!(told(r#"{"ticket":[]}"#).contains("unknown field `ticket`"));
        let event = |effect: &str| {
            format!(
                r#"{{"tickets":[{{"id":"1","events":[{{"id":"e","at":"2026-01-01T10:00:00Z","effects":["{effect}"]}}]}}]}}"#
            )
        };
        assert!(told(&event("status:done")).contains("a status is new"));
        assert!(told(&event("reopened")).contains("`reopened` is no effect"));
        assert!(told(&event("message")).contains("`tickets[0].events[0].effects[0]`"));
        assert_eq!(read(event("merged:7").as_bytes()).unwrap().len(), 1);
        let rating = r#"{"ratings":[{"id":"1","ticket":"1","score":6,"best":5,"rated_at":"2026-01-01T10:00:00Z"}]}"#;
        assert!(told(rating).contains("`ratings[0].score`"));
    }
}
