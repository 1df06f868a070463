//! Conversations as the vendor shows them: in lists without their parts and figures, by themselves with both.

use serde_json::{Value, json};

use super::fold::{Assigned, Conversation, Part, Rating, State, Tagged};
use super::service::Service;
use super::statistics::statistics;
use super::words::{first, plain, source};
use super::{ids, people};
use crate::model::{Actor, InitiatedBy, Ticket};

/// So many parts are shown at most: the newest.
const PARTS_AT_MOST: usize = 500;

/// How much of a conversation is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One of a list.
    Listed,
    /// By itself.
    Whole {
        /// Texts without tags.
        is_plain: bool,
    },
    /// In a notification: with the parts of this event alone.
    Told(usize),
}

/// A conversation as it is after the events that the ticket has.
pub(super) fn show(service: &Service, ticket: &Ticket, updated_at: i64, shape: Shape) -> Value {
    let story = Conversation::of(ticket);
    let id = ids::conversation(ticket.number);
    let contact = ids::contact(ticket.customer);
    let mut shown = json!({
        "type": "conversation",
        "id": id.to_string(),
        "created_at": ticket.created_at,
        "updated_at": updated_at,
        "waiting_since": story.waiting_since,
        "snoozed_until": snoozed_until(&story),
        "source": source_of(service, ticket, &story, shape),
        "contacts": {
            "type": "contact.list",
            "contacts": [{ "type": "contact", "id": contact, "external_id": external(ticket.customer) }],
        },
        "first_contact_reply": null,
        "admin_assignee_id": story.admin.map(ids::admin),
        "team_assignee_id": story.team.map(ids::team),
        "open": story.state != State::Closed,
        "state": word(story.state),
        "read": story.waiting_since.is_none(),
        "tags": { "type": "tag.list", "tags": story.tags.iter().map(tag).collect::<Vec<_>>() },
        "priority": if story.is_priority { "priority" } else { "not_priority" },
        "sla_applied": null,
        "statistics": null,
        "conversation_rating": null,
        "teammates": null,
        "title": null,
        "custom_attributes": {},
        "topics": {},
        "ticket": null,
        "linked_objects": { "type": "list", "data": [], "total_count": 0, "has_more": false },
        "ai_agent": null,
        "ai_agent_participated": false,
    });
    if shape == Shape::Listed {
        return shown;
    }
    shown["statistics"] = statistics(ticket, &story, &service.hours);
    shown["conversation_rating"] = json!(story.rating.map(|it| rating(&it, &contact)));
    shown["teammates"] = teammates(&story);
    let shows = |part: &&Part| match shape {
        Shape::Told(event) => part.event == event,
        Shape::Listed | Shape::Whole { .. } => true,
    };
    let parts: Vec<&Part> = story.parts.iter().filter(shows).collect();
    let newest = &parts[parts.len().saturating_sub(PARTS_AT_MOST)..];
    let newest: Vec<Value> =
        newest.iter().map(|it| part(service, ticket, it, is_plain(shape))).collect();
    shown["conversation_parts"] = json!({
        "type": "conversation_part.list",
        "conversation_parts": newest,
        "total_count": parts.len(),
    });
    shown
}

pub(super) const fn word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Snoozed => "snoozed",
        State::Closed => "closed",
    }
}

/// What the customer is called in the shop's own system; not all are customers of the shop.
pub(super) fn external(customer: u64) -> Option<String> {
    (!customer.is_multiple_of(4)).then(|| format!("Q{customer}"))
}

const fn is_plain(shape: Shape) -> bool {
    matches!(shape, Shape::Whole { is_plain: true })
}

/// It is snoozed for three days.
fn snoozed_until(story: &Conversation) -> Option<i64> {
    let last = story.parts.iter().rfind(|part| part.kind == "snoozed");
    last.filter(|_| story.state == State::Snoozed).map(|part| part.at + 3 * 86_400)
}

fn text(html: &str, is_plain: bool) -> String {
    if is_plain { plain(html) } else { html.to_owned() }
}

fn source_of(service: &Service, ticket: &Ticket, story: &Conversation, shape: Shape) -> Value {
    let actor = match (story.delivered_as, ticket.initiated_by) {
        ("operator_initiated", _) => Actor::Bot,
        (_, InitiatedBy::Customer) => Actor::Customer,
        (_, InitiatedBy::System) => Actor::System,
        (_, InitiatedBy::Agent) => ticket.events.first().map_or(Actor::System, |it| it.actor),
    };
    let kind = source(ticket.channel);
    let subject = if kind == "email" { ticket.topic.subject } else { "" };
    json!({
        "type": kind,
        "id": ids::source(ticket.number).to_string(),
        "delivered_as": story.delivered_as,
        "subject": subject,
        "body": text(&first(ticket, story.delivered_as), is_plain(shape)),
        "author": people::author(service, actor, ticket.customer),
        "attachments": [],
        "url": null,
        "redacted": false,
    })
}

fn part(service: &Service, ticket: &Ticket, part: &Part, is_plain: bool) -> Value {
    let assigned = part.assigned.map(|it| match it {
        Assigned::Admin(agent) => json!({ "type": "admin", "id": ids::admin(agent).to_string() }),
        Assigned::Team(queue) => json!({ "type": "team", "id": ids::team(queue).to_string() }),
        Assigned::Nobody => json!({ "type": "nobody_admin", "id": null }),
    });
    json!({
        "type": "conversation_part",
        "id": part.id.to_string(),
        "part_type": part.kind,
        "body": part.body.map(|body| text(body, is_plain)),
        "created_at": part.at,
        "updated_at": part.at,
        "notified_at": part.at,
        "assigned_to": assigned,
        "author": people::author(service, part.actor, ticket.customer),
        "attachments": [],
        "external_id": null,
        "redacted": false,
        "email_message_metadata": null,
        "metadata": {},
        "state": word(part.state),
        "tags": [],
        "event_details": null,
        "app_package_code": null,
    })
}

fn tag(tag: &Tagged) -> Value {
    let by = match tag.actor {
        Actor::Agent(agent) => ids::admin(agent),
        _ => ids::OPERATOR,
    };
    json!({
        "type": "tag",
        "id": ids::tag(tag.name).to_string(),
        "name": tag.name,
        "applied_at": tag.at,
        "applied_by": { "type": "admin", "id": by.to_string() },
    })
}

/// `created_at` is when it was asked for, not when it was given.
fn rating(rating: &Rating, contact: &str) -> Value {
    let admin = rating.admin.map(|agent| ids::admin(agent).to_string());
    json!({
        "rating": rating.score,
        "remark": rating.remark.unwrap_or_default(),
        "created_at": rating.asked_at,
        "updated_at": rating.at,
        "contact": { "type": "contact", "id": contact, "external_id": null },
        "teammate": { "type": if admin.is_some() { "admin" } else { "nobody_admin" }, "id": admin },
    })
}

/// Those who wrote at least one part.
fn teammates(story: &Conversation) -> Value {
    let mut admins: Vec<u64> = Vec::new();
    for part in &story.parts {
        if let (Actor::Agent(agent), true) = (part.actor, part.body.is_some())
            && !admins.contains(&ids::admin(agent))
        {
            admins.push(ids::admin(agent));
        }
    }
    let admins: Vec<Value> =
        admins.iter().map(|id| json!({ "type": "admin", "id": id.to_string() })).collect();
    json!({ "type": "admin.list", "teammates": admins })
}
