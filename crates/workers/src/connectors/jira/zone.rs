//! Times as a query wants them: to the minute, and in the zone of whoever asks.

use chrono::{DateTime, TimeDelta, Utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whoever asks may live in a zone that is not known here; no two clocks are further apart.
const FURTHEST: TimeDelta = TimeDelta::hours(26);
/// Clocks are set back by this or a multiple of it.
const HALF_AN_HOUR: TimeDelta = TimeDelta::minutes(30);

/// The zone of whoever asks.
pub(super) struct Zone {
    known: Option<TimeZone>,
}

impl Zone {
    pub(super) fn of(name: Option<&str>) -> Self {
        Self { known: name.and_then(|name| TimeZone::get(name).ok()) }
    }

    /// A minute that is not after a moment, and what a query calls it. A minute that a clock shows twice means the one or the other, so it
    /// is an earlier one then.
    pub(super) fn minute(&self, at: DateTime<Utc>) -> Option<(DateTime<Utc>, String)> {
        let zone = self.known.as_ref()?;
        let mut at = DateTime::from_timestamp(at.timestamp().div_euclid(60) * 60, 0)?;
        loop {
            let local = zone.to_datetime(Timestamp::from_second(at.timestamp()).ok()?);
            if !zone.to_ambiguous_timestamp(local).is_ambiguous() {
                return Some((at, local.strftime("%Y-%m-%d %H:%M").to_string()));
            }
            at -= HALF_AN_HOUR;
        }
    }

    /// What a query calls a minute that is surely not after a moment.
    pub(super) fn since(&self, at: DateTime<Utc>) -> String {
        let known = self.minute(at).map(|(_, text)| text);
        known.unwrap_or_else(|| (at - FURTHEST).format("%Y-%m-%d %H:%M").to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(zone: &str, at: &str) -> String {
        Zone::of(Some(zone)).since(at.parse().unwrap())
    }

    #[test]
    fn a_moment_is_the_minute_that_the_clock_of_whoever_asks_shows() {
        assert_eq!(since("America/St_Johns", "2026-01-01T10:00:59Z"), "2026-01-01 06:30");
        assert_eq!(since("America/St_Johns", "2026-07-01T10:00:00Z"), "2026-07-01 07:30");
        assert_eq!(since("UTC", "2026-07-01T10:00:00Z"), "2026-07-01 10:00");
    }

    #[test]
    fn a_minute_that_comes_twice_is_left_for_one_before() {
        // Clocks go back at 2 in the night of 1 November 2026, at half past four in the zone of all.
        assert_eq!(since("America/St_Johns", "2026-11-01T03:29:00Z"), "2026-11-01 00:59");
        assert_eq!(since("America/St_Johns", "2026-11-01T03:40:00Z"), "2026-11-01 00:40");
        assert_eq!(since("America/St_Johns", "2026-11-01T05:10:00Z"), "2026-11-01 00:40");
        assert_eq!(since("America/St_Johns", "2026-11-01T05:30:00Z"), "2026-11-01 02:00");
        let (at, _) = Zone::of(Some("America/St_Johns"))
            .minute("2026-11-01T05:10:00Z".parse().unwrap())
            .unwrap();
        assert_eq!(at, "2026-11-01T03:10:00Z".parse::<DateTime<Utc>>().unwrap());
    }

    #[test]
    fn in_an_unknown_zone_more_is_asked_for_than_is_needed() {
        assert_eq!(since("Mars/Olympus", "2026-01-03T10:00:00Z"), "2026-01-02 08:00");
        assert!(Zone::of(None).minute(DateTime::UNIX_EPOCH).is_none());
    }
}
