//! The time zone of whoever asks: JQL is read in it, and every time is written in it.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// A zone with clocks that are changed, half an hour off everybody else's.
pub(super) const NAME: &str = "America/St_Johns";

#[derive(Debug)]
pub(super) struct Zone(TimeZone);

impl Zone {
    pub(super) fn new() -> Self {
        Self(TimeZone::get(NAME).unwrap_or(TimeZone::UTC))
    }

    /// `2026-01-31T08:05:09.000-0330`: not what RFC 3339 says, as the offset has no colon.
    pub(super) fn shown(&self, at: i64) -> String {
        let at = Timestamp::from_second(at).unwrap_or_default().to_zoned(self.0.clone());
        at.strftime("%Y-%m-%dT%H:%M:%S.000%z").to_string()
    }

    /// The instant of `2026-01-31 08:05`, `2026/01/31 08:05` or a day. Of a minute that comes twice it is the later one.
    pub(super) fn read(&self, text: &str) -> Option<i64> {
        let text = text.trim().replace('/', "-");
        let (day, minute) = text.split_once(' ').unwrap_or((&text, "00:00"));
        let mut parts = day.split('-').map(str::parse::<i16>);
        let mut part = || parts.next()?.ok();
        let (year, month, day) = (part()?, part()?, part()?);
        let (hour, minute) = minute.split_once(':')?;
        let date = civil::Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
        let time = civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
        let local = self.0.to_ambiguous_timestamp(date.to_datetime(time));
        local.later().ok().map(Timestamp::as_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_an_offset_that_has_no_colon() {
        let zone = Zone::new();
        assert_eq!(zone.shown(1_767_261_600), "2026-01-01T06:30:00.000-0330");
        assert_eq!(zone.shown(1_782_900_000), "2026-07-01T07:30:00.000-0230");
        assert_eq!(zone.read("2026-01-01 06:30"), Some(1_767_261_600));
        assert_eq!(zone.read("2026/1/1 6:30"), Some(1_767_261_600));
        assert_eq!(zone.read("2026-07-01"), Some(1_782_900_000 - 27_000));
        assert_eq!(zone.read("soon"), None);
    }

    #[test]
    fn a_minute_that_comes_twice_is_the_later_one() {
        // Clocks go back at 2 in the night of 1 November 2026.
        let twice = Zone::new().read("2026-11-01 01:30").unwrap();
        assert_eq!(Zone::new().shown(twice), "2026-11-01T01:30:00.000-0330");
        assert_eq!(Zone::new().shown(twice - 3_600), "2026-11-01T01:30:00.000-0230");
    }
}
