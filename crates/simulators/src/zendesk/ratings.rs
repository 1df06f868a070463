//! What customers say of the help.

use serde::Serialize;
use serde_json::json;

use super::ids;
use super::lists::{Keys, list};
use super::service::{Asked, Outcome, Problem, Service, Url};
use super::state::State;
use crate::iso::Iso;
use crate::model::{Act, Status, Ticket};

/// In a ticket.
#[derive(Debug, Serialize)]
pub(super) struct RatingOfTicket {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    score: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Rating<'s> {
    url: Url<'s>,
    id: u64,
    assignee_id: Option<u64>,
    group_id: Option<u64>,
    requester_id: u64,
    ticket_id: u64,
    score: &'static str,
    created_at: Iso,
    updated_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
    reason: &'static str,
    reason_id: u64,
    reason_code: u8,
}

const NO_REASON: u64 = 6_500_000_000;

/// The vendor knows good and bad alone; what stands in the middle is good.
pub(super) const fn score(score: u8) -> &'static str {
    if score >= 3 { "good" } else { "bad" }
}

impl RatingOfTicket {
    pub(super) fn of(ticket: &Ticket, state: &State) -> Self {
        let rated = state.rated.map(|place| (place, ticket.events[place].act));
        if let Some((place, Act::Rated { score: given, comment })) = rated {
            let id = Some(ids::rating(ticket.number, place));
            return Self { id, score: score(given), comment };
        }
        let is_asked = matches!(state.status, Status::Solved | Status::Closed);
        Self { id: None, score: if is_asked { "offered" } else { "unoffered" }, comment: None }
    }
}

impl<'s> Rating<'s> {
    fn of(service: &'s Service, id: u64) -> Option<Self> {
        let (number, place) = ids::rated(id);
        let ticket = service.desk.ticket(number)?;
        let event = ticket.events.get(place)?;
        let Act::Rated { score: given, comment } = event.act else { return None };
        let mut state = State::begin(&ticket);
        for (place, event) in ticket.events[..place].iter().enumerate() {
            state.apply(place, event);
        }
        Some(Self {
            url: Url(&service.base, "satisfaction_ratings", id),
            id,
            assignee_id: state.assignee.map(ids::agent),
            group_id: state.queue.map(ids::group),
            requester_id: ids::customer(ticket.customer),
            ticket_id: number,
            score: score(given),
            created_at: Iso(event.at),
            updated_at: Iso(event.at),
            comment,
            reason: "No reason provided",
            reason_id: NO_REASON,
            reason_code: 0,
        })
    }

    fn is(&self, wanted: &str) -> bool {
        let (word, with) = match wanted.split_once("_with") {
            Some((word, rest)) => (word, Some(rest == "_comment")),
            None => (wanted, None),
        };
        let has_word = word == "received" || word == self.score;
        has_word && with.is_none_or(|with| with == self.comment.is_some())
    }
}

/// Of one ticket there may be several: a customer may think again.
pub(super) fn all(service: &Service, asked: &Asked<'_>) -> Outcome {
    if !asked.caller.is_admin {
        return Err(Problem::forbidden());
    }
    let time = |name| match asked.request.parameter(name) {
        None => Ok(None),
        Some(text) => text
            .parse::<i64>()
            .map(Some)
            .map_err(|_no| Problem::invalid(&format!("Invalid {name}"))),
    };
    let from = time("start_time")?.unwrap_or(i64::MIN);
    let until = time("end_time")?.unwrap_or(i64::MAX);
    let wanted = asked.request.parameter("score").unwrap_or("received").to_owned();
    let wanted = &wanted;
    let moments = service.desk.ratings(from);
    let of_desk = moments.iter().filter(|it| it.at <= until);
    let ids: Vec<u64> = of_desk.map(|it| ids::rating(it.ticket, it.event)).collect();
    let render = |id| Rating::of(service, id).filter(|rating| rating.is(wanted));
    let keys = if wanted == "received" {
        ids
    } else {
        ids.into_iter().filter(|id| render(*id).is_some()).collect()
    };
    list(service, asked, "satisfaction_ratings", Keys::listed(keys), render)
}

pub(super) fn count(service: &Service) -> Outcome {
    super::lists::count(service, service.desk.ratings(i64::MIN).len())
}

pub(super) fn one(service: &Service, id: u64) -> Outcome {
    let rating = Rating::of(service, id).ok_or_else(Problem::not_found)?;
    Ok(crate::server::Answer::json(200, &json!({ "satisfaction_rating": rating })))
}
