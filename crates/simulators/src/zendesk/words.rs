//! What the vendor calls things, and what people write.

use serde::Serialize;

use crate::model::{Actor, Channel, Customer, Queue, Ticket, Topic};

/// How something came in.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Via {
    pub(super) channel: &'static str,
    pub(super) source: Source,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Source {
    from: Party,
    to: Party,
    rel: Option<&'static str>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Party {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_id: Option<u64>,
}

impl Via {
    pub(super) fn plain(channel: &'static str) -> Self {
        Self { channel, source: Source::default() }
    }

    pub(super) fn of_ticket(channel: &'static str, customer: &Customer) -> Self {
        if channel != "email" {
            return Self::plain(channel);
        }
        let party = |name: &str, address: &str| Party {
            name: Some(name.to_owned()),
            address: Some(address.to_owned()),
            ..Party::default()
        };
        let from = party(&customer.name, &customer.email);
        let to = party("Quillmere", "support@quillmere.example");
        Self { channel, source: Source { from, to, rel: None } }
    }

    /// A rule of the desk.
    pub(super) fn rule(title: &'static str) -> Self {
        let from = Party { id: Some(6_400_000_001), title: Some(title), ..Party::default() };
        Self { channel: "rule", source: Source { from, rel: Some("trigger"), ..Source::default() } }
    }

    /// One ticket went into another.
    pub(super) fn merge(into: u64) -> Self {
        let to = Party { ticket_id: Some(into), ..Party::default() };
        Self { channel: "web", source: Source { to, rel: Some("merge"), ..Source::default() } }
    }
}

/// Where a ticket came in.
pub(super) const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Web => "web",
        Channel::Chat => "chat",
        Channel::Messaging => "native_messaging",
        Channel::Phone => "voice",
        Channel::Social => "facebook",
        Channel::Api => "api",
    }
}

/// The same in the export of events, which has other words.
pub(super) const fn origin(actor: Actor, channel: Channel) -> &'static str {
    match (actor, channel) {
        (Actor::Automation, _) => "Rule",
        (Actor::System, _) | (_, Channel::Api) => "Web service",
        (Actor::Agent(_), _) | (_, Channel::Web) => "Web form",
        (_, Channel::Email) => "Mail",
        (_, Channel::Chat) => "Chat",
        (_, Channel::Messaging) => "Messaging",
        (_, Channel::Phone) => "Phone call",
        (_, Channel::Social) => "Facebook",
    }
}

/// A problem is what a program reports; people who ask about it open incidents of it.
pub(super) fn type_of(ticket: &Ticket) -> &'static str {
    match (ticket.topic.tag, ticket.topic.queue) {
        (Topic::ALERT, _) => "problem",
        (Topic::INCIDENT, _) => "incident",
        (_, Queue::Technical | Queue::SecondLine) => "task",
        _ => "question",
    }
}

/// The order that a ticket is about.
pub(super) fn order(ticket: u64) -> String {
    format!("Q-{:07}", ticket * 7 % 9_999_991)
}

/// What a customer writes first.
pub(super) fn description(subject: &str, order: &str, name: &str) -> String {
    [
        "Hello,\n\n",
        subject,
        "\n\nIt is about my order ",
        order,
        ". I have already looked at your help pages and tried what they say, and it made no difference. Could you please tell me what \
         to do next, and how long it will take?\n\nThank you,\n",
        name,
    ]
    .concat()
}

const BY_CUSTOMERS: [&str; 4] = [
    "Thanks for the quick answer. I tried that, and it is still the same.",
    "Here is what you asked for. Please let me know if you need anything else.",
    "Any news?",
    "That worked, thank you!",
];
const BY_AGENTS: [&str; 4] = [
    "Thank you for writing to us. I have had a look at your account, and this is what happened.",
    "I have corrected this for you. It can take a few hours until you see it.",
    "Could you please send me the number on the label, and a photo if you have one?",
    "I am sorry about the trouble. I have taken care of it.",
];

/// What somebody writes later.
pub(super) const fn message(actor: Actor, place: usize) -> &'static str {
    match actor {
        Actor::Customer => BY_CUSTOMERS[place % BY_CUSTOMERS.len()],
        Actor::Agent(_) => BY_AGENTS[place % BY_AGENTS.len()],
        Actor::Bot => "Hi! I am the assistant of Quillmere. Perhaps one of these pages helps.",
        Actor::Automation => "We have received your message and will answer as soon as we can.",
        Actor::System => "This was reported by a program.",
    }
}
