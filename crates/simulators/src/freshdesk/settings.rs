//! How the account is set up.

use serde_json::{Value, json};

use super::ids;
use super::pages::{Place, list, set_up};
use super::service::{Asked, Outcome, Service};
use crate::server::Answer;

/// The fields of a ticket. What a status is called, for the desk and for its customers, is among them.
pub(super) fn ticket_fields(service: &Service, asked: &Asked<'_>) -> Outcome {
    let at = set_up(service);
    let field = |place: u64, name: &str, label: &str, kind: &str, choices: Value| {
        json!({
            "id": ids::FIELDS + place,
            "name": name,
            "label": label,
            "label_for_customers": label,
            "description": "",
            "position": place,
            "type": kind,
            "default": kind != "custom_text",
            "required_for_closure": false,
            "required_for_agents": true,
            "required_for_customers": false,
            "customers_can_edit": false,
            "displayed_to_customers": true,
            "choices": choices,
            "created_at": at,
            "updated_at": at,
        })
    };
    let statuses = json!({
        "2": ["Open", "Being Processed"],
        "3": ["Pending", "Awaiting your Reply"],
        "4": ["Resolved", "This ticket has been Resolved"],
        "5": ["Closed", "This ticket has been Closed"],
        "6": ["Waiting on Customer", "Awaiting your Reply"],
        "7": ["Waiting on Third Party", "Being Processed"],
    });
    let priorities = json!({ "Low": 1, "Medium": 2, "High": 3, "Urgent": 4 });
    let sources = json!({
        "Email": 1, "Portal": 2, "Phone": 3, "Forum": 4, "Twitter": 5, "Facebook": 6, "Chat": 7,
        "Feedback Widget": 9, "Outbound Email": 10, "Whatsapp": 13,
    });
    let types = json!(["Question", "Incident", "Problem", "Feature Request", "Refund"]);
    let all = [
        field(1, "source", "Source", "default_source", sources),
        field(2, "status", "Status", "default_status", statuses),
        field(3, "priority", "Priority", "default_priority", priorities),
        field(4, "ticket_type", "Type", "default_ticket_type", types),
        field(5, "cf_topic", "Topic", "custom_text", json!([])),
    ];
    let wanted = asked.request.parameter("type");
    let found: Vec<&Value> =
        all.iter().filter(|field| wanted.is_none_or(|kind| field["type"] == kind)).collect();
    list(service, asked, Place::of(asked.request)?, &found, Some)
}

pub(super) fn policies(service: &Service) -> Outcome {
    let at = set_up(service);
    let target = |first: i64, whole: i64| {
        json!({
            "respond_within": first * 3_600,
            "resolve_within": whole * 3_600,
            "business_hours": false,
            "escalation_enabled": false,
        })
    };
    let targets = json!({
        "priority_4": target(1, 12),
        "priority_3": target(4, 24),
        "priority_2": target(8, 72),
        "priority_1": target(24, 120),
    });
    Ok(Answer::json(
        200,
        &json!([{
            "id": ids::POLICY,
            "name": "Default SLA Policy",
            "description": "",
            "active": true,
            "is_default": true,
            "position": 1,
            "applicable_to": {},
            "sla_target": targets,
            "escalation": { "response": {}, "resolution": {} },
            "created_at": at,
            "updated_at": at,
        }]),
    ))
}

pub(super) fn helpdesk() -> Outcome {
    let body =
        json!({ "primary_language": "en", "supported_languages": [], "portal_languages": [] });
    Ok(Answer::json(200, &body))
}
