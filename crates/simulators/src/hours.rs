//! The desk's business hours: from nine to five on working days, in its zone.

use chrono::{Datelike, Days, NaiveDate};

use crate::model::Model;

/// What lies in business hours.
#[derive(Debug)]
pub(crate) struct Hours {
    /// When each working day begins, and the business seconds before it.
    days: Vec<(i64, i64)>,
}

const HOUR: i64 = 3_600;
const OPENS: i64 = 9 * HOUR;
const DAY: i64 = 8 * HOUR;
/// So many days after the settled ones the calendar ends.
const AHEAD: u64 = 1_100;

impl Hours {
    pub(crate) fn of(model: &Model) -> Self {
        let settings = model.settings();
        let last = settings.until() + Days::new(AHEAD);
        let days = std::iter::successors(Some(settings.from), NaiveDate::succ_opt)
            .take_while(|day| *day < last)
            .filter(|day| day.weekday().number_from_monday() <= 5);
        let days = days.zip(0..).map(|(day, before)| (model.midnight(day) + OPENS, before * DAY));
        Self { days: days.collect() }
    }

    /// How many business seconds lie between two instants.
    pub(crate) fn between(&self, from: i64, until: i64) -> i64 {
        self.until(until) - self.until(from)
    }

    /// When so many business seconds are over, counted from an instant; none after the calendar's end.
    pub(crate) fn after(&self, from: i64, seconds: i64) -> Option<i64> {
        let whole = self.until(from) + seconds;
        if seconds == 0 {
            return Some(from);
        }
        let day = usize::try_from((whole - 1).div_euclid(DAY)).ok()?;
        let (opens, before) = *self.days.get(day)?;
        Some(opens + whole - before)
    }

    fn until(&self, at: i64) -> i64 {
        let begun = self.days.partition_point(|(opens, _)| *opens <= at);
        let day = begun.checked_sub(1).map(|day| self.days[day]);
        day.map_or(0, |(opens, before)| before + (at - opens).min(DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Settings;

    #[test]
    fn a_night_and_a_weekend_do_not_count() {
        let from = NaiveDate::from_ymd_opt(2025, 9, 1).unwrap();
        let settings = Settings { from, days: 30, tickets: 1, ..Settings::default() };
        let model = Model::new(settings).unwrap();
        let hours = Hours::of(&model);
        // The first is a Monday.
        let monday = model.midnight(from);
        assert_eq!(hours.between(monday, monday + 8 * HOUR), 0);
        assert_eq!(hours.between(monday, monday + 10 * HOUR), HOUR);
        assert_eq!(hours.between(monday + 16 * HOUR, monday + 34 * HOUR), 2 * HOUR);
        assert_eq!(hours.between(monday, monday + 7 * 24 * HOUR), 5 * DAY);
        let noon = monday + 12 * HOUR;
        for seconds in [1, HOUR, 5 * HOUR, 5 * HOUR + 1, 37 * HOUR, 400 * HOUR] {
            let after = hours.after(noon, seconds).unwrap();
            assert_eq!(hours.between(noon, after), seconds);
            assert_eq!(hours.between(noon, after - 1), seconds - 1);
        }
        assert_eq!(hours.after(monday, 0), Some(monday));
        assert_eq!(hours.after(monday, 2_000_000 * HOUR), None);
    }
}
