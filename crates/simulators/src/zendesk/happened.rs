//! What happened, as webhooks tell it. Numbers of things are texts here, and words are written in capitals.

use serde_json::{Value, json};

use super::ids;
use super::state::{State, word};
use super::tickets::submitter;
use super::words::{channel, message, order, type_of};
use crate::iso::Iso;
use crate::live::{LiveDesk, Moment};
use crate::model::{Act, Actor, Ticket};

/// The types of events that are told.
pub(super) const KINDS: [&str; 11] = [
    "zen:event-type:ticket.created",
    "zen:event-type:ticket.comment_added",
    "zen:event-type:ticket.status_changed",
    "zen:event-type:ticket.agent_assignment_changed",
    "zen:event-type:ticket.group_assignment_changed",
    "zen:event-type:ticket.priority_changed",
    "zen:event-type:ticket.tags_changed",
    "zen:event-type:ticket.merged",
    "zen:event-type:ticket.marked_as_spam",
    "zen:event-type:ticket.soft_deleted",
    "zen:event-type:ticket.undeleted",
];

/// Something to tell.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) body: Value,
}

/// Everything that is to be told of one moment: an update that changed two fields is told twice.
pub(super) fn of(desk: &LiveDesk, moment: Moment) -> Vec<Told> {
    let Some(mut ticket) = desk.ticket(moment.ticket) else { return Vec::new() };
    ticket.events.truncate(moment.event + 1);
    let mut before = State::begin(&ticket);
    for (place, event) in ticket.events[..moment.event].iter().enumerate() {
        before.apply(place, event);
    }
    let after = State::of(&ticket);
    let changes = changes(desk, &ticket, moment.event, &before, &after);
    let detail = detail(desk, &ticket, &after);
    let told = |(position, (kind, mut event)): (usize, (&str, Value))| {
        let id = format!("{:08x}-{:04x}-4000-8000-{position:012x}", moment.ticket, moment.event);
        event["meta"] = json!({ "sequence": { "id": format!("{:032X}", ids::audit(&ticket, moment.event)), "position": position + 1, "total": changes.len() } });
        let body = json!({
            "account_id": ids::ACCOUNT,
            "detail": detail,
            "event": event,
            "id": id,
            "subject": format!("zen:ticket:{}", ticket.number),
            "time": Iso(moment.at),
            "type": kind,
            "zendesk_event_version": "2022-11-06",
        });
        Told { id, kind: kind.to_owned(), body }
    };
    changes.clone().into_iter().enumerate().map(told).collect()
}

fn changes(
    desk: &LiveDesk,
    ticket: &Ticket,
    place: usize,
    before: &State,
    after: &State,
) -> Vec<(&'static str, Value)> {
    let event = &ticket.events[place];
    let [created, comment, status, assignee, group, priority, tags, ends @ ..] = KINDS;
    let [merged, spam, deleted, undeleted] = ends;
    if event.act == Act::Created {
        return vec![(created, json!({}))];
    }
    let change = |before: Value, after: Value| json!({ "previous": before, "current": after });
    let id = |id: Option<u64>| json!(id.map(|id| id.to_string()));
    let mut told = Vec::new();
    match event.act {
        Act::Message { public } if event.actor != Actor::Automation => {
            told.push((comment, json!({ "comment": comment_of(desk, ticket, place, public) })));
        }
        Act::Merged { into } => {
            told.push((merged, json!({ "target_ticket_id": into.to_string() })))
        }
        Act::Spam => told.push((spam, json!({}))),
        Act::Deleted => told.push((deleted, json!({}))),
        Act::Restored => told.push((undeleted, json!({}))),
        _ => {}
    }
    if before.status != after.status {
        let capitals = |state: &State| json!(word(state.status).to_uppercase());
        told.push((status, change(capitals(before), capitals(after))));
    }
    if before.assignee != after.assignee {
        let of = |state: &State| id(state.assignee.map(ids::agent));
        told.push((assignee, change(of(before), of(after))));
    }
    if before.queue != after.queue {
        let of = |state: &State| id(state.queue.map(ids::group));
        told.push((group, change(of(before), of(after))));
    }
    if before.priority != after.priority {
        let of = |state: &State| json!(state.priority.map(|it| it.word().to_uppercase()));
        told.push((priority, change(of(before), of(after))));
    }
    if before.tags != after.tags {
        let new = after.tags.iter().filter(|tag| !before.tags.contains(tag));
        let added: Vec<_> = new.collect();
        told.push((tags, json!({ "tags_added": added, "tags_removed": [] })));
    }
    told
}

fn comment_of(desk: &LiveDesk, ticket: &Ticket, place: usize, public: bool) -> Value {
    let actor = ticket.events[place].actor;
    let model = desk.model();
    let (id, name) = match actor {
        Actor::Customer => {
            let name = model.customer(ticket.customer).name;
            (ids::customer(ticket.customer).cast_signed(), name)
        }
        Actor::Agent(agent) => {
            let person = &model.desk().agents[usize::from(agent)].person;
            (ids::agent(agent).cast_signed(), person.name.clone())
        }
        Actor::Bot | Actor::Automation | Actor::System => (ids::SYSTEM, "System".to_owned()),
    };
    let is_staff = actor != Actor::Customer;
    json!({
        "id": (ids::audit(ticket, place) + 1).to_string(),
        "author": { "id": id.to_string(), "is_staff": is_staff, "name": name },
        "body": message(actor, place),
        "is_public": public,
    })
}

fn detail(desk: &LiveDesk, ticket: &Ticket, state: &State) -> Value {
    let customer = desk.model().customer(ticket.customer);
    let last = ticket.events.last();
    let requester = ids::customer(ticket.customer).to_string();
    let actor = match last.map(|event| event.actor) {
        Some(Actor::Customer) => requester.clone(),
        Some(Actor::Agent(agent)) => ids::agent(agent).to_string(),
        _ => ids::SYSTEM.to_string(),
    };
    json!({
        "actor_id": actor,
        "assignee_id": state.assignee.map(|agent| ids::agent(agent).to_string()),
        "brand_id": ids::BRAND.to_string(),
        "created_at": Iso(ticket.created_at),
        "custom_status": ids::status(state.status).to_string(),
        "description": format!("{} ({})", ticket.topic.subject, order(ticket.number)),
        "external_id": null,
        "form_id": ids::TICKET_FORM.to_string(),
        "group_id": state.queue.map(|queue| ids::group(queue).to_string()),
        "id": ticket.number.to_string(),
        "is_public": state.is_public,
        "organization_id": customer.organisation.map(|it| ids::organisation(it.number).to_string()),
        "priority": state.priority.map(|priority| priority.word().to_uppercase()),
        "requester_id": requester,
        "status": state.word().to_uppercase(),
        "subject": ticket.topic.subject,
        "submitter_id": submitter(ticket).to_string(),
        "tags": state.tags,
        "type": type_of(ticket).to_uppercase(),
        "updated_at": Iso(last.map_or(ticket.created_at, |event| event.at)),
        "via": { "channel": channel(ticket.channel) },
    })
}
