//! Time and chance, injected so that tests own both.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rand::Rng;
use uuid::Uuid;

use super::{Error, OrInternal, Result};

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Stands still until it is moved: microseconds since 1970.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.timestamp_micros())))
    }

    /// The time, in whole microseconds: what both databases keep.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place that reads the machine's clock"
            )]
            Self::System => Utc::now().timestamp_micros(),
            Self::Fixed(micros) => micros.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves a fixed clock; the machine's goes by itself.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Fixed(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
        }
    }
}

/// The date it is in a zone of the tz database.
///
/// # Errors
/// `internal` for a zone that is none: those that are kept were checked.
pub fn date_in(zone: &str, now: DateTime<Utc>) -> Result<NaiveDate> {
    let zone = jiff::tz::TimeZone::get(zone).or_internal()?;
    let now = jiff::Timestamp::from_microsecond(now.timestamp_micros()).or_internal()?;
    let date = zone.to_datetime(now).date();
    let (year, month, day) = (date.year(), date.month(), date.day());
    NaiveDate::from_ymd_opt(year.into(), month.unsigned_abs().into(), day.unsigned_abs().into())
        .ok_or_else(|| Error::internal("a date that two calendars disagree on"))
}

/// Where ids come from: UUIDv7 that rise strictly within a process.
#[derive(Clone, Debug)]
pub struct Ids {
    /// Milliseconds in the upper bits, a counter of 12 bits below.
    last: Arc<AtomicU64>,
    /// The state of the seeded form.
    seed: Option<Arc<AtomicU64>>,
}

impl Ids {
    /// Ids nobody can guess.
    #[must_use]
    pub fn random() -> Self {
        Self { last: Arc::default(), seed: None }
    }

    /// The same ids at every run of a test.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { last: Arc::default(), seed: Some(Arc::new(AtomicU64::new(seed))) }
    }

    /// The next id, at `now`.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Uuid {
        let floor = (now.timestamp_millis().max(0) as u64) << 12;
        let mut place = floor;
        let update = |last: u64| {
            place = floor.max(last + 1);
            Some(place)
        };
        // The closure always answers, so this cannot fail.
        let _ = self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, update);
        let mut bytes = [0u8; 10];
        bytes[..2].copy_from_slice(&((place & 0xfff) as u16).to_be_bytes());
        bytes[2..].copy_from_slice(&self.bits().to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(place >> 12, &bytes).into_uuid()
    }

    fn bits(&self) -> u64 {
        match &self.seed {
            None => rand::rng().next_u64(),
            Some(state) => splitmix(state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst)),
        }
    }
}

/// Spreads a counter over all bits (the finaliser of SplitMix64).
fn splitmix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_even_when_the_clock_stands() {
        let (clock, ids) =
            (Clock::fixed(DateTime::UNIX_EPOCH + TimeDelta::days(20_000)), Ids::random());
        let many: Vec<Uuid> = (0..10_000).map(|_| ids.next(clock.now())).collect();
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(many.iter().all(|id| id.get_version_num() == 7));
    }
}
