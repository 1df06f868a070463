//! Everything that happened, in order of time.

use super::{LiveDesk, Moment};
use crate::model::LONGEST_LIFE;

const WEEK: i64 = 7 * 86_400;

/// The settled events of a week, in order of time: told once for all the pages that lie in it.
#[derive(Debug, Default)]
pub(super) struct Week {
    number: Option<i64>,
    moments: Vec<Moment>,
}

impl LiveDesk {
    /// What happened from an instant on and not later than another, in order of time: at least so many moments if there are as many, and
    /// always all of a second.
    #[must_use]
    pub fn moments(&self, from: i64, until: i64, limit: usize) -> Vec<Moment> {
        let mut found = Vec::new();
        let last = (self.began - 1).min(until);
        let mut at = from.max(self.model.starts());
        while at <= last && found.len() < limit {
            let mut week = self.week.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let number = at.div_euclid(WEEK);
            if week.number != Some(number) {
                *week = Week { number: Some(number), moments: self.week_of(number) };
            }
            let first = week.moments.partition_point(|moment| moment.at < at);
            take(&mut found, week.moments[first..].iter().copied(), last, limit);
            at = (number + 1) * WEEK;
        }
        if found.len() < limit {
            let live = self.read();
            let first = live.log.partition_point(|entry| entry.at < from);
            let moment = |entry: &super::changes::Logged| {
                entry.event.map(|event| Moment { at: entry.at, ticket: entry.ticket, event })
            };
            take(&mut found, live.log[first..].iter().filter_map(moment), until, limit);
        }
        found
    }

    fn week_of(&self, number: i64) -> Vec<Moment> {
        let (from, until) = (number * WEEK, ((number + 1) * WEEK).min(self.began));
        let first = self.model.arrived_before(from - LONGEST_LIFE) + 1;
        let lives = (first..=self.model.arrived_before(until))
            .filter(|ticket| self.settled.touched(*ticket).is_some_and(|last| last >= from));
        let mut moments = Vec::new();
        for ticket in lives {
            let events = self.model.ticket(ticket).events;
            let moment =
                |(event, it): (usize, &crate::model::Event)| Moment { at: it.at, ticket, event };
            let of_week = |moment: &Moment| (from..until).contains(&moment.at);
            moments.extend(events.iter().enumerate().map(moment).filter(of_week));
        }
        moments.sort_unstable();
        moments
    }
}

fn take(found: &mut Vec<Moment>, moments: impl Iterator<Item = Moment>, until: i64, limit: usize) {
    for moment in moments {
        let is_whole = found.last().is_none_or(|last| last.at < moment.at);
        if moment.at > until || (found.len() >= limit && is_whole) {
            return;
        }
        found.push(moment);
    }
}
