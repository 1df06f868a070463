//! What headers tell of a limit. How they are called is the vendor's, and so is what they leave out.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderMap;

use super::Left;
use crate::connectors::http::ahead;

/// The headers in which a vendor tells its limit, in small letters.
#[derive(Clone, Copy, Debug)]
pub struct LimitHeaders {
    /// How many requests there are in a window.
    pub limit: &'static str,
    /// How many of them are left. Where a vendor does not tell, what is asked here is counted.
    pub remaining: Option<&'static str>,
    /// When the next window begins.
    pub reset: Reset,
    /// How long a window is: the next one is never farther away, and so far where it is not told.
    pub window: Duration,
}

/// How a vendor tells when the next window begins.
#[derive(Clone, Copy, Debug)]
pub enum Reset {
    /// In so many seconds, says this header.
    In(&'static str),
    /// At so many seconds since 1970 by the vendor's clock, says this header.
    At(&'static str),
    /// Not at all.
    Untold,
}

impl LimitHeaders {
    /// What is left by these headers. `held` is what is known of this window.
    pub(super) fn left(
        &self,
        headers: &HeaderMap,
        held: Option<Left>,
        now: DateTime<Utc>,
    ) -> Option<Left> {
        let limit = number(headers, self.limit)?;
        let remaining = match self.remaining {
            Some(name) => number(headers, name)?,
            None => held.map_or(limit.saturating_sub(1), |held| held.remaining),
        };
        let resets_at = self.resets_at(headers, now).or(held.map(|held| held.resets_at));
        let resets_at = resets_at.unwrap_or_else(|| now + self.window());
        Some(Left { limit, remaining, resets_at })
    }

    /// Whether the headers say that some are left.
    pub(super) fn has_some(&self, headers: &HeaderMap) -> bool {
        self.remaining.and_then(|name| number(headers, name)).is_some_and(|left| left > 0)
    }

    /// When the next window begins by our clock, where the headers say so.
    pub(super) fn resets_at(
        &self,
        headers: &HeaderMap,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let at = match self.reset {
            Reset::In(name) => now + TimeDelta::seconds(number(headers, name)?.into()),
            Reset::At(name) => {
                let seconds = number(headers, name)?.into();
                DateTime::from_timestamp(seconds, 0)? - ahead(headers, now)
            }
            Reset::Untold => return None,
        };
        Some(at.min(now + self.window()))
    }

    fn window(&self) -> TimeDelta {
        TimeDelta::from_std(self.window).unwrap_or_default()
    }
}

/// A number, where there is one. What is overdrawn is nothing.
fn number(headers: &HeaderMap, name: &str) -> Option<u32> {
    let number: i64 = headers.get(name)?.to_str().ok()?.trim().parse().ok()?;
    Some(u32::try_from(number.max(0)).unwrap_or(u32::MAX))
}
