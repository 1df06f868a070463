//! What happens live.

use std::collections::HashMap;
use std::sync::{Arc, RwLockReadGuard};

use super::removed::Removed;
use super::settled::Settled;
use super::{LiveDesk, Moment};
use crate::model::{Act, Chance, Change, Model, Subject, Ticket, Timeline, Topic};

/// After one change in so many, the helpdesk itself touches the ticket, without anything to see.
const TOUCHED: u64 = 40;

#[derive(Debug)]
pub(super) struct Live {
    /// What comes next; looked up when the first change is asked for.
    timeline: Option<Timeline<Arc<Model>>>,
    pub(super) count: u64,
    /// When the live events of a ticket happened.
    pub(super) stamps: HashMap<u64, Vec<i64>>,
    /// What happened, in order of time.
    pub(super) log: Vec<Logged>,
    /// The place of a ticket's last entry.
    pub(super) latest: HashMap<u64, usize>,
    pub(super) ratings: Vec<Moment>,
    pub(super) removed: Removed,
    pub(super) problems: Vec<u32>,
    pub(super) incidents: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Logged {
    pub(super) at: i64,
    pub(super) ticket: u64,
    /// Which of its events; none where nothing is to be seen.
    pub(super) event: Option<usize>,
}

impl Live {
    pub(super) fn new(settled: &Settled) -> Self {
        Self {
            timeline: None,
            count: settled.count(),
            stamps: HashMap::new(),
            log: Vec::new(),
            latest: HashMap::new(),
            ratings: Vec::new(),
            removed: settled.removed.clone(),
            problems: Vec::new(),
            incidents: Vec::new(),
        }
    }

    fn log(&mut self, entry: Logged) {
        self.latest.insert(entry.ticket, self.log.len());
        self.log.push(entry);
    }

    /// What an event says beside its ticket.
    fn note(&mut self, ticket: &Ticket, moment: Moment) {
        let Some(event) = ticket.events.get(moment.event) else { return };
        match (event.act, ticket.topic.tag) {
            (Act::Rated { .. }, _) => self.ratings.push(moment),
            (Act::Created, Topic::ALERT) => self.problems.push(ticket.number as u32),
            (Act::Created, Topic::INCIDENT) => self.incidents.push(ticket.number as u32),
            _ => {}
        }
        self.removed.note(ticket, event);
    }
}

impl LiveDesk {
    /// Lets so many things happen, at once where the clock is the machine's, else each when it would. The same desk always has the same changes.
    ///
    /// New tickets, messages, assignments, solutions, merges, deletions, spam and ratings come in the proportions of the model.
    pub fn change(&self, count: usize) -> Vec<Moment> {
        let mut live = self.live.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let moments = (0..count).map_while(|_| self.next(&mut live)).collect();
        drop(live);
        moments
    }

    fn next(&self, live: &mut Live) -> Option<Moment> {
        let began = || Timeline::new(Arc::clone(&self.model), self.began);
        let Change { at, ticket: number, event } =
            live.timeline.get_or_insert_with(began).next()?;
        let last = live.log.last().map_or(self.began, |entry| entry.at);
        let at = self.clock.happens(at).max(last);
        live.stamps.entry(number).or_default().push(at);
        live.count = live.count.max(number);
        live.log(Logged { at, ticket: number, event: Some(event) });
        let moment = Moment { at, ticket: number, event };
        let ticket = self.with(live, number)?;
        live.note(&ticket, moment);
        let seed = self.model.settings().seed;
        let mut chance = Chance::of(seed, Subject::Fault, live.log.len() as u64);
        if chance.below(TOUCHED) == 0 {
            live.log(Logged { at, ticket: number, event: None });
        }
        Some(moment)
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Up to so many tickets after a place, in the order in which they were last touched, and not later than an instant. A ticket is in one
    /// place only: touched again, it goes to the end.
    #[must_use]
    pub fn touched_after(
        &self,
        (at, ticket): (i64, u64),
        until: i64,
        limit: usize,
    ) -> Vec<(i64, u64)> {
        let live = self.read();
        let settled = self.settled.after(at, ticket);
        let settled = settled.filter(|(_, ticket)| !live.latest.contains_key(ticket));
        let mut found: Vec<_> = settled.take_while(|it| it.0 <= until).take(limit).collect();
        let first = live.log.partition_point(|entry| entry.at < at);
        let mut later: Vec<(i64, u64)> = Vec::new();
        for (place, entry) in live.log.iter().enumerate().skip(first) {
            let is_whole = later.last().is_none_or(|last| last.0 < entry.at);
            if entry.at > until || (found.len() + later.len() >= limit && is_whole) {
                break;
            }
            let key = (entry.at, entry.ticket);
            if key > (at, ticket) && live.latest.get(&entry.ticket) == Some(&place) {
                later.push(key);
            }
        }
        later.sort_unstable();
        found.extend(later);
        found.truncate(limit);
        found
    }
}
