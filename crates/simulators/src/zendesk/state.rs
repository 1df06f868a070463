//! How a ticket stands, event by event.

use crate::model::{Act, Actor, Event, Priority, Queue, Status, Ticket};

/// The tag of a ticket that went into another.
pub(super) const MERGED: &str = "closed_by_merge";
/// The tag that this desk gives what it raises to the second line.
pub(super) const ESCALATED: &str = "escalated";
/// The tag that this desk gives what it only tries out.
pub(super) const TEST: &str = "test";

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) status: Status,
    pub(super) assignee: Option<u16>,
    pub(super) queue: Option<Queue>,
    pub(super) priority: Option<Priority>,
    pub(super) tags: Vec<&'static str>,
    /// Since when it is away, and whether as spam.
    pub(super) gone: Option<(i64, bool)>,
    /// The last rating's place among the events.
    pub(super) rated: Option<usize>,
    /// Whether somebody who needs help can read any of it.
    pub(super) is_public: bool,
}

impl State {
    /// Before the first event.
    pub(super) fn begin(ticket: &Ticket) -> Self {
        Self {
            status: Status::New,
            assignee: None,
            queue: None,
            priority: None,
            tags: if ticket.is_test { vec![TEST] } else { Vec::new() },
            gone: None,
            rated: None,
            is_public: false,
        }
    }

    /// After the last event.
    pub(super) fn of(ticket: &Ticket) -> Self {
        let mut state = Self::begin(ticket);
        for (place, event) in ticket.events.iter().enumerate() {
            state.apply(place, event);
        }
        state
    }

    pub(super) fn apply(&mut self, place: usize, event: &Event) {
        self.status = event.status.unwrap_or(self.status);
        self.assignee = event.assignee.or(self.assignee);
        self.queue = event.queue.or(self.queue);
        self.priority = event.priority.or(self.priority);
        match event.act {
            Act::Unassigned => self.assignee = None,
            Act::Spam => self.gone = Some((event.at, true)),
            Act::Deleted => self.gone = Some((event.at, false)),
            Act::Restored => self.gone = None,
            Act::Rated { .. } => self.rated = Some(place),
            Act::Message { public } => self.is_public |= public && event.actor != Actor::Automation,
            Act::Created | Act::Updated | Act::Escalated | Act::Merged { .. } => {}
        }
        for tag in added(event).into_iter().flatten() {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
    }

    /// Its word, as the vendor has it.
    pub(super) fn word(&self) -> &'static str {
        if self.gone.is_some() { "deleted" } else { word(self.status) }
    }
}

/// The tags that an event adds.
fn added(event: &Event) -> [Option<&'static str>; 2] {
    let of_act = match event.act {
        Act::Escalated => Some(ESCALATED),
        Act::Merged { .. } => Some(MERGED),
        _ => None,
    };
    [event.tag, of_act]
}

/// A status, as the vendor has it.
pub(super) const fn word(status: Status) -> &'static str {
    match status {
        Status::OnHold => "hold",
        other => other.word(),
    }
}
