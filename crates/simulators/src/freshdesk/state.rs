//! How a ticket stands. Of how it came to that, the vendor keeps nothing but some times, and forgets most of them when a ticket is reopened.

use serde::Serialize;

use crate::iso::Iso;
use crate::model::{Act, Actor, Event, Priority, Queue, Status, Ticket};

pub(super) const OPEN: u8 = 2;
pub(super) const PENDING: u8 = 3;
pub(super) const RESOLVED: u8 = 4;
pub(super) const CLOSED: u8 = 5;
/// One that this desk has made: there are no others to wait for somebody else.
pub(super) const THIRD_PARTY: u8 = 7;

/// The tag that this desk gives what it raises to the second line.
pub(super) const ESCALATED: &str = "escalated";
/// The tag that this desk gives what it only tries out.
const TEST: &str = "test";

/// When what happened last; none where it has not happened, or was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Stats {
    pub(super) agent_responded_at: Option<Iso>,
    pub(super) requester_responded_at: Option<Iso>,
    pub(super) first_responded_at: Option<Iso>,
    pub(super) status_updated_at: Option<Iso>,
    pub(super) reopened_at: Option<Iso>,
    pub(super) resolved_at: Option<Iso>,
    pub(super) closed_at: Option<Iso>,
    pub(super) pending_since: Option<Iso>,
}

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) status: u8,
    pub(super) responder: Option<u16>,
    pub(super) queue: Option<Queue>,
    pub(super) priority: Priority,
    pub(super) tags: Vec<&'static str>,
    pub(super) stats: Stats,
    pub(super) is_deleted: bool,
    pub(super) is_spam: bool,
}

impl State {
    /// After the last event.
    pub(super) fn of(ticket: &Ticket) -> Self {
        let begun = Some(Iso(ticket.created_at));
        let mut state = Self {
            status: OPEN,
            responder: None,
            queue: None,
            priority: Priority::Low,
            tags: if ticket.is_test { vec![TEST] } else { Vec::new() },
            stats: Stats { status_updated_at: begun, ..Stats::default() },
            is_deleted: false,
            is_spam: false,
        };
        let description = description(ticket);
        for (place, event) in ticket.events.iter().enumerate() {
            state.apply(event, Some(place) == description);
        }
        state
    }

    fn apply(&mut self, event: &Event, is_description: bool) {
        if let Some(status) = event.status.map(number).filter(|new| *new != self.status) {
            self.change(status, Iso(event.at));
        }
        self.responder = event.assignee.or(self.responder);
        self.queue = event.queue.or(self.queue);
        self.priority = event.priority.unwrap_or(self.priority);
        match event.act {
            Act::Unassigned => self.responder = None,
            Act::Spam => self.is_spam = true,
            Act::Deleted => self.is_deleted = true,
            Act::Restored => (self.is_deleted, self.is_spam) = (false, false),
            Act::Message { public } if !is_description => self.message(event, public),
            Act::Message { .. }
            | Act::Created
            | Act::Updated
            | Act::Escalated
            | Act::Merged { .. }
            | Act::Rated { .. } => {}
        }
        let raised = (event.act == Act::Escalated).then_some(ESCALATED);
        for tag in event.tag.into_iter().chain(raised) {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
    }

    fn change(&mut self, status: u8, at: Iso) {
        let stats = &mut self.stats;
        if is_over(self.status) && !is_over(status) {
            // That it was over before is not to be seen any more.
            (stats.resolved_at, stats.closed_at) = (None, None);
            stats.reopened_at = Some(at);
        }
        match status {
            RESOLVED => stats.resolved_at = Some(at),
            CLOSED => {
                stats.resolved_at.get_or_insert(at);
                stats.closed_at = Some(at);
            }
            _ => {}
        }
        stats.pending_since = (status == PENDING).then_some(at);
        stats.status_updated_at = Some(at);
        self.status = status;
    }

    fn message(&mut self, event: &Event, public: bool) {
        let at = Iso(event.at);
        match event.actor {
            Actor::Customer => self.stats.requester_responded_at = Some(at),
            Actor::Agent(_) if public => {
                self.stats.first_responded_at.get_or_insert(at);
                self.stats.agent_responded_at = Some(at);
            }
            Actor::Agent(_) | Actor::Bot | Actor::Automation | Actor::System => {}
        }
    }
}

pub(super) const fn is_over(status: u8) -> bool {
    matches!(status, RESOLVED | CLOSED)
}

/// The number of a status. Nothing is new here: what nobody has taken up is open.
pub(super) const fn number(status: Status) -> u8 {
    match status {
        Status::New | Status::Open => OPEN,
        Status::Pending => PENDING,
        Status::OnHold => THIRD_PARTY,
        Status::Solved => RESOLVED,
        Status::Closed => CLOSED,
    }
}

/// Which event is what the ticket itself says: whoever opens one writes its description, and no conversation tells it again.
pub(super) fn description(ticket: &Ticket) -> Option<usize> {
    let [created, first, ..] = &ticket.events[..] else { return None };
    let by_opener = match created.actor {
        Actor::Agent(_) => first.actor == created.actor,
        _ => first.actor == Actor::Customer,
    };
    (by_opener && matches!(first.act, Act::Message { .. })).then_some(1)
}
