//! A desk that goes on: the model's history up to an instant, and then one change after the other, when they are asked for.
//!
//! Nothing is stored of a ticket that the model can tell again. What happens live is what the model foresees, in its order, at the time of
//! the desk's clock; so all that is kept of it is when it happened. Every stand-in for a vendor serves such a desk.

mod changes;
mod clock;
mod events;
mod organisations;
mod removed;
mod settled;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, RwLock};

pub use clock::Clock;
pub use organisations::Renaming;
pub use removed::{Removal, Suspicion};

use crate::model::{Model, Ticket};
use crate::truth::Truth;
use changes::Live;
use events::Week;
use settled::Settled;

/// A desk and everything that has happened at it.
#[derive(Debug)]
pub struct LiveDesk {
    model: Arc<Model>,
    clock: Clock,
    /// What happened before this instant is settled.
    began: i64,
    settled: Settled,
    live: RwLock<Live>,
    renamed: Mutex<BTreeMap<u64, Renaming>>,
    /// The events of the week that was asked for last.
    week: Mutex<Week>,
}

/// Something that happened to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// When, in Unix seconds.
    pub at: i64,
    /// The ticket's number.
    pub ticket: u64,
    /// Which of its events.
    pub event: usize,
}

impl LiveDesk {
    /// A desk whose history is settled up to the end of the model's settled days. Its clock must not be before that.
    #[must_use]
    pub fn new(model: Model, clock: Clock) -> Self {
        let began = model.ends();
        let settled = Settled::of(&model, began);
        let live = RwLock::new(Live::new(&settled));
        let (model, renamed, week) = (Arc::new(model), Mutex::default(), Mutex::default());
        Self { model, clock, began, settled, live, renamed, week }
    }

    /// A desk at the end of the model's settled days, whose clock stands still between changes.
    #[must_use]
    pub fn standing(model: Model) -> Self {
        let clock = Clock::manual(model.ends());
        Self::new(model, clock)
    }

    /// The desk's people and customers, and what would happen by itself.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Its clock.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How many tickets have arrived; they have the numbers from 1 to this.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.read().count
    }

    /// The true history of a ticket; none if it has not arrived.
    #[must_use]
    pub fn ticket(&self, number: u64) -> Option<Ticket> {
        self.with(&self.read(), number)
    }

    fn with(&self, live: &Live, number: u64) -> Option<Ticket> {
        let stamps = live.stamps.get(&number).map_or(&[][..], Vec::as_slice);
        if number == 0 || (number > self.settled.count() && stamps.is_empty()) {
            return None;
        }
        let mut ticket = self.model.ticket(number);
        let settled = ticket.events.partition_point(|event| event.at < self.began);
        ticket.events.truncate(settled + stamps.len());
        for (event, at) in ticket.events[settled..].iter_mut().zip(stamps) {
            event.at = *at;
        }
        if settled == 0 {
            ticket.created_at = stamps[0];
        }
        Some(ticket)
    }

    /// The true histories of all tickets, one after the other.
    pub fn tickets(&self) -> impl Iterator<Item = Ticket> + '_ {
        (1..=self.count()).filter_map(|number| self.ticket(number))
    }

    /// The true KPIs of everything that has happened until now.
    #[must_use]
    pub fn truth(&self) -> Truth {
        Truth::of_tickets(&self.model, self.clock.now() + 1, self.tickets())
    }

    /// When a ticket was last touched, also where that left nothing to see.
    #[must_use]
    pub fn touched(&self, number: u64) -> Option<i64> {
        let live = self.read();
        let latest = live.latest.get(&number).map(|place| live.log[*place].at);
        latest.or_else(|| self.settled.touched(number))
    }

    /// The tickets that are away, by their numbers.
    #[must_use]
    pub fn removed(&self) -> BTreeMap<u64, Removal> {
        self.read().removed.tickets.clone()
    }

    /// The tickets to which something happened live, and how much.
    #[must_use]
    pub fn changed(&self) -> BTreeMap<u64, usize> {
        self.read().stamps.iter().map(|(number, stamps)| (*number, stamps.len())).collect()
    }

    /// Whether a ticket is away.
    #[must_use]
    pub fn removal(&self, number: u64) -> Option<Removal> {
        self.read().removed.tickets.get(&number).copied()
    }

    /// Whether a ticket was ever deleted: there are helpdesks where nothing brings it back.
    #[must_use]
    pub fn was_deleted(&self, number: u64) -> bool {
        self.read().removed.deleted.contains(&number)
    }

    /// The customers of whom something was taken for spam, by their numbers.
    #[must_use]
    pub fn suspicions(&self) -> BTreeMap<u64, Suspicion> {
        self.read().removed.customers.clone()
    }

    /// Whether something of a customer was taken for spam.
    #[must_use]
    pub fn suspicion(&self, customer: u64) -> Option<Suspicion> {
        self.read().removed.customers.get(&customer).copied()
    }

    /// The ratings from an instant on, in order of time.
    #[must_use]
    pub fn ratings(&self, from: i64) -> Vec<Moment> {
        let live = self.read();
        let of = |ratings: &[Moment]| {
            let first = ratings.partition_point(|rating| rating.at < from);
            ratings[first..].to_vec()
        };
        [of(&self.settled.ratings), of(&live.ratings)].concat()
    }

    /// The report of a fault that a ticket may be about: the last one before it.
    #[must_use]
    pub fn problem_before(&self, number: u64) -> Option<u64> {
        let live = self.read();
        let last = |list: &[u32]| {
            let before = list.partition_point(|problem| u64::from(*problem) < number);
            Some(u64::from(list[before.checked_sub(1)?]))
        };
        last(&live.problems).or_else(|| last(&self.settled.problems))
    }

    /// Whether tickets are about a report of a fault.
    #[must_use]
    pub fn has_incidents(&self, number: u64) -> bool {
        let live = self.read();
        let next = |settled: &[u32], live: &[u32]| {
            let after = |list: &[u32]| {
                list.get(list.partition_point(|it| u64::from(*it) <= number)).copied()
            };
            after(settled).or_else(|| after(live))
        };
        let incident = next(&self.settled.incidents, &live.incidents);
        let problem = next(&self.settled.problems, &live.problems);
        incident.is_some_and(|incident| problem.is_none_or(|problem| incident < problem))
    }
}
