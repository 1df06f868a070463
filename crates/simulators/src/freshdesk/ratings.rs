//! What customers say of the help.

use serde_json::{Value, json};

use super::ids;
use super::pages::{Place, list, time};
use super::service::{Asked, Outcome, Service};
use super::state::State;
use crate::iso::Iso;
use crate::model::{Act, Ticket};
use crate::server::Answer;

/// Seven steps from "extremely unhappy" to "extremely happy"; this desk asks for five of them.
const fn step(score: u8) -> i32 {
    match score {
        1 => -103,
        2 => -102,
        3 => 100,
        4 => 102,
        _ => 103,
    }
}

fn rating(ticket: &Ticket, place: usize) -> Option<Value> {
    let event = ticket.events.get(place)?;
    let Act::Rated { score, comment } = event.act else { return None };
    let mut then = ticket.clone();
    then.events.truncate(place);
    let state = State::of(&then);
    Some(json!({
        "id": ids::rating(ticket.number, place),
        "survey_id": ids::SURVEY,
        "ticket_id": ticket.number,
        "user_id": ids::contact(ticket.customer),
        "agent_id": state.responder.map(ids::agent),
        "group_id": state.queue.map(ids::group),
        "feedback": comment,
        "ratings": { "default_question": step(score) },
        "created_at": Iso(event.at),
        "updated_at": Iso(event.at),
    }))
}

/// Newest first.
pub(super) fn all(service: &Service, asked: &Asked<'_>) -> Outcome {
    let since = time(asked.request, "created_since")?.unwrap_or(i64::MIN);
    let moments = service.desk.ratings(since);
    let keys: Vec<(u64, usize)> = moments.iter().rev().map(|it| (it.ticket, it.event)).collect();
    let show = |(number, place)| rating(&service.desk.ticket(number)?, place);
    list(service, asked, Place::of(asked.request)?, &keys, show)
}

pub(super) fn of_ticket(service: &Service, asked: &Asked<'_>, ticket: &Ticket) -> Outcome {
    let rated = |place: &usize| matches!(ticket.events[*place].act, Act::Rated { .. });
    let keys: Vec<usize> = (0..ticket.events.len()).rev().filter(rated).collect();
    list(service, asked, Place::of(asked.request)?, &keys, |place| rating(ticket, place))
}

pub(super) fn surveys(service: &Service) -> Outcome {
    let question = json!({
        "id": "default_question",
        "label": "How was it?",
        "accepted_ratings": [103, 102, 100, -102, -103],
        "default": true,
    });
    let at = super::pages::set_up(service);
    Ok(Answer::json(
        200,
        &json!([{
            "id": ids::SURVEY,
            "title": "How was it?",
            "active": true,
            "questions": [question],
            "created_at": at,
            "updated_at": at,
        }]),
    ))
}
