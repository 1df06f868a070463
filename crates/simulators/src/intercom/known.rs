//! What of a ticket's history Intercom can know.

use super::fold::{State, is_greeted, is_source, state};
use super::words::{is_priority, source};
use crate::model::{Act, Actor, Channel, Event, Priority, Status, Ticket};

/// What is solved is closed and the other way round, what waits is snoozed, and setting what is set is nothing. Spam is closed, what goes into
/// another conversation is closed, and what is deleted is deleted for good. There are two priorities, and no forms.
pub(super) fn known(mut ticket: Ticket) -> Ticket {
    let is_greeted = is_greeted(&ticket);
    ticket.channel = channel(ticket.channel);
    if let Some(end) = ticket.events.iter().position(|event| event.act == Act::Deleted) {
        ticket.events.truncate(end + 1);
    }
    if ticket.events.len() > 1 && is_source(&ticket, 1) {
        // The message is told with the conversation; what was done with it, when it was done.
        let done = Event { act: Act::Updated, ..ticket.events[1].clone() };
        let Event { actor, act, .. } = ticket.events[1];
        ticket.events[1] = Event::new(ticket.created_at, actor, act);
        ticket.events.insert(2, done);
    }
    if let (true, Some(created)) = (is_greeted, ticket.events.first_mut()) {
        // The window opens with the program's greeting.
        created.actor = Actor::Bot;
    }
    let mut stands = None;
    for event in &mut ticket.events {
        let told = match (event.act, event.actor) {
            (Act::Created, _) => Some(State::Open),
            (Act::Spam, _) => Some(State::Closed),
            (Act::Restored, _) | (Act::Message { .. }, Actor::Customer) => Some(State::Open),
            _ => event.status.map(state),
        };
        let new = told.filter(|new| Some(*new) != stands);
        stands = new.or(stands);
        event.status = new.map(status);
        event.act = match event.act {
            Act::Spam | Act::Restored | Act::Merged { .. } => Act::Updated,
            other => other,
        };
        event.actor = match event.actor {
            Actor::Automation | Actor::System => Actor::Bot,
            other => other,
        };
        let priority = |it| if is_priority(it) { Priority::High } else { Priority::Normal };
        event.priority = event.priority.map(priority);
    }
    ticket
}

const fn status(state: State) -> Status {
    match state {
        State::Open => Status::Open,
        State::Snoozed => Status::Pending,
        State::Closed => Status::Solved,
    }
}

/// As far as `source.type` tells.
fn channel(channel: Channel) -> Channel {
    if source(channel) == source(Channel::Chat) { Channel::Chat } else { channel }
}
