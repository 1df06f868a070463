//! What a desk is made from.

use chrono::{Datelike, Days, NaiveDate};

/// Everything that decides a desk. The same settings are the same desk and the same history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Another seed is another desk.
    pub seed: u64,
    /// How many people answer.
    pub agents: u16,
    /// How many tickets arrive in the settled days.
    pub tickets: u64,
    /// The first settled day, in the desk's zone.
    pub from: NaiveDate,
    /// How many days are settled.
    pub days: u32,
    /// The desk's IANA time zone: of its shifts, its busy hours and its days.
    pub zone: String,
    /// How tickets arrive after the settled days.
    pub pace: Pace,
}

/// How tickets arrive after the settled days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As in the last four weeks, night and day.
    Calendar,
    /// As many an hour, evenly, night and day alike.
    PerHour(u32),
}

impl Default for Settings {
    /// A year of a desk of two dozen.
    fn default() -> Self {
        Self {
            seed: 1,
            agents: 24,
            tickets: 20_000,
            from: NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day of the calendar"),
            days: 365,
            zone: "Europe/Rome".to_owned(),
            pace: Pace::Calendar,
        }
    }
}

impl Settings {
    /// The day after the last settled one.
    #[must_use]
    pub fn until(&self) -> NaiveDate {
        self.from.checked_add_days(Days::new(self.days.into())).unwrap_or(NaiveDate::MAX)
    }

    pub(super) fn check(&self) -> Result<(), BadSettings> {
        const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;
        if self.agents == 0 {
            return Err(BadSettings::NoAgents);
        }
        if self.tickets == 0 || self.tickets > u64::from(u32::MAX) {
            return Err(BadSettings::Tickets);
        }
        if self.days == 0
            || !YEARS.contains(&self.from.year())
            || !YEARS.contains(&self.until().year())
        {
            return Err(BadSettings::Days);
        }
        if self.pace == Pace::PerHour(0) {
            return Err(BadSettings::NoPace);
        }
        Ok(())
    }
}

/// Why there is no such desk.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    /// The zone is not in the database of zones.
    #[error("`{0}` is not a time zone of the IANA database, such as Europe/Rome")]
    UnknownZone(String),
    /// Nobody answers.
    #[error("a desk needs at least one agent")]
    NoAgents,
    /// None, or too many.
    #[error("a desk needs from 1 to 4,294,967,295 tickets")]
    Tickets,
    /// None, or out of range.
    #[error("a desk needs at least one day, all of them between 1990 and 2100")]
    Days,
    /// Nothing would ever arrive.
    #[error("at a pace of 0 an hour nothing arrives; use at least 1")]
    NoPace,
}
