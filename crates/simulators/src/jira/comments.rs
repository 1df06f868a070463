//! What people wrote after the request itself.

use serde_json::{Value, json};

use super::ids;
use super::people;
use super::service::{Asked, Outcome, Problem, Service};
use super::words;
use crate::model::{Act, Actor, Ticket};
use crate::server::Answer;

/// Search tells so many of them: fewer than the vendor's, so that a small desk has issues that are cut off.
pub(super) const IN_SEARCH: usize = 5;
const PER_PAGE: usize = 100;

/// What the request itself says: the message that is as old as the ticket, of whoever opened it.
pub(super) fn request(ticket: &Ticket) -> Option<usize> {
    let opened = ticket.events.first()?.actor;
    let is_it = |event: &crate::model::Event| {
        event.at == ticket.created_at
            && event.actor == opened
            && matches!(event.act, Act::Message { .. })
    };
    ticket.events.iter().position(is_it)
}

/// The events of a ticket that are comments, oldest first.
pub(super) fn of(ticket: &Ticket) -> Vec<usize> {
    let request = request(ticket);
    let events = ticket.events.iter().enumerate();
    let comments = events.filter(|(place, event)| {
        matches!(event.act, Act::Message { .. }) && Some(*place) != request
    });
    comments.map(|(place, _)| place).collect()
}

fn is_public(ticket: &Ticket, place: usize) -> bool {
    matches!(ticket.events[place].act, Act::Message { public: true })
}

/// One comment.
pub(super) fn shown(service: &Service, ticket: &Ticket, place: usize, version: u8) -> Value {
    let event = &ticket.events[place];
    let id = ids::comment(ticket, place).to_string();
    let author = service.user(people::of(event.actor, ticket));
    let at = service.zone.shown(event.at);
    let issue = ids::issue(ticket.number);
    json!({
        "self": format!("{}/rest/api/{version}/issue/{issue}/comment/{id}", service.base),
        "id": id,
        "author": author,
        "body": words::text(version, words::message(event.actor, place)),
        "updateAuthor": author,
        "created": at,
        "updated": at,
        "jsdPublic": is_public(ticket, place),
        "jsdAuthorCanSeeRequest": event.actor != Actor::System,
    })
}

/// As they are in an issue: the oldest ones.
pub(super) fn expanded(service: &Service, ticket: &Ticket, most: usize, version: u8) -> Value {
    let places = of(ticket);
    let first = places.iter().take(most);
    let comments: Vec<Value> = first.map(|it| shown(service, ticket, *it, version)).collect();
    let issue = ids::issue(ticket.number);
    json!({
        "self": format!("{}/rest/api/{version}/issue/{issue}/comment", service.base),
        "comments": comments,
        "maxResults": comments.len(),
        "total": places.len(),
        "startAt": 0,
    })
}

/// All of them, page by page.
pub(super) fn page(service: &Service, asked: &Asked<'_>, ticket: &Ticket) -> Outcome {
    let (start, size) = asked.page(PER_PAGE, PER_PAGE)?;
    let mut places = of(ticket);
    match asked.request.parameter("orderBy") {
        None | Some("created" | "+created") => {}
        Some("-created") => places.reverse(),
        Some(_) => return Err(Problem::invalid("orderBy must be created, +created or -created")),
    }
    let on_page = places.iter().skip(start).take(size);
    let comments: Vec<Value> =
        on_page.map(|place| shown(service, ticket, *place, asked.version)).collect();
    let total = places.len();
    let body =
        json!({ "startAt": start, "maxResults": size, "total": total, "comments": comments });
    Ok(Answer::json(200, &body))
}

pub(super) fn one(service: &Service, asked: &Asked<'_>, ticket: &Ticket, id: &str) -> Outcome {
    let mut places = of(ticket).into_iter();
    let place = places.find(|place| ids::comment(ticket, *place).to_string() == id);
    let place = place
        .ok_or_else(|| Problem::missing(&format!("Can not find a comment for the id: {id}.")))?;
    Ok(Answer::json(200, &shown(service, ticket, place, asked.version)))
}

/// As the service desk tells them.
pub(super) fn of_request(service: &Service, asked: &Asked<'_>, ticket: &Ticket) -> Outcome {
    let wants = |name| asked.request.parameter(name) != Some("false");
    let is_asked = |place: &usize| match is_public(ticket, *place) {
        true => wants("public"),
        false => wants("internal"),
    };
    let places: Vec<usize> = of(ticket).into_iter().filter(is_asked).collect();
    let comment = |place: usize| {
        let event = &ticket.events[place];
        json!({
            "id": ids::comment(ticket, place).to_string(),
            "body": words::message(event.actor, place),
            "public": is_public(ticket, place),
            "author": service.user(people::of(event.actor, ticket)),
            "created": service.date(event.at),
        })
    };
    super::service_desk::list(service, asked, places.into_iter().map(comment).collect())
}
