//! Everything that happens at the desk, in order of time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Deref;

use super::Model;
use super::story::LONGEST_LIFE;

/// Something happened to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// When, in Unix seconds.
    pub at: i64,
    /// The ticket's number.
    pub ticket: u64,
    /// Which of its events.
    pub event: usize,
}

/// Changes without end, from an instant on. It remembers the tickets that are under way, and no others.
#[derive(Debug)]
pub struct Timeline<M> {
    model: M,
    from: i64,
    /// The next ticket to arrive, and when.
    arriving: (u64, i64),
    next: BinaryHeap<Reverse<Change>>,
    /// When the events of the tickets under way happen.
    under_way: BTreeMap<u64, Vec<i64>>,
}

impl<M: Deref<Target = Model>> Timeline<M> {
    /// Everything that happens from an instant on.
    #[must_use]
    pub fn new(model: M, from: i64) -> Self {
        let first = model.arrived_before(from - LONGEST_LIFE) + 1;
        let arriving = (first, model.arrival(first));
        Self { model, from, arriving, next: BinaryHeap::new(), under_way: BTreeMap::new() }
    }

    fn arrive(&mut self) {
        let number = self.arriving.0;
        let ticket = self.model.ticket(number);
        let times: Vec<i64> = ticket.events.iter().map(|event| event.at).collect();
        let event = times.partition_point(|at| *at < self.from);
        if let Some(&at) = times.get(event) {
            self.next.push(Reverse(Change { at, ticket: number, event }));
            self.under_way.insert(number, times);
        }
        self.arriving = (number + 1, self.model.arrival(number + 1));
    }
}

impl<M: Deref<Target = Model>> Iterator for Timeline<M> {
    type Item = Change;

    fn next(&mut self) -> Option<Change> {
        while self.next.peek().is_none_or(|Reverse(change)| self.arriving.1 <= change.at) {
            self.arrive();
        }
        let Reverse(change) = self.next.pop()?;
        let times = self.under_way.get(&change.ticket)?;
        let event = change.event + 1;
        match times.get(event) {
            Some(&at) => self.next.push(Reverse(Change { at, event, ..change })),
            None => _ = self.under_way.remove(&change.ticket),
        }
        Some(change)
    }
}
