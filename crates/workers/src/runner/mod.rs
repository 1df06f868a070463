//! Claims jobs, a few at a time and round the tenants, and sees each one through to its outcome.

mod hold;
mod observe;
#[cfg(test)]
mod tests;
mod wakeups;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use domain::kernel::TenantId;
use domain::kernel::jobs::{Claimed, HEARTBEAT};

pub(crate) use observe::describe_metrics;

use crate::bus::Bus;
use crate::context::Context;
use crate::kinds::{Kind, Kinds};
use wakeups::Wakeups;

/// How a runner goes about it.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many jobs run at once.
    pub at_once: usize,
    /// How often a running job's lease is renewed.
    pub heartbeat: Duration,
    /// How often to look for work that nobody said anything of: retries, and jobs whose worker died.
    pub look: Duration,
    /// How long a stop waits for running jobs before it hands them back.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            at_once: 4,
            heartbeat: HEARTBEAT,
            look: Duration::from_secs(1),
            grace: Duration::from_secs(20),
        }
    }
}

/// Runs jobs.
#[derive(Clone)]
pub struct Runner {
    context: Context,
    kinds: Kinds,
    bus: Bus,
    options: Options,
}

impl Runner {
    /// Over the application that `context` has, for the kinds given, woken by the bus.
    #[must_use]
    pub fn new(context: Context, kinds: Kinds, bus: Bus, options: Options) -> Self {
        Self { context, kinds, bus, options }
    }

    /// Runs jobs until `stop` resolves. Then it claims no more, waits for the running ones, and hands back those that take too long.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let runner = Arc::new(self);
        let (out_of_time, handing_back) = watch::channel(false);
        let mut running = JoinSet::new();
        let mut after = TenantId::NONE;
        let mut wakeups = Wakeups::new(&runner.bus, &runner.context, runner.options.look);
        tokio::pin!(stop);
        loop {
            while running.len() < runner.options.at_once
                && let Some((kind, job)) = runner.claim(after).await
            {
                after = job.tenant;
                let (runner, handing_back) = (Arc::clone(&runner), handing_back.clone());
                running.spawn(async move { runner.hold(kind, job, handing_back).await });
            }
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(_) = running.join_next() => {}
                () = wakeups.next() => {}
            }
        }
        let all = async { while running.join_next().await.is_some() {} };
        if timeout(runner.options.grace, all).await.is_err() {
            out_of_time.send_replace(true);
            while running.join_next().await.is_some() {}
        }
    }

    /// Jobs of other kinds are left to a worker of a version that knows them.
    async fn claim(&self, after: TenantId) -> Option<(&'static Kind, Claimed)> {
        match self.context.app.claim(after, &self.kinds.names()).await {
            Ok(job) => job.and_then(|job| Some((self.kinds.find(&job.kind)?, job))),
            Err(error) => {
                tracing::warn!(?error, "could not look for work; trying again");
                None
            }
        }
    }
}
