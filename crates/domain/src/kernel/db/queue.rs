//! Who is next where one writes at a time: whoever somebody waits for goes before work that has time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

/// How long work that has time lets others go first: it gets on, however many there are.
const PATIENCE: Duration = Duration::from_millis(100);
/// How soon the next of them comes, where they come one after the other.
const SOON: Duration = Duration::from_millis(5);

/// Those who wait for the writer. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    first: AtomicUsize,
    /// When one of them was last there.
    last: Mutex<Option<Instant>>,
    gone: Notify,
}

/// A place in the queue, for as long as it is held.
pub(super) struct Place<'a>(Option<&'a Waiting>);

impl Queue {
    /// A place: at once for whoever is waited for, otherwise when nobody of them is left.
    pub(super) async fn place(&self, is_waited_for: bool) -> Place<'_> {
        if is_waited_for {
            self.0.first.fetch_add(1, Ordering::SeqCst);
            return Place(Some(&self.0));
        }
        // What comes of it is the same.
        timeout(PATIENCE, self.let_go_first()).await.ok();
        Place(None)
    }

    async fn let_go_first(&self) {
        loop {
            let gone = self.0.gone.notified();
            if self.0.first.load(Ordering::SeqCst) > 0 {
                gone.await;
                continue;
            }
            let last = *self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
            let is_over = last.is_none_or(|last| last.elapsed() >= SOON);
            if is_over {
                return;
            }
            sleep(SOON).await;
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(waiting) = self.0 else { return };
        *waiting.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        if waiting.first.fetch_sub(1, Ordering::SeqCst) == 1 {
            waiting.gone.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::poll;

    use super::Queue;

    #[tokio::test]
    async fn what_has_time_lets_others_go_first_and_gets_on_all_the_same() {
        let queue = Queue::default();
        drop(queue.place(false).await);
        let (one, two) = (queue.place(true).await, queue.place(true).await);
        let mut work = pin!(queue.place(false));
        assert!(poll!(&mut work).is_pending());
        drop(one);
        assert!(poll!(&mut work).is_pending());
        drop(two);
        assert!(poll!(&mut work).is_pending(), "the next may come at once");
        work.await;
        let _endless = queue.place(true).await;
        queue.place(false).await;
    }
}
