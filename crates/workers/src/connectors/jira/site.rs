//! What differs from site to site, and how times are written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::wire::Field;

/// A time with an offset that has no colon; from some endpoints a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Time(pub(super) DateTime<Utc>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        Self::read(&value).ok_or_else(|| serde::de::Error::custom("this is no time"))
    }
}

impl Time {
    /// A number this large is of milliseconds.
    const MILLIS: i64 = 100_000_000_000;

    pub(super) fn read(value: &Value) -> Option<Self> {
        if let Some(number) = value.as_i64() {
            let millis = if number < Self::MILLIS { number * 1_000 } else { number };
            return DateTime::from_timestamp_millis(millis).map(Self);
        }
        let text = value.as_str()?;
        let read = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z");
        let read = read.or_else(|_other| DateTime::parse_from_rfc3339(text));
        read.ok().map(|at| Self(at.to_utc()))
    }
}

/// The fields that a site has numbers of its own for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Customs {
    pub(super) rating: Option<String>,
    pub(super) rated_at: Option<String>,
    pub(super) organisations: Option<String>,
}

impl Customs {
    pub(super) fn of(fields: Vec<Field>) -> Self {
        let mut customs = Self::default();
        for Field { id, schema } in fields {
            let kind = schema.and_then(|schema| schema.custom).unwrap_or_default();
            match kind.strip_prefix("com.atlassian.servicedesk:") {
                Some("sd-request-feedback") => customs.rating = Some(id),
                Some("sd-request-feedback-date") => customs.rated_at = Some(id),
                Some("sd-customer-organizations") => customs.organisations = Some(id),
                _ => {}
            }
        }
        customs
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        [&self.rating, &self.rated_at, &self.organisations]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written_by_different_endpoints() {
        let at = |value: Value| Time::read(&value).map(|time| time.0.timestamp());
        assert_eq!(at("2026-01-01T06:30:00.000-0330".into()), Some(1_767_261_600));
        assert_eq!(at("2026-01-01T10:00:00.123Z".into()), Some(1_767_261_600));
        assert_eq!(at(1_767_261_600_000_i64.into()), Some(1_767_261_600));
        assert_eq!(at(1_767_261_600.into()), Some(1_767_261_600));
        assert_eq!(at("soon".into()), None);
    }
}
