//! What time it is at the desk.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock, in Unix seconds.
#[derive(Debug)]
pub enum Clock {
    /// The machine's, wrong by so many seconds.
    System {
        /// How much it is fast; negative if it is slow.
        skew: i64,
    },
    /// One that stands still until it is moved: by a test, or by what happens at the desk.
    Manual(AtomicI64),
}

impl Clock {
    /// A clock that stands still at an instant.
    #[must_use]
    pub const fn manual(at: i64) -> Self {
        Self::Manual(AtomicI64::new(at))
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> i64 {
        match self {
            Self::System { skew } => system() + skew,
            Self::Manual(at) => at.load(Ordering::SeqCst),
        }
    }

    /// Moves a clock that stands still; no other one can be moved.
    pub fn advance(&self, seconds: i64) {
        if let Self::Manual(at) = self {
            at.fetch_add(seconds, Ordering::SeqCst);
        }
    }

    /// When something happens that was foreseen for an instant: now, where time passes by itself, else then. A clock never goes back.
    pub(super) fn happens(&self, foreseen: i64) -> i64 {
        match self {
            Self::System { .. } => self.now(),
            Self::Manual(at) => at.fetch_max(foreseen, Ordering::SeqCst).max(foreseen),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a stand-in for a vendor has a clock of its own")]
fn system() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().cast_signed()
}
