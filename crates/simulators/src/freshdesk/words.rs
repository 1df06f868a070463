//! The vendor's numbers and words.

use crate::model::{Actor, Channel, InitiatedBy, Priority, Queue, Ticket, Topic};

/// Where a ticket came in. A program is nothing of its own: what it makes comes from the portal, unless it says otherwise.
pub(super) const fn source(ticket: &Ticket) -> u8 {
    match (ticket.channel, ticket.initiated_by) {
        (Channel::Email, InitiatedBy::Agent) => 10,
        (Channel::Email, _) => 1,
        (Channel::Web, _) if ticket.number.is_multiple_of(3) => 9,
        (Channel::Web | Channel::Api, _) => 2,
        (Channel::Phone, _) => 3,
        (Channel::Social, _) if ticket.number.is_multiple_of(2) => 5,
        (Channel::Social, _) => 6,
        (Channel::Chat, _) => 7,
        (Channel::Messaging, _) => 13,
    }
}

pub(super) const fn priority(priority: Priority) -> u8 {
    match priority {
        Priority::Low => 1,
        Priority::Normal => 2,
        Priority::High => 3,
        Priority::Urgent => 4,
    }
}

/// What kind of question it is.
pub(super) fn type_of(ticket: &Ticket) -> &'static str {
    match (ticket.topic.tag, ticket.topic.queue) {
        (Topic::ALERT, _) => "Problem",
        (Topic::INCIDENT, _) => "Incident",
        (_, Queue::Billing) => "Refund",
        _ => "Question",
    }
}

/// What a customer writes first.
pub(super) fn description(ticket: &Ticket, name: &str) -> String {
    let subject = ticket.topic.subject;
    format!(
        "Hello,\n\n{subject}\n\nI have looked at your help pages, and it made no difference. What shall I do next?\n\nThank you,\n{name}"
    )
}

/// What somebody writes later.
pub(super) const fn message(actor: Actor, place: usize) -> &'static str {
    const BY_CUSTOMERS: [&str; 3] =
        ["I tried that, and it is still the same.", "Any news?", "That worked, thank you!"];
    const BY_AGENTS: [&str; 3] = [
        "Thank you for writing to us. I have had a look, and this is what happened.",
        "I have corrected this for you.",
        "Could you please send me the number on the label?",
    ];
    match actor {
        Actor::Customer => BY_CUSTOMERS[place % BY_CUSTOMERS.len()],
        Actor::Agent(_) => BY_AGENTS[place % BY_AGENTS.len()],
        Actor::Bot | Actor::Automation | Actor::System => "Perhaps one of these pages helps.",
    }
}

/// The note that a ticket is closed with when it goes into another.
pub(super) fn merged(into: u64) -> String {
    format!("This ticket is closed and merged into ticket {into}")
}
