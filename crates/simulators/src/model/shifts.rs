//! When people work. An agent does nothing outside a shift.

use chrono::Datelike;
use serde::Serialize;

use super::calendar::{Calendar, MORNING};
use super::chance::{Chance, Subject};
use super::{Agent, Queue};

/// Working hours of a week.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// What the desk calls it.
    pub name: &'static str,
    /// When it starts, in minutes of the local day.
    pub starts: u32,
    /// When it ends, in minutes of the local day.
    pub ends: u32,
    /// Which days, Monday first.
    pub weekdays: [bool; 7],
}

const MONDAY_TO_FRIDAY: [bool; 7] = [true, true, true, true, true, false, false];
const WEDNESDAY_TO_SUNDAY: [bool; 7] = [false, false, true, true, true, true, true];

const fn shift(name: &'static str, starts: u32, ends: u32, weekdays: [bool; 7]) -> Shift {
    Shift { name, starts: starts * 60, ends: ends * 60, weekdays }
}

static EARLY: Shift = shift("early", 7, 15, MONDAY_TO_FRIDAY);
static DAY: Shift = shift("day", 9, 17, MONDAY_TO_FRIDAY);
static LATE: Shift = shift("late", 13, 21, MONDAY_TO_FRIDAY);
static WEEKEND: Shift = shift("weekend", 10, 18, WEDNESDAY_TO_SUNDAY);
/// In the order in which a team fills them.
pub(super) static SHIFTS: [&Shift; 4] = [&DAY, &EARLY, &LATE, &WEEKEND];

/// Month and day on which nobody works.
const HOLIDAYS: [(u32, u32); 4] = [(1, 1), (5, 1), (12, 25), (12, 26)];
/// Off one week in so many.
const VACATION: u64 = 13;
/// Ill one day in so many.
const SICKNESS: u64 = 45;
/// Nobody is given a ticket so shortly before the end of a shift, if somebody else is there.
const LAST_MINUTES: i64 = 20 * 60;
/// A large desk looks for somebody among so many, not among all.
const CROWD: usize = 32;
/// What has waited for the morning is shared out among all who come within this time.
const COME_TOGETHER: i64 = 2 * 3_600;

/// Who is at work when.
#[derive(Clone, Copy)]
pub(super) struct Roster<'m> {
    pub(super) seed: u64,
    pub(super) calendar: &'m Calendar,
    pub(super) agents: &'m [Agent],
}

impl Roster<'_> {
    /// From when until when somebody works on a day, if at all.
    fn hours(&self, agent: &Agent, day: i64) -> Option<(i64, i64)> {
        if !agent.shift.weekdays[self.calendar.weekday(day)] {
            return None;
        }
        let date = self.calendar.date(day);
        let holiday = HOLIDAYS.contains(&(date.month(), date.day()));
        let draw = |subject, number: u64, one_in| {
            let number = u64::from(agent.number) << 32 | (number & 0xffff_ffff);
            Chance::of(self.seed, subject, number).below(one_in) == 0
        };
        if date < agent.person.started
            || holiday
            || draw(Subject::Vacation, self.calendar.week(day), VACATION)
            || draw(Subject::Sickness, day as u64, SICKNESS)
        {
            return None;
        }
        let at = |minute: u32| self.calendar.morning(day) + i64::from(minute) * 60 - MORNING;
        Some((at(agent.shift.starts), at(agent.shift.ends)))
    }

    /// Whether somebody is at work.
    pub(super) fn is_on_shift(&self, agent: &Agent, at: i64) -> bool {
        self.hours_at(agent, at).is_some()
    }

    fn hours_at(&self, agent: &Agent, at: i64) -> Option<(i64, i64)> {
        self.hours(agent, self.calendar.day(at))
            .filter(|(from, until)| (*from..*until).contains(&at))
    }

    /// The first instant from this one on at which somebody is at work, and when that shift ends.
    fn shift_from(&self, agent: &Agent, at: i64) -> (i64, i64) {
        let mut days = self.calendar.day(at)..;
        let next = days.find_map(|day| {
            let (from, until) = self.hours(agent, day)?;
            (at < until).then_some((from.max(at), until))
        });
        next.unwrap_or((at, at))
    }

    /// The first instant from this one on at which somebody is at work.
    pub(super) fn next(&self, agent: &Agent, at: i64) -> i64 {
        self.shift_from(agent, at).0
    }

    /// When somebody is done who begins at an instant and needs so many seconds: what a shift is too short for is done in the next one.
    pub(super) fn done(&self, agent: &Agent, begins: i64, mut seconds: i64) -> i64 {
        let mut at = begins;
        loop {
            let (from, until) = self.shift_from(agent, at);
            if from + seconds < until {
                return from + seconds;
            }
            seconds -= until - from;
            at = until;
        }
    }

    /// Who takes a ticket of a queue that is ready at an instant, and when: somebody who is there and knows the queue, the better the
    /// likelier; if there is nobody, one of those who come first.
    pub(super) fn pick(&self, queue: Queue, ready: i64, chance: &mut Chance) -> (u16, i64) {
        let date = self.calendar.date(self.calendar.day(ready));
        let candidate = |agent: &Agent, skill| Candidate {
            agent: agent.number,
            skill,
            shift: self.shift_from(agent, ready),
        };
        let (before, after) = self.agents.split_at(chance.below(self.agents.len() as u64) as usize);
        let able = after.iter().chain(before).filter_map(|agent| {
            let skill = agent.membership(date)?.skill(queue);
            (skill > 0).then(|| candidate(agent, skill))
        });
        let mut candidates: Vec<Candidate> = able.take(CROWD).collect();
        if candidates.is_empty() {
            // A small desk may have nobody for a queue: then everybody does what they can.
            candidates.extend(self.agents.iter().take(CROWD).map(|agent| candidate(agent, 1)));
        }
        let first = candidates.iter().map(|it| it.shift.0).min().unwrap_or(ready);
        let together = if first == ready { first } else { first + COME_TOGETHER };
        candidates.retain(|it| it.shift.0 <= together);
        if candidates.iter().any(Candidate::has_time) {
            candidates.retain(Candidate::has_time);
        }
        let taken = &candidates[chance.weighted(candidates.iter().map(|it| it.skill))];
        (taken.agent, taken.shift.0)
    }
}

/// Somebody who could take a ticket.
struct Candidate {
    agent: u16,
    skill: u64,
    /// From when until when they are there.
    shift: (i64, i64),
}

impl Candidate {
    const fn has_time(&self) -> bool {
        self.shift.1 - self.shift.0 >= LAST_MINUTES
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use crate::model::{Model, Settings};

    /// Whether the clock on the wall shows a working hour of an agent, wherever they are then.
    fn is_working_hour(model: &Model, agent: u16, at: i64) -> bool {
        let shift = model.desk.agents[usize::from(agent)].shift;
        let zone = TimeZone::get(&model.settings.zone).unwrap();
        let local = zone.to_datetime(Timestamp::from_second(at).unwrap());
        let minute =
            u32::from(local.hour().unsigned_abs()) * 60 + u32::from(local.minute().unsigned_abs());
        let weekday = local.date().weekday().to_monday_zero_offset();
        (shift.starts..shift.ends).contains(&minute)
            && shift.weekdays[usize::from(weekday.unsigned_abs())]
    }

    #[test]
    fn people_work_in_their_working_hours_unless_they_are_away() {
        let model = Model::new(Settings::default()).unwrap();
        let (mut hours, mut worked) = (0, 0);
        for at in (model.starts()..model.ends()).step_by(1_801) {
            for agent in [0, 1, 2, 12, 14] {
                let is_hour = is_working_hour(&model, agent, at);
                let is_there = model.is_on_shift(agent, at);
                assert!(is_hour || !is_there, "agent {agent} at {at}");
                hours += u32::from(is_hour);
                worked += u32::from(is_there);
            }
        }
        let share = f64::from(worked) / f64::from(hours);
        assert!((0.84..0.95).contains(&share), "{share}");
    }

    proptest! {
        #[test]
        fn work_takes_as_long_as_it_takes_and_only_in_shifts(
            agent in 0u16..24,
            begins in 0i64..31_000_000,
            seconds in 0i64..100_000,
        ) {
            let model = Model::new(Settings { days: 2, ..Settings::default() }).unwrap();
            let begins = model.starts() + 160 * 86_400 + begins;
            let roster = model.roster();
            let who = &model.desk.agents[usize::from(agent)];
            let first = roster.next(who, begins);
            prop_assert!(first >= begins && roster.is_on_shift(who, first));
            let done = roster.done(who, begins, seconds);
            prop_assert!(roster.is_on_shift(who, done));
            prop_assert_eq!(roster.done(who, first, seconds), done);
            // Done in two goes it takes as long.
            let halfway = roster.done(who, begins, seconds / 2);
            prop_assert_eq!(roster.done(who, halfway, seconds - seconds / 2), done);
            let in_one_shift = seconds < 3_600 && roster.is_on_shift(who, first + seconds);
            prop_assert!(!in_one_shift || done == first + seconds);
        }
    }
}
