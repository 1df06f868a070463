//! The desk's days as instants.

use chrono::{Datelike, Days, NaiveDate};
use jiff::civil;
use jiff::tz::TimeZone;

use super::{BadSettings, Settings};

const DAY: i64 = 86_400;
/// When a working day begins and the one before it is over. Clocks are changed before it, so the rest of the day is as long as it looks.
pub(super) const MORNING: i64 = 6 * 3_600;

/// Working days, numbered from the first settled day on; earlier ones have negative numbers.
#[derive(Debug)]
pub(super) struct Calendar {
    zone: TimeZone,
    first: NaiveDate,
    /// The mornings of the days from 0 on; asking the zone each time would take most of the time.
    mornings: Vec<i64>,
}

impl Calendar {
    pub(super) fn new(settings: &Settings) -> Result<Self, BadSettings> {
        settings.check()?;
        let zone = TimeZone::get(&settings.zone);
        let zone = zone.map_err(|_unknown| BadSettings::UnknownZone(settings.zone.clone()))?;
        let mut calendar = Self { zone, first: settings.from, mornings: Vec::new() };
        let table = 0..i64::from(settings.days) + 400;
        calendar.mornings = table.map(|day| calendar.morning_of(day)).collect();
        Ok(calendar)
    }

    pub(super) fn date(&self, day: i64) -> NaiveDate {
        let days = Days::new(day.unsigned_abs());
        if day < 0 { self.first - days } else { self.first + days }
    }

    /// Monday is 0.
    pub(super) fn weekday(&self, day: i64) -> usize {
        (self.weeks_and_days(day) % 7) as usize
    }

    /// A number for the week that a day is in.
    pub(super) fn week(&self, day: i64) -> u64 {
        (self.weeks_and_days(day) / 7) as u64
    }

    /// Days since a Monday long ago.
    fn weeks_and_days(&self, day: i64) -> i64 {
        i64::from(self.first.num_days_from_ce()) - 1 + day
    }

    /// The first instant of a local date.
    pub(super) fn midnight(&self, date: NaiveDate) -> i64 {
        let start = civil_date(date).to_zoned(self.zone.clone());
        start.and_then(|midnight| midnight.start_of_day()).map_or_else(
            |_out_of_range| date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp(),
            |start| start.timestamp().as_second(),
        )
    }

    /// When a working day begins.
    pub(super) fn morning(&self, day: i64) -> i64 {
        let known = usize::try_from(day).ok().and_then(|day| self.mornings.get(day));
        known.copied().unwrap_or_else(|| self.morning_of(day))
    }

    fn morning_of(&self, day: i64) -> i64 {
        let date = self.date(day);
        let six = civil_date(date).at(6, 0, 0, 0).to_zoned(self.zone.clone());
        six.map_or_else(
            |_out_of_range| self.midnight(date) + MORNING,
            |six| six.timestamp().as_second(),
        )
    }

    /// The working day that an instant lies in.
    pub(super) fn day(&self, at: i64) -> i64 {
        let guess = (at - self.morning(0)).div_euclid(DAY);
        if at < self.morning(guess) {
            guess - 1
        } else if at >= self.morning(guess + 1) {
            guess + 1
        } else {
            guess
        }
    }

    /// The instant itself, or when people get up if they are asleep then.
    pub(super) fn awake(&self, at: i64) -> i64 {
        const GETTING_UP: i64 = 3_600;
        const TO_BED: i64 = 17 * 3_600;
        let day = self.day(at);
        let since_morning = at - self.morning(day);
        if since_morning < GETTING_UP {
            at + GETTING_UP
        } else if since_morning > TO_BED {
            // Who would have written late writes late in the morning.
            self.morning(day + 1) + GETTING_UP + (since_morning - TO_BED) / 2
        } else {
            at
        }
    }
}

fn civil_date(date: NaiveDate) -> civil::Date {
    civil::date(date.year() as i16, date.month() as i8, date.day() as i8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(from: &str) -> Calendar {
        let from = from.parse().unwrap();
        Calendar::new(&Settings { from, days: 30, ..Settings::default() }).unwrap()
    }

    #[test]
    fn an_hour_is_missing_when_clocks_go_forward() {
        let calendar = calendar("2025-03-29");
        assert_eq!(calendar.morning(1) - calendar.morning(0), 23 * 3_600);
        assert_eq!(calendar.morning(2) - calendar.morning(1), 24 * 3_600);
    }

    #[test]
    fn an_instant_is_in_the_day_whose_morning_was_last() {
        let calendar = calendar("2025-10-20");
        for day in -400..900 {
            let (morning, next) = (calendar.morning(day), calendar.morning(day + 1));
            assert_eq!([calendar.day(morning), calendar.day(next - 1)], [day, day]);
        }
    }

    #[test]
    fn the_first_of_september_2025_was_a_monday() {
        let calendar = calendar("2025-09-01");
        assert_eq!([calendar.weekday(0), calendar.weekday(6), calendar.weekday(-1)], [0, 6, 6]);
        assert_eq!(calendar.week(6), calendar.week(0));
        assert_eq!(calendar.week(7), calendar.week(0) + 1);
    }

    #[test]
    fn nobody_writes_at_night() {
        let calendar = calendar("2025-09-01");
        let night = calendar.morning(3) - 2 * 3_600;
        let woken = calendar.awake(night) - calendar.morning(3);
        assert!((3_600..4 * 3_600).contains(&woken), "{woken}");
    }
}
