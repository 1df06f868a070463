//! Turns: how many requests of a tenant are under way at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::kernel::{Error, Result, TenantId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a request waits for those of its own tenant.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many of them wait at most, for each that is under way.
const WAITING: usize = 4;

type Queues = Arc<Mutex<HashMap<TenantId, Queue>>>;

pub(super) struct Turns {
    at_once: usize,
    queues: Queues,
}

struct Queue {
    turns: Arc<Semaphore>,
    /// Those who wait and those who have a turn.
    there: usize,
}

/// A place among a tenant's requests, given back when it goes.
pub(crate) struct Turn {
    place: Place,
    _turn: OwnedSemaphorePermit,
}

struct Place {
    tenant: TenantId,
    queues: Queues,
}

impl Turns {
    pub(super) fn new(at_once: u32) -> Self {
        let at_once = usize::try_from(at_once).unwrap_or(usize::MAX).clamp(1, 1 << 20);
        Self { at_once, queues: Queues::default() }
    }

    pub(super) async fn take(&self, tenant: TenantId) -> Result<Turn> {
        let (place, turns) = self.queue(tenant).ok_or_else(refusal)?;
        match timeout(PATIENCE, turns.acquire_owned()).await {
            Ok(Ok(turn)) => Ok(Turn { place, _turn: turn }),
            Ok(Err(_)) | Err(_) => Err(refusal()),
        }
    }

    fn queue(&self, tenant: TenantId) -> Option<(Place, Arc<Semaphore>)> {
        let mut queues = look(&self.queues);
        let queue = queues
            .entry(tenant)
            .or_insert_with(|| Queue { turns: Arc::new(Semaphore::new(self.at_once)), there: 0 });
        if queue.there >= self.at_once.saturating_mul(1 + WAITING) {
            return None;
        }
        queue.there += 1;
        let place = Place { tenant, queues: Arc::clone(&self.queues) };
        Some((place, Arc::clone(&queue.turns)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queues = look(&self.queues);
        if let Some(queue) = queues.get_mut(&self.tenant) {
            queue.there -= 1;
            if queue.there == 0 {
                queues.remove(&self.tenant);
            }
        }
    }
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a turn of {}", self.place.tenant)
    }
}

fn refusal() -> Error {
    let message = "the tenant has more requests under way than it may; ask again when some of them are answered";
    Error::limited(PATIENCE, message)
}

fn look(queues: &Queues) -> MutexGuard<'_, HashMap<TenantId, Queue>> {
    queues.lock().unwrap_or_else(PoisonError::into_inner)
}
