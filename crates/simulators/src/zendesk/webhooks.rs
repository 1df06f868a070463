//! Who hears of what happens, and how it is told: signed, one event at a time.

use std::sync::RwLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::account::secret;
use super::happened;
use super::ids;
use super::service::{Asked, Outcome, Problem, Service};
use crate::iso::Iso;
use crate::live::{LiveDesk, Moment};
use crate::server::{Answer, Call, Deliveries};

/// Somebody who hears of events.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    /// Its number at the vendor's.
    id: String,
    /// What each request to it is signed with.
    pub(super) secret: String,
    name: String,
    endpoint: String,
    subscriptions: Vec<String>,
    status: String,
    created_at: i64,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Webhooks {
    seed: u64,
    known: RwLock<(u64, Vec<Webhook>)>,
    pub(super) deliveries: Deliveries,
}

#[derive(Deserialize)]
struct NewWebhook {
    name: String,
    endpoint: String,
    http_method: String,
    request_format: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    subscriptions: Vec<String>,
}

#[derive(Deserialize)]
struct Wrapped {
    webhook: NewWebhook,
}

/// The header of each request's signature, and that of the time that is signed with it.
const SIGNATURE: &str = "X-Zendesk-Webhook-Signature";
const SIGNED_AT: &str = "X-Zendesk-Webhook-Signature-Timestamp";

impl Webhooks {
    pub(super) const fn new(seed: u64, deliveries: Deliveries) -> Self {
        Self { seed, known: RwLock::new((0, Vec::new())), deliveries }
    }

    /// Adds somebody who hears of events of these types.
    pub(super) fn add(&self, name: &str, endpoint: &str, types: &[&str], now: i64) -> Webhook {
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.0 += 1;
        let webhook = Webhook {
            id: format!("01{}", &secret(self.seed, 1_000 + known.0)[..24]).to_uppercase(),
            secret: STANDARD.encode(secret(self.seed, 1_000_000 + known.0)),
            name: name.to_owned(),
            endpoint: endpoint.to_owned(),
            subscriptions: types.iter().map(|it| (*it).to_owned()).collect(),
            status: "active".to_owned(),
            created_at: now,
        };
        known.1.push(webhook.clone());
        webhook
    }

    fn all(&self) -> Vec<Webhook> {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).1.clone()
    }

    fn remove(&self, id: &str) -> bool {
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = known.1.len();
        known.1.retain(|webhook| webhook.id != id);
        known.1.len() < before
    }

    /// Tells everybody who wants to hear of it what happened.
    pub(super) fn announce(&self, desk: &LiveDesk, moments: &[Moment]) {
        let all = self.all();
        let active: Vec<&Webhook> = all.iter().filter(|it| it.status == "active").collect();
        if active.is_empty() {
            return;
        }
        for moment in moments {
            for event in happened::of(desk, *moment) {
                let body = serde_json::to_vec(&event.body).unwrap_or_default();
                let wants = |webhook: &&&Webhook| webhook.subscriptions.contains(&event.kind);
                for webhook in active.iter().filter(wants) {
                    self.deliveries.send(call(
                        webhook,
                        &event.id,
                        body.clone(),
                        desk.clock().now(),
                    ));
                }
            }
        }
    }
}

fn call(webhook: &Webhook, invocation: &str, body: Vec<u8>, now: i64) -> Call {
    let signed_at = Iso(now).to_string();
    let headers = vec![
        ("X-Zendesk-Account-Id", ids::ACCOUNT.to_string()),
        ("X-Zendesk-Webhook-Id", webhook.id.clone()),
        ("X-Zendesk-Webhook-Invocation-Id", invocation.to_owned()),
        (SIGNATURE, signature(&webhook.secret, &signed_at, &body)),
        (SIGNED_AT, signed_at),
    ];
    Call { url: webhook.endpoint.clone(), headers, body }
}

/// HMAC-SHA256 of the time and the body, one after the other.
fn signature(secret: &str, signed_at: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mut mac = mac.expect("a key of any length is a key");
    mac.update(signed_at.as_bytes());
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Answers what concerns webhooks; the parts are of the path after `webhooks`.
pub(super) fn answer(service: &Service, asked: &Asked<'_>, parts: &[&str]) -> Outcome {
    if !asked.caller.is_admin {
        return Err(Problem::forbidden());
    }
    let known = service.webhooks.all();
    let find = |id: &str| known.iter().find(|it| it.id == id).ok_or_else(Problem::not_found);
    match (asked.request.method.as_str(), parts) {
        ("GET", []) => {
            let shown: Vec<Value> = known.iter().map(shown).collect();
            let meta = json!({ "has_more": false, "after_cursor": null, "before_cursor": null });
            let links = json!({ "next": null, "prev": null });
            Ok(Answer::json(200, &json!({ "webhooks": shown, "meta": meta, "links": links })))
        }
        ("POST", []) => create(service, &asked.request.body),
        ("GET", [id]) => Ok(Answer::json(200, &json!({ "webhook": shown(find(id)?) }))),
        ("DELETE", [id]) if service.webhooks.remove(id) => {
            Ok(Answer { status: 204, headers: Vec::new(), body: Vec::new() })
        }
        ("GET", [id, "signing_secret"]) => {
            let secret = json!({ "algorithm": "SHA256", "secret": find(id)?.secret });
            Ok(Answer::json(200, &json!({ "signing_secret": secret })))
        }
        ("DELETE", [_]) => Err(Problem::not_found()),
        _ => Err(Problem::no_endpoint()),
    }
}

fn create(service: &Service, body: &[u8]) -> Outcome {
    let refused = |title: &str| {
        let errors = json!({ "errors": [{ "code": "InvalidWebhook", "title": title }] });
        Problem(Answer::json(400, &errors))
    };
    let Wrapped { webhook } =
        serde_json::from_slice(body).map_err(|error| refused(&format!("{error}")))?;
    if !webhook.endpoint.starts_with("http://") {
        return Err(refused("this stand-in delivers to http:// alone"));
    }
    let takes_events = webhook.http_method == "POST" && webhook.request_format == "json";
    if !webhook.subscriptions.is_empty() && !takes_events {
        return Err(refused("events are told with POST and json"));
    }
    let known = |kind: &&String| {
        kind.as_str() == "conditional_ticket_events" || happened::KINDS.contains(&kind.as_str())
    };
    if let Some(unknown) = webhook.subscriptions.iter().find(|kind| !known(kind)) {
        return Err(refused(&format!("{unknown} is not a type of events")));
    }
    if !matches!(webhook.status.as_deref(), None | Some("active")) {
        return Err(refused("only active webhooks can be made here"));
    }
    let types: Vec<&str> = webhook.subscriptions.iter().map(String::as_str).collect();
    let now = service.desk.clock().now();
    let made = service.webhooks.add(&webhook.name, &webhook.endpoint, &types, now);
    Ok(Answer::json(201, &json!({ "webhook": shown(&made) })))
}

fn shown(webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id,
        "name": webhook.name,
        "endpoint": webhook.endpoint,
        "http_method": "POST",
        "request_format": "json",
        "status": webhook.status,
        "subscriptions": webhook.subscriptions,
        "created_at": Iso(webhook.created_at),
        "created_by": ids::MANAGER.to_string(),
        "updated_at": Iso(webhook.created_at),
        "updated_by": ids::MANAGER.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_of_the_time_and_the_body() {
        let body = "{\"id\":1,\"text\":\"café\"}".as_bytes();
        let signed = signature("plumbline-test-secret", "2026-01-01T10:00:00Z", body);
        assert_eq!(signed, "I/W9yYKPo+rgID1fKXuBFl8k2z5gvtWmNLHVK5embME=");
    }
}
