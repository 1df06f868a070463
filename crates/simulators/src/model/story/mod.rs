//! How a ticket goes: one turn after the other, until nobody has anything to say any more.
//!
//! `opening` says what comes in, `reception` what programs do with it before a human sees it, `agent` what an agent does,
//! `others` what customers and suppliers do, `aftermath` what happens once it is solved. Time only moves forward, and every draw is of the ticket's own sequence.

mod aftermath;
mod agent;
mod habits;
mod opening;
mod others;
mod reception;

use opening::{Fate, Opening};

use super::chance::Chance;
use super::shifts::Roster;
use super::{Act, Actor, Agent, Event, Model, Priority, Queue, Status, Ticket};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// No ticket lives longer, in seconds.
pub const LONGEST_LIFE: i64 = 75 * DAY;
/// A ticket as old as this is brought to its end.
const OLD: i64 = 30 * DAY;
const MOST_TURNS: u32 = 30;

/// The ticket of a number, to its end.
pub(super) fn tell(model: &Model, number: u64) -> Ticket {
    let (opening, chance) = Opening::of(model, number);
    let mut story = Story::new(model, opening, chance, number);
    let mut turn = story.reception();
    while let Some(next) = turn {
        story.turns += 1;
        turn = match next {
            Turn::Agent => story.agents_turn(),
            Turn::Customer => Some(story.customers_turn()),
            Turn::Supplier => Some(story.suppliers_turn()),
            Turn::Solved => story.aftermath(),
        };
    }
    story.ticket
}

/// Whose turn it is; after the last one there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Agent,
    Customer,
    /// Somebody outside the desk.
    Supplier,
    /// The ticket is solved, for now.
    Solved,
}

/// A ticket that is being told.
struct Story<'m> {
    model: &'m Model,
    chance: Chance,
    ticket: Ticket,
    fate: Fate,
    priority: Priority,
    /// How hard it is, in percent of the usual.
    difficulty: i64,
    /// How far the story has come.
    now: i64,
    status: Status,
    queue: Queue,
    assignee: Option<u16>,
    turns: u32,
    /// Public answers of agents.
    answers: u64,
    solves: u32,
    escalated: bool,
    /// The customer only said thank you.
    thanked: bool,
}

impl<'m> Story<'m> {
    fn new(model: &'m Model, opening: Opening, chance: Chance, number: u64) -> Self {
        let Opening { created_at, channel, initiated_by, customer, topic, fate, .. } = opening;
        let is_test = fate == Fate::Test;
        let ticket = Ticket {
            number,
            created_at,
            channel,
            initiated_by,
            is_test,
            customer,
            topic,
            events: Vec::with_capacity(12),
        };
        Self {
            model,
            chance,
            ticket,
            fate,
            priority: opening.priority,
            difficulty: opening.difficulty,
            now: created_at,
            status: Status::New,
            queue: Queue::General,
            assignee: None,
            turns: 0,
            answers: 0,
            solves: 0,
            escalated: false,
            thanked: false,
        }
    }

    fn roster(&self) -> Roster<'m> {
        self.model.roster()
    }

    fn agent(&self, number: u16) -> &'m Agent {
        &self.model.desk.agents[usize::from(number)]
    }

    /// An event of this moment.
    fn event(&self, actor: Actor, act: Act) -> Event {
        Event::new(self.now, actor, act)
    }

    /// Lets an event happen.
    fn add(&mut self, event: Event) {
        self.now = event.at;
        self.status = event.status.unwrap_or(self.status);
        self.queue = event.queue.unwrap_or(self.queue);
        self.assignee = match event.act {
            Act::Unassigned => None,
            _ => event.assignee.or(self.assignee),
        };
        self.ticket.events.push(event);
    }

    fn add_update(&mut self, actor: Actor, status: Status) {
        self.add(self.event(actor, Act::Updated).status(status));
    }

    fn add_message(&mut self, actor: Actor, status: Option<Status>) {
        let message = self.event(actor, Act::Message { public: true });
        self.add(Event { status, ..message });
    }

    /// Whether it is time to come to an end.
    fn is_long(&self) -> bool {
        self.turns > MOST_TURNS || self.now - self.ticket.created_at > OLD
    }
}
