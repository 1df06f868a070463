//! What became of an issue's fields: a history for each update. What it was made with is in none of them.

use serde_json::{Value, json};

use super::ids;
use super::people;
use super::service::{Asked, Outcome, Problem, Service};
use super::state::State;
use super::words;
use crate::model::{Queue, Ticket};
use crate::server::Answer;

/// Search tells the newest ones, an issue by itself more of them; all of them are in the changelog alone. The vendor's search tells some
/// forty; here it is fewer, so that a small desk has issues that are cut off.
pub(super) const IN_SEARCH: usize = 8;
pub(super) const IN_ISSUE: usize = 100;
const PER_PAGE: usize = 100;
const PER_BULK: usize = 1_000;

/// Which of a ticket's events a history is of, and what it says changed.
pub(super) struct History {
    event: usize,
    items: Vec<Value>,
}

/// All of a ticket, oldest first.
pub(super) fn of(service: &Service, ticket: &Ticket) -> Vec<History> {
    let states: Vec<State> = State::each(ticket).collect();
    let pairs = states.windows(2).enumerate();
    let histories = pairs.map(|(before, pair)| History {
        event: before + 1,
        items: items(service, &pair[0], &pair[1]),
    });
    histories.filter(|history| !history.items.is_empty()).collect()
}

/// What the event of this place changed.
pub(super) fn at(service: &Service, ticket: &Ticket, event: usize) -> Option<Value> {
    let history = of(service, ticket).into_iter().find(|history| history.event == event)?;
    let id = ids::history(ticket, event).to_string();
    Some(json!({ "id": id, "items": history.items }))
}

/// A value of a field: its number and its name.
type Named = Option<(String, String)>;

fn items(service: &Service, before: &State, after: &State) -> Vec<Value> {
    let mut items = Vec::new();
    let mut change = |field: &str, id: &str, before: Named, after: Named| {
        if before != after {
            items.push(item(field, id, before, after));
        }
    };
    let status = |state: &State| {
        Some((ids::status(state.status).to_string(), words::status(state.status).to_owned()))
    };
    change("status", "status", status(before), status(after));
    let resolution =
        |state: &State| state.resolution.map(|it| (it.id().to_string(), it.name().to_owned()));
    change("resolution", "resolution", resolution(before), resolution(after));
    let assignee = |state: &State| {
        let who = ids::Who::Agent(state.assignee?);
        let name = service.user(who)?["displayName"].as_str()?.to_owned();
        Some((ids::account(who), name))
    };
    change("assignee", "assignee", assignee(before), assignee(after));
    let priority = |state: &State| {
        let (id, name) = words::priority(state.priority);
        Some((id.to_string(), name.to_owned()))
    };
    change("priority", "priority", priority(before), priority(after));
    // What a field has several of is taken away and added one by one.
    if before.queue != after.queue {
        let component = |queue: Queue| (ids::component(queue).to_string(), queue.name().to_owned());
        change("Component", "components", before.queue.map(component), None);
        change("Component", "components", None, after.queue.map(component));
    }
    if before.labels != after.labels {
        let labels = |state: &State| json!(state.labels.join(" "));
        items.push(json!({
            "field": "labels", "fieldtype": "jira", "fieldId": "labels",
            "from": "", "fromString": labels(before), "to": "", "toString": labels(after),
        }));
    }
    items
}

fn item(field: &str, id: &str, before: Named, after: Named) -> Value {
    let split = |named: Named| named.map_or((None, None), |(id, name)| (Some(id), Some(name)));
    let ((from, from_string), (to, to_string)) = (split(before), split(after));
    json!({
        "field": field, "fieldtype": "jira", "fieldId": id,
        "from": from, "fromString": from_string, "to": to, "toString": to_string,
    })
}

impl History {
    fn shown(&self, service: &Service, ticket: &Ticket, created: Value) -> Value {
        let actor = ticket.events[self.event].actor;
        json!({
            "id": ids::history(ticket, self.event).to_string(),
            "author": service.user(people::of(actor, ticket)),
            "created": created,
            "items": self.items,
        })
    }

    fn told(&self, service: &Service, ticket: &Ticket) -> Value {
        let at = ticket.events[self.event].at;
        self.shown(service, ticket, json!(service.zone.shown(at)))
    }
}

/// As it is expanded in an issue: the newest ones, newest first.
pub(super) fn expanded(service: &Service, ticket: &Ticket, most: usize) -> Value {
    let histories = of(service, ticket);
    let total = histories.len();
    let newest = histories.iter().rev().take(most);
    let shown: Vec<Value> = newest.map(|history| history.told(service, ticket)).collect();
    json!({ "startAt": 0, "maxResults": total.min(most), "total": total, "histories": shown })
}

/// All of an issue, oldest first.
pub(super) fn page(service: &Service, asked: &Asked<'_>, ticket: &Ticket) -> Outcome {
    let (start, size) = asked.page(PER_PAGE, PER_PAGE)?;
    let histories = of(service, ticket);
    let values: Vec<Value> =
        histories.iter().skip(start).take(size).map(|it| it.told(service, ticket)).collect();
    let path = format!("{}{}", service.base, asked.request.path);
    let is_last = start + values.len() >= histories.len();
    let mut body = json!({
        "self": format!("{path}?maxResults={size}&startAt={start}"),
        "maxResults": size,
        "startAt": start,
        "total": histories.len(),
        "isLast": is_last,
        "values": values,
    });
    if !is_last {
        let next = format!("{path}?maxResults={size}&startAt={}", start + size);
        body["nextPage"] = json!(next);
    }
    Ok(Answer::json(200, &body))
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Bulk {
    issue_ids_or_keys: Vec<String>,
    #[serde(default)]
    field_ids: Vec<String>,
    max_results: Option<usize>,
    next_page_token: Option<String>,
}

/// Those of many issues, one issue after the other, each oldest first; a page may end in the middle of an issue. Times are numbers here.
pub(super) fn bulk(service: &Service, asked: &Asked<'_>) -> Outcome {
    let bulk: Bulk = asked.body()?;
    if bulk.issue_ids_or_keys.is_empty() || bulk.issue_ids_or_keys.len() > 1_000 {
        return Err(Problem::invalid("issueIdsOrKeys must have from 1 to 1000 issues"));
    }
    if bulk.field_ids.len() > 10 {
        return Err(Problem::invalid("fieldIds must have at most 10 fields"));
    }
    let start = match bulk.next_page_token.as_deref().map(|token| token.strip_prefix("b:")) {
        None => 0,
        Some(Some(place)) if !asked.hits.expired_cursor => {
            place.parse().map_err(|_no: std::num::ParseIntError| Problem::bad_token())?
        }
        Some(_) => return Err(Problem::bad_token()),
    };
    let size = bulk.max_results.unwrap_or(PER_BULK).clamp(1, PER_BULK);
    let numbers = bulk.issue_ids_or_keys.iter().filter_map(|text| ids::ticket(text));
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut histories = Vec::new();
    for ticket in numbers.into_iter().filter_map(|number| service.visible(number).ok()) {
        for history in of(service, &ticket) {
            let is_asked = |item: &Value| {
                bulk.field_ids.is_empty() || bulk.field_ids.iter().any(|id| item["fieldId"] == **id)
            };
            if history.items.iter().any(is_asked) {
                let millis = ticket.events[history.event].at * 1_000;
                let shown = history.shown(service, &ticket, json!(millis));
                histories.push((ids::issue(ticket.number), shown));
            }
        }
    }
    let mut logs: Vec<(u64, Vec<Value>)> = Vec::new();
    let total = histories.len();
    for (issue, history) in histories.into_iter().skip(start).take(size) {
        match logs.last_mut().filter(|(last, _)| *last == issue) {
            Some((_, list)) => list.push(history),
            None => logs.push((issue, vec![history])),
        }
    }
    let log = |(issue, list): (u64, Vec<Value>)| json!({ "issueId": issue.to_string(), "changeHistories": list });
    let next = (start + size < total).then(|| format!("b:{}", start + size));
    let logs: Vec<Value> = logs.into_iter().map(log).collect();
    Ok(Answer::json(200, &json!({ "issueChangeLogs": logs, "nextPageToken": next })))
}
