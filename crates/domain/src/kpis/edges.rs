//! Where the buckets of a question begin and end: local days of an IANA zone as instants.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc, Weekday};
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::Grain;

/// A day grain over ten years and a little is the most that one question may ask for.
const MAX_BUCKETS: usize = 4_000;
/// The years whose days the tz database and both databases agree on.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Why there are no buckets for a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RangeError {
    #[error("`{0}` is not a time zone of the IANA database, such as Europe/Rome")]
    UnknownZone(String),
    #[error("`to` is the day after the last, so it must be later than `from`")]
    Empty,
    #[error("days must lie between the years {} and {}", YEARS.start(), YEARS.end())]
    OutOfRange,
    #[error("this is more than {MAX_BUCKETS} buckets; ask for a longer grain or a shorter range")]
    TooManyBuckets,
}

/// A stretch of time that has numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    /// Its own first day, also where the range begins later. Nothing where the range is not cut into buckets.
    pub(super) first_day: Option<NaiveDate>,
    /// The range cuts it.
    pub(super) partial: bool,
    /// The first instant.
    pub(super) from: DateTime<Utc>,
    /// The first instant after it.
    pub(super) to: DateTime<Utc>,
}

/// A zone by its IANA name.
pub(super) fn zone(name: &str) -> Result<TimeZone, RangeError> {
    TimeZone::get(name).map_err(|_unknown| RangeError::UnknownZone(name.to_owned()))
}

/// The buckets of the days from `from` to before `to`, in order, without gaps.
pub(super) fn buckets(
    (from, to): (NaiveDate, NaiveDate),
    zone: &TimeZone,
    grain: Option<Grain>,
    week_start: Weekday,
) -> Result<Vec<Bucket>, RangeError> {
    if from >= to {
        return Err(RangeError::Empty);
    }
    let mut buckets = Vec::new();
    let mut day = from;
    let mut edge = start_of_day(from, zone)?;
    while day < to {
        if buckets.len() == MAX_BUCKETS {
            return Err(RangeError::TooManyBuckets);
        }
        let (first, next) = match grain {
            None => (from, to),
            Some(grain) => whole(day, grain, week_start).ok_or(RangeError::OutOfRange)?,
        };
        day = next.min(to);
        // Where clocks went back over midnight, a day may have its first instant before the day before has its last.
        let end = start_of_day(day, zone)?.max(edge);
        let partial = first < from || next > to;
        buckets.push(Bucket { first_day: grain.map(|_| first), partial, from: edge, to: end });
        edge = end;
    }
    Ok(buckets)
}

/// The bucket a day lies in: its first day, and the first day of the next.
fn whole(day: NaiveDate, grain: Grain, week_start: Weekday) -> Option<(NaiveDate, NaiveDate)> {
    let months = |count: u32| {
        let first = day.with_day(1)?.checked_sub_months(Months::new(day.month0() % count))?;
        Some((first, first.checked_add_months(Months::new(count))?))
    };
    match grain {
        Grain::Day => Some((day, day.succ_opt()?)),
        Grain::Week => {
            let first =
                day.checked_sub_days(Days::new(day.weekday().days_since(week_start).into()))?;
            Some((first, first.checked_add_days(Days::new(7))?))
        }
        Grain::Month => months(1),
        Grain::Quarter => months(3),
        Grain::Year => months(12),
    }
}

/// The first instant of a local day. Where clocks jumped over midnight it is the jump; a day that a zone left out begins, and ends, with
/// the next one.
pub(super) fn start_of_day(day: NaiveDate, zone: &TimeZone) -> Result<DateTime<Utc>, RangeError> {
    if !YEARS.contains(&day.year()) {
        return Err(RangeError::OutOfRange);
    }
    let midnight =
        civil::date(day.year() as i16, day.month() as i8, day.day() as i8).at(0, 0, 0, 0);
    let ambiguous = zone.to_ambiguous_timestamp(midnight);
    let at = match ambiguous.offset() {
        // The first of the two where clocks went back.
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(midnight)
        }
        AmbiguousOffset::Gap { after, .. } => after.to_timestamp(midnight).map(|before_jump| {
            let jump = zone.following(before_jump).next();
            jump.map_or(before_jump, |jump| jump.timestamp())
        }),
    };
    let seconds = at.or(Err(RangeError::OutOfRange))?.as_second();
    DateTime::from_timestamp(seconds, 0).ok_or(RangeError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kpis::slots::is_edge;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn start(day: &str, name: &str) -> String {
        start_of_day(date(day), &zone(name).unwrap()).unwrap().to_rfc3339()
    }

    fn cut(from: &str, to: &str, name: &str, grain: Option<Grain>) -> Vec<Bucket> {
        buckets((date(from), date(to)), &zone(name).unwrap(), grain, Weekday::Mon).unwrap()
    }

    #[test]
    fn a_zone_that_does_not_exist_is_named() {
        let unknown = zone("Europe/Atlantis").unwrap_err();
        assert!(unknown.to_string().contains("`Europe/Atlantis`"), "{unknown}");
    }

    #[test]
    fn days_begin_at_their_first_instant() {
        assert_eq!(start("2024-03-31", "Europe/Rome"), "2024-03-30T23:00:00+00:00");
        assert_eq!(start("2024-04-01", "Europe/Rome"), "2024-03-31T22:00:00+00:00");
        assert_eq!(start("2024-06-01", "Asia/Kathmandu"), "2024-05-31T18:15:00+00:00");
        assert_eq!(start("2024-06-01", "Australia/Lord_Howe"), "2024-05-31T13:30:00+00:00");
        // Midnight does not exist: clocks go from 24:00 to 01:00.
        assert_eq!(start("2018-11-04", "America/Sao_Paulo"), "2018-11-04T03:00:00+00:00");
        // The hour before midnight comes twice, in the day it belongs to.
        assert_eq!(start("2018-02-18", "America/Sao_Paulo"), "2018-02-18T03:00:00+00:00");
        // Clocks went back at one minute past midnight; the first of the two midnights is the day's.
        assert_eq!(start("2010-11-07", "America/St_Johns"), "2010-11-07T02:30:00+00:00");
        // Clocks went from 23:30 to 00:30.
        assert_eq!(start("1919-03-31", "America/Toronto"), "1919-03-31T04:30:00+00:00");
    }

    #[test]
    fn a_day_that_a_zone_left_out_is_an_empty_bucket() {
        let days = cut("2011-12-29", "2012-01-01", "Pacific/Apia", Some(Grain::Day));
        let hours: Vec<_> = days.iter().map(|day| (day.to - day.from).num_hours()).collect();
        assert_eq!(hours, [24, 0, 24]);
        assert_eq!(days[1].first_day, Some(date("2011-12-30")));
    }

    #[test]
    fn days_of_clock_changes_are_longer_and_shorter() {
        let minutes = |from, to, zone| -> Vec<i64> {
            let days = cut(from, to, zone, Some(Grain::Day));
            days.iter().map(|day| (day.to - day.from).num_minutes() - 1440).collect()
        };
        assert_eq!(minutes("2024-03-30", "2024-04-02", "Europe/Rome"), [0, -60, 0]);
        assert_eq!(minutes("2024-10-26", "2024-10-29", "Europe/Rome"), [0, 60, 0]);
        assert_eq!(minutes("2024-04-06", "2024-04-09", "Australia/Lord_Howe"), [0, 30, 0]);
    }

    #[test]
    fn buckets_cut_by_the_range_say_so_and_keep_their_own_first_day() {
        let weeks = cut("2024-01-03", "2024-01-17", "UTC", Some(Grain::Week));
        let told: Vec<_> =
            weeks.iter().map(|week| (week.first_day.unwrap().to_string(), week.partial)).collect();
        let expected = [("2024-01-01", true), ("2024-01-08", false), ("2024-01-15", true)];
        assert_eq!(told, expected.map(|(day, partial)| (day.to_owned(), partial)));
        assert_eq!(weeks[0].from.to_rfc3339(), "2024-01-03T00:00:00+00:00");

        let sundays = buckets(
            (date("2024-01-07"), date("2024-01-14")),
            &TimeZone::UTC,
            Some(Grain::Week),
            Weekday::Sun,
        );
        assert!(!sundays.unwrap()[0].partial);
        let firsts = |grain| -> Vec<_> {
            let cut = cut("2023-11-15", "2024-05-01", "UTC", Some(grain));
            cut.iter().map(|bucket| bucket.first_day.unwrap().to_string()).collect()
        };
        assert_eq!(firsts(Grain::Quarter), ["2023-10-01", "2024-01-01", "2024-04-01"]);
        assert_eq!(firsts(Grain::Year), ["2023-01-01", "2024-01-01"]);
        assert_eq!(firsts(Grain::Month).len(), 6);
    }

    #[test]
    fn without_a_grain_there_is_one_bucket_without_a_name() {
        let all = cut("2024-01-03", "2024-01-17", "UTC", None);
        assert_eq!((all.len(), all[0].first_day, all[0].partial), (1, None, false));
    }

    #[test]
    fn senseless_ranges_are_refused() {
        let ask = |from, to| {
            buckets((date(from), date(to)), &TimeZone::UTC, Some(Grain::Day), Weekday::Mon)
        };
        assert_eq!(ask("2024-01-02", "2024-01-02"), Err(RangeError::Empty));
        assert_eq!(ask("2000-01-02", "2024-01-02"), Err(RangeError::TooManyBuckets));
        assert_eq!(ask("0001-01-02", "2024-01-02"), Err(RangeError::OutOfRange));
        assert_eq!(ask("2024-01-02", "9999-12-31"), Err(RangeError::TooManyBuckets));
    }

    fn any_zone() -> impl Strategy<Value = TimeZone> {
        let names: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        prop::sample::select(names).prop_map(|name| zone(&name).unwrap())
    }

    fn any_grain() -> impl Strategy<Value = Grain> {
        prop::sample::select(vec![
            Grain::Day,
            Grain::Week,
            Grain::Month,
            Grain::Quarter,
            Grain::Year,
        ])
    }

    proptest! {
        #[test]
        fn buckets_cover_the_range_in_order(
            zone in any_zone(), grain in any_grain(), first in 0i64..40_000, length in 1u64..900,
        ) {
            let from = NaiveDate::from_ymd_opt(1930, 1, 1).unwrap() + chrono::TimeDelta::days(first);
            let to = from + Days::new(length);
            let buckets = buckets((from, to), &zone, Some(grain), Weekday::Mon).unwrap();
            prop_assert_eq!(buckets[0].from, start_of_day(from, &zone).unwrap());
            prop_assert_eq!(buckets.last().unwrap().to, start_of_day(to, &zone).unwrap());
            for pair in buckets.windows(2) {
                prop_assert!(pair[0].first_day < pair[1].first_day);
                prop_assert!(pair[0].from <= pair[0].to);
                prop_assert_eq!(pair[0].to, pair[1].from);
            }
        }

        #[test]
        fn since_1980_days_begin_on_quarter_hours_and_on_their_own_date(
            zone in any_zone(), day in 0i64..30_000,
        ) {
            let day = NaiveDate::from_ymd_opt(1980, 1, 1).unwrap() + chrono::TimeDelta::days(day);
            let start = start_of_day(day, &zone).unwrap();
            prop_assert!(is_edge(start.timestamp_micros()));
            let local = |at: DateTime<Utc>| {
                let at = jiff::Timestamp::from_second(at.timestamp()).unwrap();
                let date = zone.to_datetime(at).date();
                NaiveDate::from_ymd_opt(date.year().into(), date.month() as u32, date.day() as u32).unwrap()
            };
            // The date before the start is earlier; at the start it is the day, or a later one if the zone left the day out.
            prop_assert!(local(start - chrono::TimeDelta::seconds(1)) < day);
            prop_assert!(local(start) >= day);
        }
    }
}
