//! Waiting for a reason to look for work.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::bus::Bus;
use crate::context::Context;

/// How soon another process's commit to the same file is noticed.
const WATCH: Duration = Duration::from_millis(250);

pub(super) struct Wakeups {
    bus: Bus,
    context: Context,
    look: Duration,
    version: Option<i64>,
}

impl Wakeups {
    pub(super) fn new(bus: &Bus, context: &Context, look: Duration) -> Self {
        Self { bus: bus.clone(), context: context.clone(), look, version: None }
    }

    /// Waits until somebody says so, another process has committed, or it is time to look in any case.
    pub(super) async fn next(&mut self) {
        let bus = self.bus.clone();
        tokio::select! {
            () = bus.woken() => {}
            () = self.time_to_look() => {}
        }
    }

    async fn time_to_look(&mut self) {
        let due = Instant::now() + self.look;
        while Instant::now() < due {
            sleep(WATCH.min(self.look)).await;
            if self.somebody_committed().await {
                return;
            }
        }
    }

    async fn somebody_committed(&mut self) -> bool {
        // A database that is away is noticed, and logged, by the next claim.
        let version = self.context.app.database().data_version().await;
        let version = version.unwrap_or(self.version);
        let changed = version != self.version;
        self.version = version;
        changed
    }
}
