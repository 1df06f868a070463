//! What the service desk adds: requests, queues, and what customers say of the help.

use serde_json::{Value, json};

use super::ids;
use super::service::{Asked, Outcome, Problem, Service};
use super::state::State;
use super::words;
use crate::model::{Act, Ticket};
use crate::server::Answer;

/// Answers what lies under `/rest/servicedeskapi`.
pub(super) fn answer(service: &Service, asked: &Asked<'_>, parts: &[&str]) -> Outcome {
    let ticket = |id: &str| service.visible_as(id);
    match *parts {
        ["info"] => {
            Ok(Answer::json(200, &json!({ "version": "1001.0.0", "isLicensedForUse": true })))
        }
        ["servicedesk"] => list(service, asked, vec![desk(service)]),
        ["servicedesk", id] if id == ids::SERVICE_DESK.to_string() || id == ids::PROJECT => {
            Ok(Answer::json(200, &desk(service)))
        }
        ["request", id] => {
            let ticket = ticket(id)?;
            Ok(Answer::json(200, &request(service, &ticket)))
        }
        ["request", id, "comment"] => super::comments::of_request(service, asked, &ticket(id)?),
        ["request", id, "feedback"] => feedback(&ticket(id)?),
        _ => Err(Problem::no_endpoint()),
    }
}

/// A page of this part of the API, which has words of its own for pages.
pub(super) fn list(service: &Service, asked: &Asked<'_>, all: Vec<Value>) -> Outcome {
    let (start, limit) = asked.page_of("start", "limit", 50, 100)?;
    let total = all.len();
    let values: Vec<Value> = all.into_iter().skip(start).take(limit).collect();
    let path = format!("{}{}", service.base, asked.request.path);
    let is_last = start + values.len() >= total;
    let mut links = json!({
        "self": format!("{path}?start={start}&limit={limit}"),
        "base": service.base,
        "context": "",
    });
    if !is_last {
        links["next"] = json!(format!("{path}?start={}&limit={limit}", start + limit));
    }
    let body = json!({
        "_expands": [], "size": values.len(), "start": start, "limit": limit,
        "isLastPage": is_last, "_links": links, "values": values,
    });
    Ok(Answer::json(200, &body))
}

fn desk(service: &Service) -> Value {
    json!({
        "id": ids::SERVICE_DESK.to_string(),
        "projectId": ids::PROJECT_ID.to_string(),
        "projectName": service.desk.model().desk().name,
        "projectKey": ids::PROJECT,
    })
}

fn request(service: &Service, ticket: &Ticket) -> Value {
    let state = State::of(ticket);
    let id = ids::issue(ticket.number).to_string();
    json!({
        "issueId": id,
        "issueKey": ids::key(ticket.number),
        "summary": ticket.topic.subject,
        "requestTypeId": words::request_type(ticket).0.to_string(),
        "serviceDeskId": ids::SERVICE_DESK.to_string(),
        "createdDate": service.date(ticket.created_at),
        "reporter": service.user(ids::Who::Customer(ticket.customer)),
        "requestFieldValues": [],
        "currentStatus": current(service, ticket, &state),
        "_links": { "self": format!("{}/rest/servicedeskapi/request/{id}", service.base) },
    })
}

fn current(service: &Service, ticket: &Ticket, state: &State) -> Value {
    json!({
        "status": words::status(state.status),
        "statusCategory": words::category(state.status).1.to_uppercase(),
        "statusDate": service.date(service.updated(ticket)),
    })
}

/// The field of an issue that says what was asked for in the portal.
pub(super) fn request_type(service: &Service, ticket: &Ticket, state: &State) -> Value {
    let (id, name) = words::request_type(ticket);
    json!({
        "requestType": {
            "id": id.to_string(), "name": name, "description": "", "helpText": "",
            "serviceDeskId": ids::SERVICE_DESK.to_string(), "groupIds": ["1"],
            "issueTypeId": ids::ISSUE_TYPE.to_string(),
        },
        "currentStatus": current(service, ticket, state),
    })
}

pub(super) fn organisations(service: &Service, ticket: &Ticket) -> Value {
    let organisation = service.desk.model().customer(ticket.customer).organisation;
    let shown = organisation.map(|it| json!({ "id": it.number.to_string(), "name": it.name }));
    json!(shown.into_iter().collect::<Vec<_>>())
}

/// What the customer said; a request that was not rated has nothing here.
fn feedback(ticket: &Ticket) -> Outcome {
    let rated = State::of(ticket).rated.map(|place| ticket.events[place].act);
    let Some(Act::Rated { score, comment }) = rated else {
        return Err(Problem::missing("No feedback exists for this request."));
    };
    let mut body = json!({ "type": "csat", "rating": score });
    if let Some(comment) = comment {
        body["comment"] = json!({ "body": comment });
    }
    Ok(Answer::json(200, &body))
}
