//! A ticket's history as a conversation: the parts that Intercom makes of it, and how it stands after them.
//!
//! A conversation is open, snoozed or closed. What is written and done in one go is one part where the vendor has one for it: an answer that
//! closes is a part `close` with a body, and what a customer writes to a conversation that is not open is a part `open` with one.

use super::ids;
use super::words::{NOTE, body, is_priority};
use crate::model::{Act, Actor, Channel, Event, InitiatedBy, Queue, Status, Ticket};

/// The tag that this desk gives what it raises to the second line.
pub(super) const ESCALATED: &str = "escalated";
/// The tag that this desk gives what it only tries out.
pub(super) const TEST: &str = "test";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Snoozed,
    Closed,
}

/// Whom a part gave the conversation to. A part names one of them only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assigned {
    Admin(u16),
    Team(Queue),
    Nobody,
}

#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) id: u64,
    pub(super) at: i64,
    pub(super) kind: &'static str,
    pub(super) actor: Actor,
    pub(super) body: Option<&'static str>,
    pub(super) assigned: Option<Assigned>,
    /// After it.
    pub(super) state: State,
    /// Which of the ticket's events it is of.
    pub(super) event: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Tagged {
    pub(super) name: &'static str,
    pub(super) at: i64,
    pub(super) actor: Actor,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Rating {
    /// When the customer was asked.
    pub(super) asked_at: i64,
    pub(super) at: i64,
    pub(super) score: u8,
    pub(super) remark: Option<&'static str>,
    pub(super) admin: Option<u16>,
}

/// A conversation as it is after the events that it was made from.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    pub(super) delivered_as: &'static str,
    pub(super) parts: Vec<Part>,
    pub(super) state: State,
    pub(super) admin: Option<u16>,
    pub(super) team: Option<Queue>,
    pub(super) is_priority: bool,
    pub(super) tags: Vec<Tagged>,
    pub(super) rating: Option<Rating>,
    /// Since when somebody waits for an answer.
    pub(super) waiting_since: Option<i64>,
    /// It is no more, and nothing brings it back.
    pub(super) is_deleted: bool,
}

/// Whether the window was open before the customer wrote: then the first message is the program's.
pub(super) const fn is_greeted(ticket: &Ticket) -> bool {
    let is_window = matches!(ticket.channel, Channel::Chat | Channel::Messaging);
    is_window && matches!(ticket.initiated_by, InitiatedBy::Customer)
}

/// Whether an event is the message that the conversation begins with, which is no part.
pub(super) fn is_source(ticket: &Ticket, place: usize) -> bool {
    let event = &ticket.events[place];
    let is_first = place == 1 && event.actor == ticket.events[0].actor;
    is_first && !is_greeted(ticket) && event.act == (Act::Message { public: true })
}

/// The three states that there are.
pub(super) const fn state(status: Status) -> State {
    match status {
        Status::New | Status::Open => State::Open,
        Status::Pending | Status::OnHold => State::Snoozed,
        Status::Solved | Status::Closed => State::Closed,
    }
}

impl Conversation {
    pub(super) fn of(ticket: &Ticket) -> Self {
        let delivered_as = match ticket.initiated_by {
            InitiatedBy::Agent => "admin_initiated",
            InitiatedBy::System => "automated",
            InitiatedBy::Customer if is_greeted(ticket) => "operator_initiated",
            InitiatedBy::Customer => "customer_initiated",
        };
        let (at, actor) = (ticket.created_at, Actor::Automation);
        let test = ticket.is_test.then_some(Tagged { name: TEST, at, actor });
        let mut it = Self {
            delivered_as,
            parts: Vec::with_capacity(ticket.events.len() + 4),
            state: State::Open,
            admin: None,
            team: None,
            is_priority: false,
            tags: test.into_iter().collect(),
            rating: None,
            waiting_since: (ticket.initiated_by == InitiatedBy::Customer).then_some(at),
            is_deleted: false,
        };
        for place in 0..ticket.events.len() {
            it.apply(ticket, place);
        }
        it
    }

    fn apply(&mut self, ticket: &Ticket, place: usize) {
        let event = &ticket.events[place];
        if self.is_deleted {
            return;
        }
        let mut told = Told { number: ticket.number, place, event, to: self, ordinal: 0 };
        told.act(is_source(ticket, place));
        told.assign();
        told.status();
        let escalated = (event.act == Act::Escalated).then_some(ESCALATED);
        for name in [event.tag, escalated].into_iter().flatten() {
            if self.tags.iter().all(|tag| tag.name != name) {
                self.tags.push(Tagged { name, at: event.at, actor: event.actor });
            }
        }
        self.is_priority = event.priority.map_or(self.is_priority, is_priority);
    }
}

/// One event, on its way into a conversation.
struct Told<'a> {
    number: u64,
    place: usize,
    event: &'a Event,
    to: &'a mut Conversation,
    ordinal: usize,
}

impl Told<'_> {
    fn part(&mut self, kind: &'static str, body: Option<&'static str>, assigned: Option<Assigned>) {
        let id = ids::part(self.number, self.place, self.ordinal);
        let (at, state, event) = (self.event.at, self.to.state, self.place);
        // Customers write; where it goes then is the program's doing.
        let actor = match self.event.actor {
            Actor::Customer if assigned.is_some() => Actor::Automation,
            actor => actor,
        };
        self.to.parts.push(Part { id, at, kind, actor, body, assigned, state, event });
        self.ordinal += 1;
    }

    fn act(&mut self, is_source: bool) {
        let Event { at, actor, .. } = *self.event;
        match self.event.act {
            Act::Message { .. } if is_source => {}
            Act::Message { public: false } => self.part("note", Some(NOTE), None),
            Act::Message { public: true } => self.message(),
            Act::Rated { score, comment } => {
                let closes = self.to.parts.iter().rfind(|part| part.kind == "close");
                let asked_at = closes.map_or(at, |part| part.at);
                let (remark, admin) = (comment, self.to.admin);
                self.to.rating = Some(Rating { asked_at, at, score, remark, admin });
                self.part("conversation_rating_changed", None, None);
                if comment.is_some() {
                    self.part("conversation_rating_remark_added", None, None);
                }
            }
            // There is no such mark: it is closed, and opened again.
            Act::Spam => self.turn(State::Closed, None),
            Act::Restored => self.turn(State::Open, None),
            Act::Deleted => self.to.is_deleted = true,
            Act::Created | Act::Updated | Act::Unassigned | Act::Escalated | Act::Merged { .. } => {
            }
        }
        match (self.event.act, actor) {
            (Act::Message { public: true }, Actor::Agent(_)) => self.to.waiting_since = None,
            (Act::Message { .. }, Actor::Customer) => {
                self.to.waiting_since = self.to.waiting_since.or(Some(at));
            }
            _ => {}
        }
    }

    fn message(&mut self) {
        let text = Some(body(self.event.actor, self.place));
        let closes = self.event.status.is_some_and(|status| state(status) == State::Closed);
        if self.event.actor == Actor::Customer && self.to.state != State::Open {
            self.turn(State::Open, text);
        } else if closes && self.to.state != State::Closed {
            self.turn(State::Closed, text);
        } else {
            self.part("comment", text, None);
        }
    }

    fn assign(&mut self) {
        let kind = match self.event.actor {
            Actor::Agent(_) => "assignment",
            _ => "default_assignment",
        };
        if let Some(queue) = self.event.queue.filter(|queue| self.to.team != Some(*queue)) {
            self.to.team = Some(queue);
            self.part(kind, None, Some(Assigned::Team(queue)));
        }
        if let Some(agent) = self.event.assignee.filter(|agent| self.to.admin != Some(*agent)) {
            self.to.admin = Some(agent);
            self.part(kind, None, Some(Assigned::Admin(agent)));
        }
        if self.event.act == Act::Unassigned && self.to.admin.take().is_some() {
            self.part(kind, None, Some(Assigned::Nobody));
        }
    }

    fn status(&mut self) {
        if let Some(status) = self.event.status {
            self.turn(state(status), None);
        }
    }

    /// Changes the state, where it is another.
    fn turn(&mut self, state: State, body: Option<&'static str>) {
        let before = std::mem::replace(&mut self.to.state, state);
        let kind = match (before, state) {
            _ if before == state => return,
            (State::Snoozed, State::Open) if body.is_none() => match self.event.actor {
                Actor::Agent(_) | Actor::Customer => "unsnoozed",
                Actor::Bot | Actor::Automation | Actor::System => "timer_unsnooze",
            },
            (_, State::Open) => "open",
            (_, State::Snoozed) => "snoozed",
            (_, State::Closed) => "close",
        };
        self.part(kind, body, None);
    }
}
