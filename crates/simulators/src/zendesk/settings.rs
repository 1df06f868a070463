//! How the account is set up.

use serde_json::json;

use super::ids;
use super::lists::{Keys, list};
use super::service::{Asked, Outcome, Service, Url};
use super::state::word;
use crate::iso::Iso;
use crate::model::Status;
use crate::server::Answer;

pub(super) fn account() -> Outcome {
    Ok(Answer::json(
        200,
        &json!({
            "settings": {
                "active_features": {
                    "customer_satisfaction": true,
                    "business_hours": true,
                    "csat_reason_code": false,
                    "satisfaction_prediction": false,
                    "ticket_tagging": true,
                },
                "api": { "accepted_api_agreement": true, "api_token_access": "true" },
                "brands": { "default_brand_id": ids::BRAND, "require_brand_on_new_tickets": false },
                "localization": { "locale_ids": [1] },
                "statistics": { "forum": true, "search": true, "rule_usage": true },
                "tickets": {
                    "agent_collision": true,
                    "has_color_text": true,
                    "is_first_comment_private_enabled": true,
                    "list_newest_comments_first": true,
                    "private_attachments": false,
                    "tagging": true,
                },
                "user": { "agent_created_welcome_emails": false, "have_gravatars_enabled": false, "tagging": true },
            },
        }),
    ))
}

pub(super) fn brands(service: &Service, asked: &Asked<'_>) -> Outcome {
    let created = Iso(service.organisation_created(1));
    let brand = |id| {
        json!({
            "url": Url(&service.base, "brands", id),
            "id": id,
            "name": service.desk.model().desk().name,
            "subdomain": "quillmere",
            "brand_url": service.base,
            "has_help_center": false,
            "active": true,
            "default": true,
            "is_deleted": false,
            "ticket_form_ids": [ids::TICKET_FORM],
            "created_at": created,
            "updated_at": created,
        })
    };
    list(service, asked, "brands", Keys::listed(vec![ids::BRAND]), |id| Some(brand(id)))
}

/// The standard ones alone, without pages.
pub(super) fn custom_statuses(service: &Service) -> Outcome {
    let created = Iso(service.organisation_created(1));
    let status = |status: &Status| {
        let (id, word) = (ids::status(*status), word(*status));
        let label = [&word[..1].to_uppercase(), &word[1..]].concat();
        json!({
            "url": Url(&service.base, "custom_statuses", id),
            "id": id,
            "status_category": word,
            "agent_label": label,
            "end_user_label": label,
            "raw_agent_label": label,
            "raw_end_user_label": label,
            "description": "",
            "end_user_description": "",
            "active": true,
            "default": true,
            "created_at": created,
            "updated_at": created,
        })
    };
    let known = Status::ALL.iter().filter(|it| **it != Status::Closed).map(status);
    Ok(Answer::json(200, &json!({ "custom_statuses": known.collect::<Vec<_>>() })))
}
