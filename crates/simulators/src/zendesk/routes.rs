//! What is where.

use serde_json::{Value, json};

use super::lists::{Keys, Order, count, list, list_with};
use super::metrics::Metrics;
use super::service::{Asked, Outcome, Problem, Service};
use super::sideloads::sideloads;
use super::tickets::{Ticket, With};
use super::{audits, exports, ids, people, policies, ratings, settings, webhooks};
use crate::iso::Iso;
use crate::model;
use crate::server::Answer;

/// Closed tickets that nothing has happened to for so many seconds are archived: some lists leave them out.
const ARCHIVED_AFTER: i64 = 120 * 86_400;
/// Deleted tickets are kept for so many seconds.
const KEPT: i64 = 30 * 86_400;

/// Answers a request that has been let in; the parts are of the path after `/api/v2`.
pub(super) fn answer(service: &Service, asked: &Asked<'_>, parts: &[&str]) -> Outcome {
    if parts.first() == Some(&"webhooks") {
        return webhooks::answer(service, asked, &parts[1..]);
    }
    let number = |text: &str| text.parse::<u64>().map_err(|_no| Problem::not_found());
    if let ("PUT", ["organizations", id]) = (asked.request.method.as_str(), parts) {
        return people::change_organisation(service, asked, number(id)?);
    }
    if asked.request.method != "GET" {
        return Err(Problem::no_endpoint());
    }
    match *parts {
        ["users", "me"] => people::me(service, asked),
        ["users"] => people::users(service, asked),
        ["users", "count"] => count(service, service.users() as usize),
        ["users", "show_many"] => many(asked, "users", |id| service.user(id)),
        ["users", id] => people::one(service, number(id)?),
        ["users", id, "group_memberships"] => {
            people::memberships(service, asked, Some(number(id)?), None)
        }
        ["groups"] | ["groups", "assignable"] => people::groups(service, asked),
        ["groups", "count"] => count(service, model::Queue::ALL.len()),
        ["groups", id] => one("group", service.group(number(id)?)),
        ["groups", id, "memberships"] => {
            people::memberships(service, asked, None, Some(number(id)?))
        }
        ["group_memberships"] => people::memberships(service, asked, None, None),
        ["organizations"] => people::organisations(service, asked),
        ["organizations", "count"] => count(service, service.desk.model().organisations() as usize),
        ["organizations", "show_many"] => {
            many(asked, "organizations", |id| service.organisation(id))
        }
        ["organizations", id] => one("organization", service.organisation(number(id)?)),
        ["tickets", ref rest @ ..] => of_tickets(service, asked, rest),
        ["ticket_metrics"] => metrics(service, asked),
        ["deleted_tickets"] => deleted(service, asked),
        ["satisfaction_ratings"] => ratings::all(service, asked),
        ["satisfaction_ratings", "count"] => ratings::count(service),
        ["satisfaction_ratings", id] => ratings::one(service, number(id)?),
        ["slas", "policies"] => policies::all(service, asked),
        ["slas", "policies", id] => policies::one(service, asked, number(id)?),
        ["account", "settings"] => settings::account(),
        ["brands"] => settings::brands(service, asked),
        ["custom_statuses"] => settings::custom_statuses(service),
        ["incremental", "tickets", "cursor"] => exports::tickets_by_cursor(service, asked),
        ["incremental", "tickets"] => exports::tickets_by_time(service, asked),
        ["incremental", "ticket_events"] => exports::ticket_events(service, asked),
        ["incremental", "ticket_metric_events"] => exports::ticket_metric_events(service, asked),
        ["incremental", "users", "cursor"] => exports::users_by_cursor(service, asked),
        ["incremental", "users"] => exports::users_by_time(service, asked),
        ["incremental", "organizations"] => exports::organisations(service, asked),
        _ => Err(Problem::no_endpoint()),
    }
}

fn of_tickets(service: &Service, asked: &Asked<'_>, parts: &[&str]) -> Outcome {
    let number = |text: &str| text.parse::<u64>().map_err(|_no| Problem::not_found());
    let with = With::of(asked.request);
    let show = |id: u64| {
        let ticket = visible(service, id).ok()?;
        Some(Ticket::of(service, &ticket, with))
    };
    match *parts {
        [] => {
            let removed = service.desk.removed();
            let all = (1..=service.desk.count()).filter(|number| !removed.contains_key(number));
            let count = service.desk.count() as usize - removed.len();
            let beside = |tickets: &[Ticket<'_>]| sideloads(service, asked.request, tickets);
            list_with(service, asked, "tickets", Keys::new(count, Order::Rising, all), show, beside)
        }
        ["count"] => count(service, service.desk.count() as usize - service.desk.removed().len()),
        ["show_many"] => many(asked, "tickets", show),
        [id] => {
            let ticket = show(number(id)?).ok_or_else(Problem::not_found)?;
            let lists = sideloads(service, asked.request, std::slice::from_ref(&ticket));
            let mut told = json!({ "ticket": ticket });
            lists.into_iter().for_each(|(name, list)| told[name] = list);
            Ok(Answer::json(200, &told))
        }
        [id, "audits"] => {
            let ticket = visible(service, number(id)?)?;
            let audits = audits::of(service.desk.model(), &ticket);
            let keys = Keys::listed(audits.iter().map(|audit| audit.id).collect());
            let of = |id| audits.iter().find(|audit| audit.id == id);
            list(service, asked, "audits", keys, of)
        }
        [id, "comments"] => comments(service, asked, &visible(service, number(id)?)?),
        [id, "metrics"] => {
            let ticket = visible(service, number(id)?)?;
            one("ticket_metric", Some(Metrics::of(&ticket, &service.hours, &service.base)))
        }
        _ => Err(Problem::no_endpoint()),
    }
}

/// A ticket that is not away.
fn visible(service: &Service, number: u64) -> Result<model::Ticket, Problem> {
    let is_away = service.desk.removal(number).is_some();
    service.desk.ticket(number).filter(|_| !is_away).ok_or_else(Problem::not_found)
}

fn comments(service: &Service, asked: &Asked<'_>, ticket: &model::Ticket) -> Outcome {
    let audits = audits::of(service.desk.model(), ticket);
    let mut known = std::collections::BTreeMap::new();
    for audit in &audits {
        for (place, child) in audit.children.iter().enumerate() {
            if let Some(mut comment) = audits::comment(audit, place, child) {
                comment.insert("created_at".to_owned(), json!(Iso(audit.at)));
                comment.insert("via".to_owned(), json!(audit.via));
                comment.insert("metadata".to_owned(), audits::metadata());
                known.insert(audit.child(place), Value::Object(comment));
            }
        }
    }
    let order = asked.request.parameter("sort_order").or(asked.request.parameter("sort"));
    let falls = matches!(order, Some("desc" | "-created_at"));
    let mut keys: Vec<u64> = known.keys().copied().collect();
    if falls {
        keys.reverse();
    }
    list(service, asked, "comments", Keys::listed(keys), |id| known.get(&id))
}

/// Newest first, and without what is archived.
fn metrics(service: &Service, asked: &Asked<'_>) -> Outcome {
    let desk = &service.desk;
    let removed = desk.removed();
    let since = desk.clock().now() - ARCHIVED_AFTER;
    let is_listed = |number: &u64| {
        !removed.contains_key(number) && desk.touched(*number).is_some_and(|last| last >= since)
    };
    let all: Vec<u64> = (1..=desk.count()).rev().filter(is_listed).collect();
    let keys = Keys::new(all.len(), Order::Falling, all.into_iter());
    list(service, asked, "ticket_metrics", keys, |number| {
        let ticket = desk.ticket(number)?;
        Some(Metrics::of(&ticket, &service.hours, &service.base))
    })
}

fn deleted(service: &Service, asked: &Asked<'_>) -> Outcome {
    let since = service.desk.clock().now() - KEPT;
    let mut removed = service.desk.removed();
    removed.retain(|_, removal| removal.at >= since);
    let keys: Vec<u64> = removed.keys().copied().collect();
    list(service, asked, "deleted_tickets", Keys::listed(keys), |number| {
        let ticket = service.desk.ticket(number)?;
        let state = super::state::State::of(&ticket);
        let gone = removed.get(&number)?;
        let actor = ticket.events.iter().rev().find(|event| event.at == gone.at)?.actor;
        let (id, name) = match actor {
            model::Actor::Agent(agent) => {
                let agent = service.desk.model().desk().agents.get(usize::from(agent))?;
                (ids::agent(agent.number).cast_signed(), agent.person.name.as_str())
            }
            _ => (ids::SYSTEM, "System"),
        };
        Some(json!({
            "id": number,
            "subject": ticket.topic.subject,
            "description": ticket.topic.subject,
            "actor": { "id": id, "name": name },
            "deleted_at": Iso(gone.at),
            "previous_state": super::state::word(state.status),
        }))
    })
}

fn one(name: &str, item: Option<impl serde::Serialize>) -> Outcome {
    let item = item.ok_or_else(Problem::not_found)?;
    Ok(Answer::json(200, &json!({ name: item })))
}

/// Up to a hundred by their numbers; what is not there is left out.
fn many<T: serde::Serialize>(
    asked: &Asked<'_>,
    name: &str,
    find: impl Fn(u64) -> Option<T>,
) -> Outcome {
    let ids = asked.request.parameter("ids").unwrap_or_default();
    let ids = ids.split(',').filter_map(|id| id.trim().parse().ok());
    let found: Vec<T> = ids.take(100).filter_map(find).collect();
    let count = found.len();
    Ok(Answer::json(
        200,
        &json!({ name: found, "count": count, "next_page": null, "previous_page": null }),
    ))
}
