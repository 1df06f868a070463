//! What was read a moment ago, and is believed for a moment more.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// How long something is believed without looking again: ending somebody's access works within it.
pub(crate) const BELIEVED: TimeDelta = TimeDelta::seconds(2);
/// How many are remembered at once.
const KEPT: usize = 10_000;

/// A cache of one process, never the only copy of anything.
pub(crate) struct Recent<K, V>(Mutex<HashMap<K, (DateTime<Utc>, V)>>);

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    /// What is believed of a key.
    pub(crate) fn get(&self, key: &K, now: DateTime<Utc>) -> Option<V> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|(until, _)| is_recent(*until, now)).map(|(_, value)| value.clone())
    }

    /// What was believed of a key last, and perhaps is not any more.
    pub(crate) fn last(&self, key: &K) -> Option<V> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).map(|(_, value)| value.clone())
    }

    /// Believes it. When there is no room, what is old goes, and what is not `worth` its place; a newcomer finds none otherwise.
    pub(crate) fn put(&self, key: K, value: V, now: DateTime<Utc>, worth: impl Fn(&V) -> bool) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.retain(|_, (until, value)| is_recent(*until, now) && worth(value));
        }
        if known.len() < KEPT {
            known.insert(key, (now + BELIEVED, value));
        }
    }
}

/// What was believed before the clock was set back is not believed until the clock is there again.
fn is_recent(until: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < until && until <= now + BELIEVED
}

#[cfg(test)]
mod tests {
    use super::{BELIEVED, KEPT, Recent};
    use crate::testing::start;

    #[test]
    fn it_is_believed_for_a_moment_and_never_grows_beyond_its_room() {
        let (recent, now) = (Recent::default(), start());
        recent.put(KEPT, true, now, |worth| *worth);
        assert_eq!(recent.get(&KEPT, now + BELIEVED), None);
        assert_eq!(recent.get(&KEPT, now - BELIEVED), None, "the clock was set back");
        assert_eq!(recent.last(&KEPT), Some(true));
        for key in 0..KEPT {
            recent.put(key, key == 7, now, |worth| *worth);
        }
        assert_eq!(recent.get(&7, now), Some(true));
        assert_eq!(recent.get(&KEPT, now), Some(true));
        assert_eq!(recent.0.lock().unwrap().len(), 3, "what was not worth its place has gone");
    }
}
