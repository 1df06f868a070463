//! What is where.

use super::conversations;
use super::ids;
use super::listing;
use super::pages::one;
use super::service::{Asked, Caller, Outcome, Problem, Service};
use super::state::State;
use super::tickets::{Include, Ticket};
use super::{people, ratings, settings};
use crate::model;

/// Answers a request that has been let in; the parts are of the path after `/api/v2`.
pub(super) fn answer(service: &Service, asked: &Asked<'_>, parts: &[&str]) -> Outcome {
    let number = |text: &str| text.parse::<u64>().map_err(|_no| Problem::not_found());
    if asked.request.method != "GET" {
        return Err(Problem::no_method());
    }
    match *parts {
        ["agents", "me"] => return people::me(service, asked),
        ["tickets", id, ref rest @ ..] => return of_ticket(service, asked, number(id)?, rest),
        _ => {}
    }
    if asked.caller != Caller::Administrator {
        return Err(Problem::forbidden());
    }
    match *parts {
        ["tickets"] => listing::tickets(service, asked),
        ["agents"] => people::agents(service, asked),
        ["agents", id] => one(service.agent(number(id)?)),
        ["groups"] => people::groups(service, asked),
        ["groups", id] => one(service.group(number(id)?)),
        ["contacts"] => people::contacts(service, asked),
        ["contacts", id] => one(service.contact(number(id)?)),
        ["companies"] => people::companies(service, asked),
        ["companies", id] => one(service.company(number(id)?)),
        ["surveys"] => ratings::surveys(service),
        ["surveys", "satisfaction_ratings"] => ratings::all(service, asked),
        ["ticket_fields"] => settings::ticket_fields(service, asked),
        ["sla_policies"] => settings::policies(service),
        ["settings", "helpdesk"] => settings::helpdesk(),
        _ => Err(Problem::not_found()),
    }
}

/// What is deleted or spam can still be looked at.
fn of_ticket(service: &Service, asked: &Asked<'_>, number: u64, rest: &[&str]) -> Outcome {
    let ticket = service.desk.ticket(number).ok_or_else(Problem::not_found)?;
    if !may_see(asked.caller, &ticket) {
        return Err(Problem::forbidden());
    }
    match rest {
        [] => {
            // One alone is always shown with what it says.
            let include = Include { description: true, ..asked.include };
            one(Some(Ticket::told(service, &Asked { include, ..*asked }, &ticket)))
        }
        ["conversations"] => conversations::all(service, asked, &ticket),
        ["satisfaction_ratings"] => ratings::of_ticket(service, asked, &ticket),
        _ => Err(Problem::not_found()),
    }
}

fn may_see(caller: Caller, ticket: &model::Ticket) -> bool {
    match caller {
        Caller::Administrator => true,
        Caller::Agent(agent) => {
            State::of(ticket).responder.map(ids::agent) == Some(ids::agent(agent))
        }
    }
}
