//! Where accounts have signed in: a hint of this process, lost with it.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::kernel::Clock;

use super::Attempt;

/// How long an address is remembered.
pub(super) const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How many are at most.
const KEPT: usize = 100_000;

pub(super) struct Familiar {
    clock: Clock,
    hasher: RandomState,
    until: Mutex<HashMap<u64, DateTime<Utc>>>,
}

impl Familiar {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, hasher: RandomState::new(), until: Mutex::default() }
    }

    pub(super) fn knows(&self, attempt: &Attempt) -> bool {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(&self.key(attempt)).is_some_and(|until| self.clock.now() < *until)
    }

    pub(super) fn note(&self, attempt: &Attempt) {
        let (key, now) = (self.key(attempt), self.clock.now());
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.len() >= KEPT {
            until.retain(|_, until| now < *until);
        }
        if until.len() < KEPT || until.contains_key(&key) {
            until.insert(key, now + REMEMBERED);
        }
    }

    fn key(&self, attempt: &Attempt) -> u64 {
        self.hasher.hash_one((&attempt.tenant, &attempt.account, &attempt.address))
    }
}
