//! The words of the lists that fields are chosen from.

use super::cells::Cell;
use crate::model::{Actor, Channel, Priority};

/// The stages of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    New,
    InProgress,
    /// Waiting, and for whom.
    OnHold(Reason),
    Resolved,
    Closed,
    Canceled,
}

/// Whom an incident waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Caller,
    Vendor,
}

impl Stage {
    pub(super) const fn cell(self) -> Cell {
        match self {
            Self::New => Cell::Choice("1", "New"),
            Self::InProgress => Cell::Choice("2", "In Progress"),
            Self::OnHold(_) => Cell::Choice("3", "On Hold"),
            Self::Resolved => Cell::Choice("6", "Resolved"),
            Self::Closed => Cell::Choice("7", "Closed"),
            Self::Canceled => Cell::Choice("8", "Canceled"),
        }
    }

    pub(super) const fn reason(self) -> Cell {
        match self {
            Self::OnHold(Reason::Caller) => Cell::Choice("1", "Awaiting Caller"),
            Self::OnHold(Reason::Vendor) => Cell::Choice("4", "Awaiting Vendor"),
            _ => Cell::Empty,
        }
    }

    pub(super) const fn is_over(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed | Self::Canceled)
    }

    pub(super) const fn is_active(self) -> bool {
        !matches!(self, Self::Closed | Self::Canceled)
    }
}

pub(super) const fn channel(channel: Channel) -> Cell {
    match channel {
        Channel::Email => Cell::Choice("email", "Email"),
        Channel::Web => Cell::Choice("self-service", "Self-service"),
        Channel::Chat => Cell::Choice("chat", "Chat"),
        Channel::Messaging => Cell::Choice("messaging", "Messaging"),
        Channel::Phone => Cell::Choice("phone", "Phone"),
        Channel::Social => Cell::Choice("social", "Social Media"),
        Channel::Api => Cell::Choice("monitoring", "Monitoring"),
    }
}

/// Where nobody has said how urgent it is, it is planned for.
pub(super) const fn priority(priority: Option<Priority>) -> Cell {
    match priority {
        Some(Priority::Urgent) => Cell::Choice("1", "1 - Critical"),
        Some(Priority::High) => Cell::Choice("2", "2 - High"),
        Some(Priority::Normal) => Cell::Choice("3", "3 - Moderate"),
        Some(Priority::Low) => Cell::Choice("4", "4 - Low"),
        None => Cell::Choice("5", "5 - Planning"),
    }
}

/// Impact and urgency, of which the priority follows.
pub(super) const fn weight(priority: Option<Priority>) -> Cell {
    match priority {
        Some(Priority::Urgent) => Cell::Choice("1", "1 - High"),
        Some(Priority::High | Priority::Normal) => Cell::Choice("2", "2 - Medium"),
        Some(Priority::Low) | None => Cell::Choice("3", "3 - Low"),
    }
}

/// What somebody said.
pub(super) const fn message(by: Actor) -> &'static str {
    match by {
        Actor::Customer => "Could you please look into this?",
        Actor::Agent(_) => "We have looked into this for you.",
        Actor::Bot => "Hello! I am the virtual agent. Let me see what I can find.",
        Actor::Automation | Actor::System => "This was done by itself.",
    }
}
