//! Times of a source: their formats, and the zone of those that name none.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Microseconds of the years 1900 to 2199: what lies outside stands for "no date" somewhere (0001-01-01, 9999-12-31).
const YEARS: std::ops::Range<i64> = -2_208_988_800_000_000..7_258_118_400_000_000;

/// One way to write a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TimeFormat {
    /// RFC 3339 or ISO 8601, with or without a zone.
    Rfc3339,
    /// Seconds since 1970.
    Unix,
    /// Milliseconds since 1970.
    UnixMillis,
    /// strftime's letters.
    Pattern(String),
}

impl TimeFormat {
    fn parse(word: &str) -> Result<Self, String> {
        match word {
            "rfc3339" => return Ok(Self::Rfc3339),
            "unix" => return Ok(Self::Unix),
            "unix_ms" => return Ok(Self::UnixMillis),
            _ => {}
        }
        let advice =
            "write rfc3339, unix, unix_ms or strftime letters such as \"%Y-%m-%d %H:%M:%S\"";
        if !word.contains('%') {
            return Err(format!("`{word}` is no format of times: {advice}"));
        }
        let sample = DateTime::constant(2001, 2, 3, 4, 5, 6, 0);
        let pattern = Self::Pattern(word.to_owned());
        let zoned = sample.to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?;
        let written = strtime::format(word, &zoned)
            .map_err(|error| format!("`{word}`: {error}; {advice}"))?;
        match pattern.read(&written, &TimeZone::UTC) {
            Some(_) => Ok(pattern),
            None => {
                Err(format!("`{word}` does not name a whole date (year, month and day): {advice}"))
            }
        }
    }

    /// How reasons name it.
    fn name(&self) -> &str {
        match self {
            Self::Rfc3339 => "rfc3339",
            Self::Unix => "unix",
            Self::UnixMillis => "unix_ms",
            Self::Pattern(pattern) => pattern,
        }
    }

    fn read(&self, text: &str, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Rfc3339 => text.parse().ok().or_else(|| local(text.parse().ok()?, zone)),
            Self::Unix => scaled(text, 1_000_000),
            Self::UnixMillis => scaled(text, 1_000),
            Self::Pattern(pattern) => {
                let time = strtime::parse(pattern, text).ok()?;
                time.to_timestamp().ok().or_else(|| local(time.to_datetime().ok()?, zone))
            }
        }
    }
}

/// A time that the clocks skipped is read an hour later, one that they showed twice as the first.
fn local(time: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(time).compatible().ok()
}

/// A number of units of `micros` each, with an optional fraction.
fn scaled(text: &str, micros: i64) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.get(..fraction.len().min(6))?;
    let scale = 10i64.checked_pow(u32::try_from(digits.len()).ok()?)?;
    let part = if digits.is_empty() { 0 } else { digits.parse::<u32>().ok()?.into() };
    let part: i64 = part * micros / scale;
    let whole = whole.parse::<i64>().ok()?.checked_mul(micros)?;
    let total =
        if text.starts_with('-') { whole.checked_sub(part)? } else { whole.checked_add(part)? };
    Timestamp::from_microsecond(total).ok()
}

impl<'de> Deserialize<'de> for TimeFormat {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// A zone of the tz database, by its name.
#[derive(Clone, Debug)]
pub(super) struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let advice = "write UTC or a name of the tz database such as Europe/Rome";
        TimeZone::get(&name)
            .map(Self)
            .map_err(|error| D::Error::custom(format!("{error}; {advice}")))
    }
}

/// Reads the times of one source.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    zone: Zone,
    formats: Vec<TimeFormat>,
}

impl Clock {
    pub(super) fn new(zone: Zone, mut formats: Vec<TimeFormat>) -> Self {
        if formats.is_empty() {
            formats.push(TimeFormat::Rfc3339);
        }
        Self { zone, formats }
    }

    /// Microseconds since 1970, or what is wrong.
    pub(super) fn micros(&self, text: &str) -> Result<i64, String> {
        let Some(time) = self.formats.iter().find_map(|format| format.read(text, &self.zone.0))
        else {
            let names: Vec<_> = self.formats.iter().map(TimeFormat::name).collect();
            return Err(format!(
                "is not a time as the mapping's time_format has it ({})",
                names.join(", ")
            ));
        };
        // Floor, so that a time before 1970 is cut to the same side as one after it.
        let micros = i64::try_from(time.as_nanosecond().div_euclid(1_000)).unwrap_or(i64::MAX);
        if YEARS.contains(&micros) {
            Ok(micros)
        } else {
            Err("is not between the years 1900 and 2199".to_owned())
        }
    }
}
