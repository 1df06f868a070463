//! What was written in a ticket after its description. What the desk's rules send by e-mail is nowhere to be read.

use serde_json::{Value, json};

use super::ids;
use super::pages::{Place, list};
use super::service::{Asked, Outcome, Service};
use super::state::description;
use super::words::{merged, message};
use crate::iso::Iso;
use crate::model::{Act, Actor, Ticket};

/// So many a ticket is shown with; the others only its own list has.
const FIRST: usize = 10;

/// What a number of `source` says.
const REPLY: u8 = 0;
const NOTE: u8 = 2;

/// All of a ticket's, oldest first.
pub(super) fn all(service: &Service, asked: &Asked<'_>, ticket: &Ticket) -> Outcome {
    let told = told(ticket);
    list(service, asked, Place::of(asked.request)?, &told, |place| one(ticket, place))
}

pub(super) fn first(ticket: &Ticket) -> Vec<Value> {
    told(ticket).into_iter().take(FIRST).filter_map(|place| one(ticket, place)).collect()
}

/// The places of the events that are conversations.
pub(super) fn told(ticket: &Ticket) -> Vec<usize> {
    let description = description(ticket);
    let is_told = |place: &usize| {
        let event = &ticket.events[*place];
        match event.act {
            Act::Message { .. } => {
                let is_somebodys =
                    matches!(event.actor, Actor::Customer | Actor::Agent(_) | Actor::Bot);
                is_somebodys && Some(*place) != description
            }
            Act::Merged { .. } => true,
            _ => false,
        }
    };
    (0..ticket.events.len()).filter(is_told).collect()
}

fn one(ticket: &Ticket, place: usize) -> Option<Value> {
    let event = ticket.events.get(place)?;
    let (text, is_private) = match event.act {
        Act::Merged { into } => (merged(into), true),
        Act::Message { public } => (message(event.actor, place).to_owned(), !public),
        _ => return None,
    };
    let author = match event.actor {
        Actor::Customer => Some(ids::contact(ticket.customer)),
        Actor::Agent(agent) => Some(ids::agent(agent)),
        // What nobody of the account wrote.
        Actor::Bot | Actor::Automation | Actor::System => None,
    };
    Some(json!({
        "id": ids::conversation(ticket.number, place),
        "ticket_id": ticket.number,
        "user_id": author,
        "incoming": event.actor == Actor::Customer,
        "private": is_private,
        "source": if is_private { NOTE } else { REPLY },
        "body": format!("<div>{text}</div>"),
        "body_text": text,
        "support_email": null,
        "from_email": null,
        "to_emails": [],
        "cc_emails": [],
        "bcc_emails": [],
        "attachments": [],
        "created_at": Iso(event.at),
        "updated_at": Iso(event.at),
    }))
}
