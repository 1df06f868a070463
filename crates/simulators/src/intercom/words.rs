//! What the vendor calls things, and what people write.

use crate::model::{Actor, Channel, Priority, Ticket};

/// By `source.type`. There is no word for a form or for a program: both are the Messenger's.
pub(super) const fn source(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Web | Channel::Chat | Channel::Api => "conversation",
        Channel::Messaging => "whatsapp",
        Channel::Phone => "phone_call",
        Channel::Social => "facebook",
    }
}

/// There are two.
pub(super) const fn is_priority(priority: Priority) -> bool {
    matches!(priority, Priority::High | Priority::Urgent)
}

const BY_CUSTOMERS: [&str; 4] = [
    "<p>I have done that now, and nothing has changed.</p>",
    "<p>Here is the number you asked for.</p>",
    "<p>Is there anything new?</p>",
    "<p>It works again, thanks a lot!</p>",
];
const BY_AGENTS: [&str; 4] = [
    "<p>Thanks for getting in touch. Let me look into this for you.</p>",
    "<p>This is set right now. Please give it an hour or two.</p>",
    "<p>Could you tell me the number on the parcel?</p>",
    "<p>Sorry for the trouble &ndash; it is taken care of.</p>",
];

/// What somebody writes in a part.
pub(super) const fn body(actor: Actor, place: usize) -> &'static str {
    match actor {
        Actor::Customer => BY_CUSTOMERS[place % BY_CUSTOMERS.len()],
        Actor::Agent(_) => BY_AGENTS[place % BY_AGENTS.len()],
        Actor::Bot => "<p>Perhaps one of these articles helps.</p>",
        Actor::Automation => "<p>Your message is here. Somebody will answer it soon.</p>",
        Actor::System => "<p>A program has reported this.</p>",
    }
}

/// What an agent writes for other agents.
pub(super) const NOTE: &str = "<p>Looked into it, see the order.</p>";

/// What a conversation begins with.
pub(super) fn first(ticket: &Ticket, delivered_as: &str) -> String {
    match delivered_as {
        "operator_initiated" => "<p>Hi there! What can we help you with?</p>".to_owned(),
        "admin_initiated" => format!("<p>It is about this: {}</p>", ticket.topic.subject),
        _ => format!("<p>{}</p><p>Order Q-{:07}</p>", ticket.topic.subject, ticket.number * 7),
    }
}

/// A text without its tags, as `display_as=plaintext` asks for it.
pub(super) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut is_inside = false;
    for letter in html.chars() {
        match letter {
            '<' => is_inside = true,
            '>' => is_inside = false,
            _ if !is_inside => text.push(letter),
            _ => {}
        }
    }
    text.replace("&ndash;", "\u{2013}")
}
