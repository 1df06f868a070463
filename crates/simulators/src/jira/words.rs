//! What the vendor calls things, and what people write.

use serde_json::{Value, json};

use crate::model::{Actor, Channel, InitiatedBy, Priority, Queue, Status, Ticket, Topic};

/// The name of a status, and the key, name and colour of its category.
pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::New => "Open",
        Status::Open => "Waiting for support",
        Status::Pending => "Waiting for customer",
        Status::OnHold => "Pending",
        Status::Solved => "Resolved",
        Status::Closed => "Closed",
    }
}

/// A category of statuses: its number, key, name and colour.
pub(super) type Category = (u8, &'static str, &'static str, &'static str);

pub(super) const CATEGORIES: [Category; 4] = [
    (1, "undefined", "No Category", "medium-gray"),
    (2, "new", "To Do", "blue-gray"),
    (4, "indeterminate", "In Progress", "yellow"),
    (3, "done", "Done", "green"),
];

pub(super) const fn category(status: Status) -> Category {
    match status {
        Status::New => CATEGORIES[1],
        Status::Open | Status::Pending | Status::OnHold => CATEGORIES[2],
        Status::Solved | Status::Closed => CATEGORIES[3],
    }
}

/// Why an issue is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    Done,
    WontDo,
    Duplicate,
}

impl Resolution {
    pub(super) const ALL: [Self; 3] = [Self::Done, Self::WontDo, Self::Duplicate];

    pub(super) const fn id(self) -> u64 {
        10_000 + self as u64
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::WontDo => "Won't Do",
            Self::Duplicate => "Duplicate",
        }
    }
}

pub(super) const fn priority(priority: Priority) -> (u8, &'static str) {
    match priority {
        Priority::Urgent => (1, "Highest"),
        Priority::High => (2, "High"),
        Priority::Normal => (3, "Medium"),
        Priority::Low => (4, "Low"),
    }
}

/// Where a request came in, as its property `request.channel.type` says: whatever is no mail and no form is an integration of the desk's.
pub(super) fn channel(ticket: &Ticket) -> &'static str {
    match ticket.channel {
        _ if ticket.initiated_by == InitiatedBy::Agent => "jira",
        Channel::Email => "email",
        Channel::Web => "portal",
        Channel::Chat | Channel::Messaging | Channel::Phone | Channel::Social | Channel::Api => {
            "api"
        }
    }
}

/// The same in the model's words.
pub(super) fn known_channel(ticket: &Ticket) -> Channel {
    match channel(ticket) {
        "email" => Channel::Email,
        "jira" | "portal" => Channel::Web,
        _ => Channel::Api,
    }
}

/// What customers choose in the portal.
pub(super) fn request_type(ticket: &Ticket) -> (u64, &'static str) {
    match (ticket.topic.tag, ticket.topic.queue) {
        (Topic::ALERT | Topic::INCIDENT, _) => (14, "Report a system problem"),
        (_, Queue::Technical | Queue::SecondLine) => (13, "Get IT help"),
        (_, Queue::Billing) => (12, "Billing questions"),
        _ => (11, "Submit a request or question"),
    }
}

/// A text as the version of the API writes it: plain in the second, a document in the third.
pub(super) fn text(version: u8, text: &str) -> Value {
    if version < 3 {
        return json!(text);
    }
    let paragraph = |text: &str| {
        let words = json!({ "type": "text", "text": text });
        json!({ "type": "paragraph", "content": if text.is_empty() { json!([]) } else { json!([words]) } })
    };
    let content: Vec<Value> = text.split('\n').map(paragraph).collect();
    json!({ "type": "doc", "version": 1, "content": content })
}

/// What a customer writes first.
pub(super) fn description(ticket: &Ticket, name: &str) -> String {
    let subject = ticket.topic.subject;
    format!(
        "Hello,\n{subject}\nI have tried what your help pages say, and it made no difference.\n{name}"
    )
}

/// What somebody writes later.
pub(super) const fn message(actor: Actor, place: usize) -> &'static str {
    const BY_CUSTOMERS: [&str; 3] =
        ["It is still the same.", "Here is what you asked for.", "Any news?"];
    const BY_AGENTS: [&str; 3] = [
        "Thank you for writing. I have had a look, and this is what happened.",
        "I have corrected this for you.",
        "Could you please send me the number on the label?",
    ];
    match actor {
        Actor::Customer => BY_CUSTOMERS[place % BY_CUSTOMERS.len()],
        Actor::Agent(_) => BY_AGENTS[place % BY_AGENTS.len()],
        Actor::Bot => "Hi! Perhaps one of these articles helps.",
        Actor::Automation => "We have received your request and will answer as soon as we can.",
        Actor::System => "This was reported by a program.",
    }
}
