//! What is where.

use serde_json::{Value, json};

use super::conversations::Shape;
use super::service::{Asked, Outcome, Problem, Service};
use super::{ids, people, search};
use crate::server::{Answer, Hits};

/// Answers a request that has been let in.
pub(super) fn answer(service: &Service, asked: &Asked<'_>) -> Outcome {
    let parts: Vec<&str> = asked.request.path.split('/').filter(|part| !part.is_empty()).collect();
    match (asked.request.method.as_str(), &parts[..]) {
        ("GET", ["me"]) => people::me(service),
        ("GET", ["admins"]) => people::admins(service),
        ("GET", ["admins", id]) => people::one_admin(service, number(id)?),
        ("GET", ["teams"]) => people::teams(service),
        ("GET", ["teams", id]) => people::one_team(service, number(id)?),
        ("GET", ["contacts", id]) => people::contact(service, id),
        ("GET", ["conversations"]) => search::list(service, asked),
        ("POST", ["conversations", "search"]) => search::search(service, asked),
        ("GET", ["conversations", id]) => conversation(service, asked, number(id)?),
        _ => Err(Problem::not_found("not_found", "The requested resource does not exist")),
    }
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_no| Problem::not_found("not_found", "Resource Not Found"))
}

fn conversation(service: &Service, asked: &Asked<'_>, id: u64) -> Outcome {
    let is_plain = asked.request.parameter("display_as") == Some("plaintext");
    let shown = ids::number(id)
        .and_then(|number| search::shown(service, number, Shape::Whole { is_plain }));
    let mut shown = shown.ok_or_else(|| Problem::not_found("not_found", "Resource Not Found"))?;
    disturb(&mut shown, asked.hits);
    Ok(Answer::sized(200, 8_192, &shown))
}

/// What goes wrong in lists goes wrong in the list of parts.
fn disturb(shown: &mut Value, hits: &Hits) {
    let parts = shown.pointer_mut("/conversation_parts/conversation_parts");
    let Some(parts) = parts.and_then(Value::as_array_mut) else { return };
    if hits.duplicated_items {
        parts.extend(parts.first().cloned());
    }
    if hits.reordered_items {
        parts.reverse();
    }
    if let (true, Some(first)) = (hits.unknown_value, parts.first().cloned()) {
        let mut unknown = first;
        unknown["id"] = json!("1");
        unknown["part_type"] = json!("simulated_unknown");
        unknown["body"] = json!("<p>Nobody knows what this is.</p>");
        unknown["assigned_to"] = Value::Null;
        parts.push(unknown);
    }
}
