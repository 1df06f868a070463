//! Who hears of what happens, and how it is told: signed, one event at a time.

use std::sync::RwLock;

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::ids;
use super::people;
use super::service::{Asked, Outcome, Problem, Service, secret};
use super::{changelog, comments, issues};
use crate::live::Moment;
use crate::model::{Act, Ticket};
use crate::server::{Answer, Call, Deliveries};

/// The events that are told.
const EVENTS: [&str; 4] =
    ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created"];
const SIGNATURE: &str = "X-Hub-Signature";

/// Somebody who hears of events.
#[derive(Clone, Debug)]
struct Webhook {
    id: u64,
    name: String,
    url: String,
    events: Vec<String>,
    secret: Option<String>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Webhooks {
    known: RwLock<(u64, Vec<Webhook>)>,
    pub(super) deliveries: Deliveries,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewWebhook {
    name: String,
    url: String,
    #[serde(default)]
    events: Vec<String>,
    secret: Option<String>,
}

impl Webhooks {
    pub(super) const fn new(deliveries: Deliveries) -> Self {
        Self { known: RwLock::new((0, Vec::new())), deliveries }
    }

    fn add(&self, new: NewWebhook) -> Webhook {
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.0 += 1;
        let NewWebhook { name, url, events, secret } = new;
        let webhook = Webhook { id: known.0, name, url, events, secret };
        known.1.push(webhook.clone());
        webhook
    }

    fn all(&self) -> Vec<Webhook> {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).1.clone()
    }

    fn remove(&self, id: u64) -> bool {
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = known.1.len();
        known.1.retain(|webhook| webhook.id != id);
        known.1.len() < before
    }
}

impl Service {
    /// Adds somebody who hears of everything, and tells what it is signed with.
    pub(super) fn hear(&self, url: &str) -> String {
        let seed = self.desk.model().settings().seed;
        let secret = secret(seed, 1_000 + self.webhooks.all().len() as u64);
        let events = EVENTS.map(str::to_owned).to_vec();
        let (name, url) = ("subscriber".to_owned(), url.to_owned());
        self.webhooks.add(NewWebhook { name, url, events, secret: Some(secret.clone()) });
        secret
    }

    /// Tells everybody who wants to hear of it what happened.
    pub(super) fn tell(&self, moments: &[Moment]) {
        let webhooks = self.webhooks.all();
        if webhooks.is_empty() {
            return;
        }
        for moment in moments {
            for (position, (event, body)) in self.happened(*moment).into_iter().enumerate() {
                let text = serde_json::to_vec(&body).unwrap_or_default();
                let wants = |webhook: &&Webhook| webhook.events.iter().any(|it| it == event);
                for webhook in webhooks.iter().filter(wants) {
                    let identifier = format!(
                        "{:08x}-{:04x}-4000-8000-{:08x}{position:04x}",
                        moment.ticket, moment.event, webhook.id
                    );
                    self.webhooks.deliveries.send(webhook.call(&identifier, text.clone()));
                }
            }
        }
    }

    /// What is to be told of a moment: a comment is told twice, by itself and as a change of its issue.
    fn happened(&self, moment: Moment) -> Vec<(&'static str, Value)> {
        let Some(mut ticket) = self.desk.ticket(moment.ticket) else { return Vec::new() };
        ticket.events.truncate(moment.event + 1);
        let Some(event) = ticket.events.last() else { return Vec::new() };
        let [created, updated, deleted, commented] = EVENTS;
        let generic = |name| self.told(&ticket, moment, updated, name);
        match event.act {
            _ if comments::request(&ticket) == Some(moment.event) => Vec::new(),
            Act::Created => vec![(created, self.told(&ticket, moment, created, "issue_created"))],
            Act::Spam | Act::Deleted => {
                vec![(deleted, self.told(&ticket, moment, deleted, "issue_deleted"))]
            }
            Act::Message { .. } => {
                let comment = comments::shown(self, &ticket, moment.event, 2);
                let issue = issues::of_webhook(self, &ticket);
                let body = json!({
                    "timestamp": moment.at * 1_000, "webhookEvent": commented, "comment": comment,
                    "issue": issue, "eventType": "primaryAction",
                });
                vec![(commented, body), (updated, generic("issue_commented"))]
            }
            _ => vec![(updated, generic("issue_generic"))],
        }
    }

    fn told(&self, ticket: &Ticket, moment: Moment, event: &str, name: &str) -> Value {
        let mut told = json!({
            "timestamp": moment.at * 1_000,
            "webhookEvent": event,
            "issue_event_type_name": name,
            "user": ticket.events.last().and_then(|it| self.user(people::of(it.actor, ticket))),
            "issue": issues::of_webhook(self, ticket),
        });
        if let Some(changelog) = changelog::at(self, ticket, moment.event) {
            told["changelog"] = changelog;
        }
        told
    }
}

impl Webhook {
    fn call(&self, identifier: &str, body: Vec<u8>) -> Call {
        let mut headers = vec![
            ("X-Atlassian-Webhook-Identifier", identifier.to_owned()),
            ("X-Atlassian-Webhook-Flow", "Primary".to_owned()),
        ];
        headers.extend(self.secret.as_ref().map(|it| (SIGNATURE, signature(it, &body))));
        Call { url: self.url.clone(), headers, body }
    }

    fn shown(&self, service: &Service) -> Value {
        json!({
            "name": self.name,
            "url": self.url,
            "events": self.events,
            "filters": {},
            "excludeBody": false,
            "enabled": true,
            "isSigned": self.secret.is_some(),
            "lastUpdatedUser": ids::account(ids::Who::Manager),
            "self": format!("{}/rest/webhooks/1.0/webhook/{}", service.base, self.id),
        })
    }
}

/// HMAC-SHA256 of the body.
fn signature(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mut mac = mac.expect("a key of any length is a key");
    mac.update(body);
    let hex = |byte: &u8| format!("{byte:02x}");
    let text: String = mac.finalize().into_bytes().iter().map(hex).collect();
    format!("sha256={text}")
}

/// Answers what concerns webhooks; the parts are of the path after `webhook`.
pub(super) fn answer(service: &Service, asked: &Asked<'_>, parts: &[&str]) -> Outcome {
    let known = service.webhooks.all();
    let find = |id: &str| {
        let found = known.iter().find(|webhook| webhook.id.to_string() == *id);
        found.ok_or_else(|| Problem::missing("The webhook does not exist."))
    };
    match (asked.request.method.as_str(), parts) {
        ("GET", []) => {
            let shown: Vec<Value> = known.iter().map(|it| it.shown(service)).collect();
            Ok(Answer::json(200, &shown))
        }
        ("POST", []) => {
            let new: NewWebhook = asked.body()?;
            if let Some(unknown) = new.events.iter().find(|it| !EVENTS.contains(&it.as_str())) {
                return Err(Problem::invalid(&format!("{unknown} is not told by this stand-in")));
            }
            if !new.url.starts_with("http://") {
                return Err(Problem::invalid("this stand-in delivers to http:// alone"));
            }
            Ok(Answer::json(201, &service.webhooks.add(new).shown(service)))
        }
        ("GET", [id]) => Ok(Answer::json(200, &find(id)?.shown(service))),
        ("DELETE", [id]) => {
            service.webhooks.remove(find(id)?.id);
            Ok(Answer { status: 204, headers: Vec::new(), body: Vec::new() })
        }
        _ => Err(Problem::no_endpoint()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_of_the_body() {
        let body = "{\"id\":1,\"text\":\"café\"}".as_bytes();
        let expected = "sha256=2cf156886673d0c55c0151ce45999dc03f39e5ac6b3f8857bb34cff373b16839";
        assert_eq!(signature("plumbline-test-secret", body), expected);
    }
}
