//! What happened to a ticket, as the vendor tells it: an audit for each update, with what changed in it.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use super::ids;
use super::ratings::score;
use super::state::{State, word};
use super::words::{Via, channel, description, message, order, type_of};
use crate::iso::Iso;
use crate::model::{Act, Actor, Customer, Model, Ticket};

/// One update.
#[derive(Debug)]
pub(super) struct Audit {
    pub(super) id: u64,
    pub(super) ticket: u64,
    pub(super) at: i64,
    pub(super) actor: Actor,
    pub(super) author: i64,
    pub(super) via: Via,
    pub(super) children: Vec<Child>,
    /// Which of the ticket's events it is of.
    pub(super) events: std::ops::Range<usize>,
}

/// What an update did.
#[derive(Clone, Debug)]
pub(super) enum Child {
    Create { field: &'static str, value: Field },
    Change { field: &'static str, before: Field, value: Field },
    Comment { author: i64, public: bool, body: String },
    Notification { subject: &'static str, body: &'static str, recipient: u64 },
    Rating { score: &'static str, assignee: Option<u64>, body: Option<&'static str> },
}

/// The value of a ticket's field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Nothing,
    Word(&'static str),
    Id(u64),
    Tags(Vec<&'static str>),
}

/// The audits of a ticket, in order.
pub(super) fn of(model: &Model, ticket: &Ticket) -> Vec<Audit> {
    let customer = model.customer(ticket.customer);
    let mut state = State::begin(ticket);
    let mut audits: Vec<Audit> = Vec::with_capacity(ticket.events.len());
    for (place, event) in ticket.events.iter().enumerate() {
        let before = state.clone();
        state.apply(place, event);
        let children = children(ticket, place, &before, &state, &customer);
        // How a ticket was merged is said by the audit's own origin.
        let is_merge = matches!(event.act, Act::Merged { .. });
        match audits.last_mut() {
            Some(last) if !is_merge && last.at == event.at && last.actor == event.actor => {
                last.children.extend(children);
                last.events.end = place + 1;
            }
            _ => audits.push(Audit {
                id: ids::audit(ticket, place),
                ticket: ticket.number,
                at: event.at,
                actor: event.actor,
                author: author(event.actor, ticket),
                via: via(event.actor, event.act, ticket),
                children,
                events: place..place + 1,
            }),
        }
    }
    audits
}

fn author(actor: Actor, ticket: &Ticket) -> i64 {
    match actor {
        Actor::Customer => ids::customer(ticket.customer).cast_signed(),
        Actor::Agent(agent) => ids::agent(agent).cast_signed(),
        Actor::Bot | Actor::Automation | Actor::System => ids::SYSTEM,
    }
}

fn via(actor: Actor, act: Act, ticket: &Ticket) -> Via {
    match (act, actor) {
        (Act::Merged { into }, _) => Via::merge(into),
        (_, Actor::Automation) => Via::rule("Rules of the desk"),
        (_, Actor::System) => Via::plain("api"),
        (_, Actor::Agent(_)) => Via::plain("web"),
        (_, Actor::Customer | Actor::Bot) => Via::plain(channel(ticket.channel)),
    }
}

fn children(
    ticket: &Ticket,
    place: usize,
    before: &State,
    after: &State,
    customer: &Customer,
) -> Vec<Child> {
    let event = &ticket.events[place];
    let mut children = Vec::new();
    if event.act == Act::Created {
        let create = |field, value| Child::Create { field, value };
        children.push(create("subject", Field::Word(ticket.topic.subject)));
        children.push(create("type", Field::Word(type_of(ticket))));
        children.push(create("requester_id", Field::Id(ids::customer(ticket.customer))));
        children.push(create("status", fields(after)[0].1.clone()));
        let others = fields(after).into_iter().skip(1).filter(|(_, it)| !it.is_empty());
        children.extend(others.map(|(field, value)| create(field, value)));
    } else {
        let pairs = fields(before).into_iter().zip(fields(after));
        let changed = pairs.filter(|((_, before), (_, after))| before != after);
        children.extend(changed.map(|((field, before), (_, value))| Child::Change {
            field,
            before,
            value,
        }));
    }
    children.extend(said(ticket, place, after, customer));
    children
}

/// The comment, message or rating of an event.
fn said(ticket: &Ticket, place: usize, state: &State, customer: &Customer) -> Option<Child> {
    let event = &ticket.events[place];
    let author = author(event.actor, ticket);
    Some(match event.act {
        // Who opens a window has not said anything yet.
        Act::Created if !has_message_at_once(ticket) => {
            let body = format!("Conversation with {}", customer.name);
            Child::Comment { author: ids::SYSTEM, public: false, body }
        }
        Act::Message { .. } if event.actor == Actor::Automation => Child::Notification {
            subject: ticket.topic.subject,
            body: message(event.actor, place),
            recipient: ids::customer(ticket.customer),
        },
        Act::Message { public } => {
            let is_first = event.at == ticket.created_at && event.actor == Actor::Customer;
            let body = if is_first {
                let order = order(ticket.number);
                description(ticket.topic.subject, &order, &customer.name)
            } else {
                message(event.actor, place).to_owned()
            };
            Child::Comment { author, public, body }
        }
        Act::Merged { into } => {
            let body = format!(
                "This request was closed and merged into request #{into} \"{}\".",
                ticket.topic.subject
            );
            Child::Comment { author, public: false, body }
        }
        Act::Rated { score: given, comment } => {
            let assignee = state.assignee.map(ids::agent);
            Child::Rating { score: score(given), assignee, body: comment }
        }
        _ => return None,
    })
}

fn has_message_at_once(ticket: &Ticket) -> bool {
    let of_creation = ticket.events.iter().take_while(|event| event.at == ticket.created_at);
    of_creation.clone().any(|event| matches!(event.act, Act::Message { .. }))
}

/// The fields that change, the status first.
fn fields(state: &State) -> [(&'static str, Field); 5] {
    let id = |id: Option<u64>| id.map_or(Field::Nothing, Field::Id);
    let status = if state.gone.is_some() { "deleted" } else { word(state.status) };
    [
        ("status", Field::Word(status)),
        ("assignee_id", id(state.assignee.map(ids::agent))),
        ("group_id", id(state.queue.map(ids::group))),
        ("priority", state.priority.map_or(Field::Nothing, |it| Field::Word(it.word()))),
        ("tags", Field::Tags(state.tags.clone())),
    ]
}

impl Field {
    const fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Tags(tags) => tags.is_empty(),
            Self::Word(_) | Self::Id(_) => false,
        }
    }
}

/// In audits numbers are written as texts.
impl Serialize for Field {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => to.serialize_none(),
            Self::Word(word) => to.serialize_str(word),
            Self::Id(id) => to.collect_str(id),
            Self::Tags(tags) => tags.serialize(to),
        }
    }
}

/// A comment of an audit, or of the list of comments.
pub(super) fn comment(
    audit: &Audit,
    place: usize,
    child: &Child,
) -> Option<serde_json::Map<String, Value>> {
    let Child::Comment { author, public, body } = child else { return None };
    let html =
        format!("<div class=\"zd-comment\" dir=\"auto\">{}</div>", body.replace('\n', "<br>"));
    let comment = json!({
        "id": audit.child(place),
        "type": "Comment",
        "author_id": author,
        "body": body,
        "html_body": html,
        "plain_body": body,
        "public": public,
        "attachments": [],
        "audit_id": audit.id,
    });
    if let Value::Object(comment) = comment { Some(comment) } else { None }
}

impl Audit {
    /// The number of something in it.
    pub(super) const fn child(&self, place: usize) -> u64 {
        self.id + 1 + place as u64
    }
}

/// Where somebody was; the helpdesk cannot tell.
pub(super) fn metadata() -> Value {
    json!({ "system": { "client": "", "ip_address": "192.0.2.1", "location": "" }, "custom": {} })
}

impl Serialize for Audit {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let children = self.children.iter().enumerate();
        let events: Vec<_> = children.map(|(place, child)| InAudit(self, place, child)).collect();
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("ticket_id", &self.ticket)?;
        map.serialize_entry("created_at", &Iso(self.at))?;
        map.serialize_entry("author_id", &self.author)?;
        map.serialize_entry("metadata", &metadata())?;
        map.serialize_entry("events", &events)?;
        map.serialize_entry("via", &self.via)?;
        map.end()
    }
}

struct InAudit<'a>(&'a Audit, usize, &'a Child);

impl Serialize for InAudit<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(audit, place, child) = *self;
        let id = audit.child(place);
        match child {
            Child::Comment { .. } => comment(audit, place, child).serialize(to),
            Child::Create { field, value } => {
                let mut map = to.serialize_map(Some(4))?;
                map.serialize_entry("id", &id)?;
                map.serialize_entry("type", "Create")?;
                map.serialize_entry("value", value)?;
                map.serialize_entry("field_name", field)?;
                map.end()
            }
            Child::Change { field, before, value } => {
                let mut map = to.serialize_map(Some(5))?;
                map.serialize_entry("id", &id)?;
                map.serialize_entry("type", "Change")?;
                map.serialize_entry("value", value)?;
                map.serialize_entry("field_name", field)?;
                map.serialize_entry("previous_value", before)?;
                map.end()
            }
            Child::Notification { subject, body, recipient } => json!({
                "id": id,
                "type": "Notification",
                "via": Via::rule("Notify requester of received request"),
                "subject": subject,
                "body": body,
                "recipients": [recipient],
            })
            .serialize(to),
            Child::Rating { score, assignee, body } => json!({
                "id": id,
                "type": "SatisfactionRating",
                "score": score,
                "assignee_id": assignee,
                "body": body,
            })
            .serialize(to),
        }
    }
}
