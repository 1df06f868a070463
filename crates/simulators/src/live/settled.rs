//! What can be looked up of the history that a desk begins with: some 20 bytes for each ticket, whatever happened to it.

use std::num::NonZero;
use std::thread;

use super::Moment;
use super::removed::Removed;
use crate::model::{Act, Model, Ticket, Topic};

/// One ticket in so many is touched by the helpdesk itself after its last event, without anything to see.
const TOUCHED: u64 = 29;
/// So many seconds after it.
const LATER: i64 = 3_600;

#[derive(Debug, Default)]
pub(super) struct Settled {
    /// When each ticket was last touched, in seconds since the desk began; the ticket of number 1 is the first.
    touched: Vec<u32>,
    /// The tickets' numbers in the order in which they were last touched.
    order: Vec<u32>,
    /// Ratings, in the order of time.
    pub(super) ratings: Vec<Moment>,
    pub(super) removed: Removed,
    /// Tickets that report a fault of the desk's own service, and those that ask about one: both in order.
    pub(super) problems: Vec<u32>,
    pub(super) incidents: Vec<u32>,
    starts: i64,
}

impl Settled {
    /// Reads every ticket up to an instant, on all cores.
    pub(super) fn of(model: &Model, until: i64) -> Self {
        let count = model.arrived_before(until);
        let threads = thread::available_parallelism().map_or(1, NonZero::get) as u64;
        let each = count.div_ceil(threads).max(1);
        let mut whole = Self { starts: model.starts(), ..Self::default() };
        thread::scope(|scope| {
            let parts: Vec<_> = (0..threads)
                .map(|part| (part * each + 1)..=((part + 1) * each).min(count))
                .map(|numbers| scope.spawn(move || Self::part(model, until, numbers)))
                .collect();
            for part in parts {
                whole.add(part.join().expect("no ticket is untellable"));
            }
        });
        whole.order = (0..count as u32).map(|before| before + 1).collect();
        let touched = &whole.touched;
        whole.order.sort_unstable_by_key(|number| (touched[*number as usize - 1], *number));
        whole.ratings.sort_unstable();
        whole
    }

    fn part(model: &Model, until: i64, numbers: impl Iterator<Item = u64>) -> Self {
        let mut part = Self { starts: model.starts(), ..Self::default() };
        for number in numbers {
            let ticket = model.ticket(number).until(until);
            let last = ticket.events.last().map_or(ticket.created_at, |event| event.at);
            let is_touched = number.is_multiple_of(TOUCHED) && last + LATER < until;
            let touched = if is_touched { last + LATER } else { last };
            part.touched.push((touched - part.starts) as u32);
            part.read(&ticket);
        }
        part
    }

    fn read(&mut self, ticket: &Ticket) {
        let number = ticket.number;
        match ticket.topic.tag {
            Topic::ALERT => self.problems.push(number as u32),
            Topic::INCIDENT => self.incidents.push(number as u32),
            _ => {}
        }
        for (event, it) in ticket.events.iter().enumerate() {
            if matches!(it.act, Act::Rated { .. }) {
                self.ratings.push(Moment { at: it.at, ticket: number, event });
            }
            self.removed.note(ticket, it);
        }
    }

    fn add(&mut self, mut part: Self) {
        self.touched.append(&mut part.touched);
        self.ratings.append(&mut part.ratings);
        self.removed.add(part.removed);
        self.problems.append(&mut part.problems);
        self.incidents.append(&mut part.incidents);
    }

    pub(super) const fn count(&self) -> u64 {
        self.touched.len() as u64
    }

    /// When a ticket was last touched.
    pub(super) fn touched(&self, number: u64) -> Option<i64> {
        let at = self.touched.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
        Some(self.starts + i64::from(*at))
    }

    /// The tickets that come after a place in the order in which they were touched.
    pub(super) fn after(&self, at: i64, ticket: u64) -> impl Iterator<Item = (i64, u64)> + '_ {
        let key = |number: u32| (self.touched(number.into()).unwrap_or(0), u64::from(number));
        let first = self.order.partition_point(|number| key(*number) <= (at, ticket));
        self.order[first..].iter().map(move |number| key(*number))
    }
}
