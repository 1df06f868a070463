//! Notifications: one for each thing that happened, signed with the app's secret. What is deleted is told by its number alone, and nowhere else.

use std::sync::RwLock;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;

use super::conversations::{Shape, show};
use super::fold::{Conversation, Part};
use super::ids;
use super::service::Service;
use crate::live::Moment;
use crate::model::{Act, Actor};
use crate::server::{Call, Deliveries};

/// The header of each request's signature.
const SIGNATURE: &str = "X-Hub-Signature";

/// Who hears of what happens.
#[derive(Debug)]
pub(super) struct Webhooks {
    /// The app's client secret, which is that of all of them.
    secret: String,
    endpoints: RwLock<Vec<String>>,
    pub(super) deliveries: Deliveries,
}

impl Webhooks {
    pub(super) const fn new(secret: String, deliveries: Deliveries) -> Self {
        Self { secret, endpoints: RwLock::new(Vec::new()), deliveries }
    }

    /// Adds somebody, who is called at once to see whether they are there. Gives what requests are signed with.
    pub(super) fn add(&self, endpoint: &str, now: i64) -> String {
        let mut all = self.endpoints.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.push(endpoint.to_owned());
        let item = json!({ "type": "ping", "message": "something something interzen" });
        let id = ids::uuid(now.cast_unsigned(), all.len() as u64);
        self.send(endpoint, &notification(&id, "ping", now, &item));
        self.secret.clone()
    }

    /// Tells everybody what happened.
    pub(super) fn announce(service: &Service, moments: &[Moment]) {
        let hooks = &service.webhooks;
        let all = hooks.endpoints.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if all.is_empty() {
            return;
        }
        for moment in moments {
            for (place, (topic, item)) in told(service, *moment).iter().enumerate() {
                let id = ids::uuid(moment.ticket, (moment.event << 4 | place) as u64);
                let body = notification(&id, topic, moment.at, item);
                all.iter().for_each(|endpoint| hooks.send(endpoint, &body));
            }
        }
    }

    fn send(&self, endpoint: &str, body: &Value) {
        let body = serde_json::to_vec(body).unwrap_or_default();
        let headers = vec![(SIGNATURE, signature(&self.secret, &body))];
        self.deliveries.send(Call { url: endpoint.to_owned(), headers, body });
    }
}

fn notification(id: &str, topic: &str, at: i64, item: &Value) -> Value {
    json!({
        "type": "notification_event",
        "app_id": ids::APP,
        "data": { "type": "notification_event_data", "item": item },
        "links": {},
        "id": format!("notif_{id}"),
        "topic": topic,
        "delivery_status": "pending",
        "delivery_attempts": 1,
        "delivered_at": 0,
        "first_sent_at": at,
        "created_at": at,
        "self": null,
    })
}

fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(body);
    let mut text = "sha1=".to_owned();
    for byte in mac.finalize().into_bytes() {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// What is told of one moment.
fn told(service: &Service, moment: Moment) -> Vec<(&'static str, Value)> {
    let Some(mut ticket) = service.desk.ticket(moment.ticket) else { return Vec::new() };
    ticket.events.truncate(moment.event + 1);
    let deleted = ticket.events.iter().position(|event| event.act == Act::Deleted);
    if let Some(place) = deleted {
        // Of what is no more nothing is told.
        let id = ids::conversation(ticket.number).to_string();
        let item = json!({ "type": "conversation", "conversation_id": id });
        let topic = (place == moment.event).then_some("conversation.deleted");
        return topic.into_iter().map(|topic| (topic, item.clone())).collect();
    }
    let mut topics = Vec::new();
    if moment.event == 0 {
        topics.extend(match ticket.events[0].actor {
            Actor::Customer => Some("conversation.user.created"),
            Actor::Agent(_) => Some("conversation.admin.single.created"),
            Actor::Bot | Actor::Automation | Actor::System => None,
        });
    }
    let story = Conversation::of(&ticket);
    let parts = story.parts.iter().filter(|part| part.event == moment.event);
    topics.extend(parts.filter_map(topic));
    let item = show(service, &ticket, moment.at, Shape::Told(moment.event));
    topics.into_iter().map(|topic| (topic, item.clone())).collect()
}

/// Not everything is told: what a program writes is not.
fn topic(part: &Part) -> Option<&'static str> {
    Some(match (part.kind, part.actor) {
        ("comment" | "open", Actor::Customer) => "conversation.user.replied",
        ("comment", Actor::Agent(_)) => "conversation.admin.replied",
        ("note", _) => "conversation.admin.noted",
        ("assignment" | "default_assignment", _) => "conversation.admin.assigned",
        ("close", _) => "conversation.admin.closed",
        ("open", _) => "conversation.admin.opened",
        ("snoozed", _) => "conversation.admin.snoozed",
        ("unsnoozed" | "timer_unsnooze", _) => "conversation.admin.unsnoozed",
        ("conversation_rating_changed", _) => "conversation.rating.added",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_of_the_body_alone() {
        let body = "{\"id\":1,\"text\":\"café\"}".as_bytes();
        let signed = signature("plumbline-test-secret", body);
        assert_eq!(signed, "sha1=a211e2c7dccd9b4d3dbe343408b997bb3e6b2722");
    }
}
