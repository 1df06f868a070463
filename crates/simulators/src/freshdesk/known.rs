//! What can be known of a ticket from what the vendor has told of it.
//!
//! A conversation is told as often as it is asked for. Of what else happened, only the last time of each kind is ever told, and who has the
//! ticket only as it is when that is asked: so what can be known depends on when it was asked. All that was told is remembered here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use super::conversations;
use super::service::Service;
use super::state::{ESCALATED, PENDING, State, THIRD_PARTY, is_over};
use super::words::source;
use crate::model::{Act, Actor, Channel, Event, InitiatedBy, Status, Ticket};

/// How a ticket stood when it was told: its number, how many of its events had happened, and when it was last changed.
type Standing = (u32, u32, i64);

#[derive(Debug, Default)]
pub(super) struct Told(Mutex<BTreeSet<Standing>>);

impl Told {
    /// Notes that a ticket is told as it is.
    pub(super) fn note(&self, ticket: &Ticket, updated_at: i64) {
        let standing = (ticket.number as u32, ticket.events.len() as u32, updated_at);
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(standing);
    }

    fn of(&self, ticket: &Ticket) -> Vec<(usize, i64)> {
        let all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let number = ticket.number as u32;
        let told = all.range((number, 0, i64::MIN)..=(number, u32::MAX, i64::MAX));
        told.map(|(_, events, updated_at)| (*events as usize, *updated_at)).collect()
    }
}

/// What is told of a moment, in the order in which it may have happened within a second: what is reopened was over before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Who had it, as of its last change.
    Held,
    Reopened,
    /// With who had it when that was told last.
    Resolved,
    /// Without having been resolved, or after that.
    Closed,
    /// Another status that is not its end.
    Waits,
}

/// What the times of all that was told come to: what happened at a moment, and how much had been told before it first was.
#[derive(Default)]
struct Times(BTreeMap<(i64, Kind), (usize, Vec<Event>)>);

impl Times {
    fn put(&mut self, turn: usize, at: i64, kind: Kind, events: Vec<Event>) {
        self.0.entry((at, kind)).or_insert((turn, Vec::new())).1 = events;
    }

    fn take(&mut self, turn: usize, state: &State, updated_at: i64) {
        let stats = &state.stats;
        let becomes = |at: i64, status: Status| {
            let event = plain(at, Actor::System, Act::Updated);
            Event { status: Some(status), ..event }
        };
        // Tags have no time of their own, and neither has a priority.
        let updated = || plain(updated_at, Actor::System, Act::Updated);
        let stands = Event { priority: Some(state.priority), ..holds(updated_at, state) };
        let tags = state.tags.iter().map(|tag| match *tag {
            ESCALATED => Event { act: Act::Escalated, ..updated() },
            tag => Event { tag: Some(tag), ..updated() },
        });
        self.put(turn, updated_at, Kind::Held, std::iter::once(stands).chain(tags).collect());
        if let Some(at) = stats.reopened_at.map(|at| at.0) {
            // It was over before, whoever ended it and whenever.
            let events = [Status::Closed, Status::Open].map(|status| becomes(at, status));
            self.put(turn, at, Kind::Reopened, events.into());
        }
        // Whoever closes what is not resolved resolves it too, at that very second.
        if let Some(at) = stats.resolved_at.filter(|at| Some(*at) != stats.closed_at) {
            let resolved = Event { status: Some(Status::Solved), ..holds(at.0, state) };
            self.put(turn, at.0, Kind::Resolved, vec![resolved]);
        }
        if let Some(at) = stats.closed_at.map(|at| at.0) {
            self.put(turn, at, Kind::Closed, vec![becomes(at, Status::Closed)]);
        }
        if let (false, Some(at)) = (is_over(state.status), stats.status_updated_at) {
            let status = match state.status {
                PENDING => Status::Pending,
                THIRD_PARTY => Status::OnHold,
                _ => Status::Open,
            };
            self.put(turn, at.0, Kind::Waits, vec![becomes(at.0, status)]);
        }
    }

    fn events(self) -> impl Iterator<Item = Event> {
        let mut all: Vec<_> = self.0.into_iter().collect();
        all.sort_by_key(|((at, kind), (turn, _))| (*at, *turn, *kind));
        all.into_iter().flat_map(|(_, (_, events))| events)
    }
}

fn plain(at: i64, actor: Actor, act: Act) -> Event {
    let (status, assignee, queue, priority, tag) = (None, None, None, None, None);
    Event { at, actor, act, status, assignee, queue, priority, tag, work: 0 }
}

/// Who has a ticket, and where it lies.
fn holds(at: i64, state: &State) -> Event {
    let act = if state.responder.is_none() { Act::Unassigned } else { Act::Updated };
    Event { assignee: state.responder, queue: state.queue, ..plain(at, Actor::System, act) }
}

impl Service {
    /// What of a ticket the vendor has told.
    pub(super) fn known_of(&self, ticket: Ticket) -> Ticket {
        let mut told = self.told.of(&ticket);
        told.extend(self.desk.touched(ticket.number).map(|at| (ticket.events.len(), at)));
        let mut times = Times::default();
        for (turn, (events, updated_at)) in told.into_iter().enumerate() {
            let mut then = ticket.clone();
            then.events.truncate(events);
            times.take(turn, &State::of(&then), updated_at);
        }
        let mut events = opening(&ticket);
        events.extend(conversations::told(&ticket).into_iter().map(|place| {
            let event = &ticket.events[place];
            plain(event.at, event.actor, event.act)
        }));
        let marks = ticket
            .events
            .iter()
            .filter(|event| matches!(event.act, Act::Spam | Act::Deleted | Act::Restored));
        events.extend(marks.map(|event| plain(event.at, event.actor, event.act)));
        // Who merges a ticket says so to the team.
        let merged = ticket.events.iter().filter(|it| matches!(it.act, Act::Merged { .. }));
        let note = |it: &Event| plain(it.at, it.actor, Act::Message { public: false });
        events.extend(merged.map(note));
        events.extend(times.events());
        events.sort_by_key(|event| event.at);
        let by_agent = source(&ticket) == 10;
        let channel = match ticket.channel {
            Channel::Api => Channel::Web,
            told => told,
        };
        let initiated_by = if by_agent { InitiatedBy::Agent } else { InitiatedBy::Customer };
        Ticket { channel, initiated_by, events, ..ticket }
    }
}

/// The ticket comes into being together with what it says first: there is none without a description. But for what an agent sends out, that
/// is taken for the requester's.
fn opening(ticket: &Ticket) -> Vec<Event> {
    let at = ticket.created_at;
    let opener = match ticket.events.first().map(|event| event.actor) {
        Some(actor @ Actor::Agent(_)) if source(ticket) == 10 => actor,
        _ => Actor::Customer,
    };
    let created = plain(at, opener, Act::Created);
    vec![created, plain(at, opener, Act::Message { public: true })]
}
