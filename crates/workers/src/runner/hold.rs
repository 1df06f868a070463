//! One job, from its claim to its outcome.

use std::any::Any;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tracing::Instrument;

use domain::kernel::jobs::{Claimed, Outcome};
use domain::kernel::{Error, ErrorKind, Result};

use super::Runner;
use super::observe::Observed;
use crate::kinds::Kind;

/// The run counts for nothing: another worker has the job, or will.
const LOST: &str = "lost";

/// Why a runner let go of a job.
enum End {
    Ran(Result<Outcome>),
    Panicked(String),
    Lost,
    OutOfTime,
}

impl Runner {
    pub(super) async fn hold(
        &self,
        kind: &'static Kind,
        job: Claimed,
        handing_back: watch::Receiver<bool>,
    ) {
        let observed = Observed::begin(&job);
        let span = observed.span().clone();
        let outcome = self.outcome(kind, &job, handing_back).instrument(span).await;
        observed.ended(outcome);
    }

    /// Runs it and says how it ended: to the queue, and in a word.
    async fn outcome(
        &self,
        kind: &'static Kind,
        job: &Claimed,
        handing_back: watch::Receiver<bool>,
    ) -> &'static str {
        match self.see_through(kind, job, handing_back).await {
            End::Ran(Ok(outcome)) => self.finish(job, &outcome, None).await,
            End::Ran(Err(error)) if error.code() == "lease_lost" => {
                tracing::warn!("another worker has taken this job");
                LOST
            }
            End::Ran(Err(error)) => self.failed(job, &error).await,
            End::Panicked(message) => self.failed(job, &Error::internal(message)).await,
            End::Lost => {
                tracing::warn!("stopped: another worker has taken this job");
                LOST
            }
            End::OutOfTime => {
                tracing::info!("handed back: it was not done when the worker had to stop");
                self.finish(job, &Outcome::Snooze(Duration::ZERO), None).await
            }
        }
    }

    /// Runs it on a task of its own, so that it can be stopped from here, and its panic stays there.
    async fn see_through(
        &self,
        kind: &'static Kind,
        job: &Claimed,
        mut handing_back: watch::Receiver<bool>,
    ) -> End {
        let mut task = JoinSet::new();
        let (context, claimed) = (self.context.clone(), job.clone());
        task.spawn(async move { kind.run(&context, &claimed).await }.in_current_span());
        let early = tokio::select! {
            biased;
            joined = task.join_next() => return joined.map_or(End::Lost, ended),
            () = self.lose(job) => End::Lost,
            _ = handing_back.wait_for(|over| *over) => End::OutOfTime,
        };
        task.abort_all();
        // It may have ended just before; a stopped one has rolled back by the time it is joined.
        match task.join_next().await {
            Some(Err(stopped)) if stopped.is_cancelled() => early,
            joined => joined.map_or(early, ended),
        }
    }

    /// Renews the lease until it is lost.
    async fn lose(&self, job: &Claimed) {
        loop {
            sleep(self.options.heartbeat).await;
            match self.context.app.heartbeat(job).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(?error, "could not renew the lease; trying again"),
            }
        }
    }

    async fn failed(&self, job: &Claimed, error: &Error) -> &'static str {
        let limited = error.kind() == ErrorKind::Limited;
        let after = error.retry_after().filter(|_| limited);
        let after = after.unwrap_or_else(|| job.backoff());
        tracing::error!(?error, retry_after_seconds = after.as_secs(), "failed");
        let cause = format!("{error:?}");
        match self.finish(job, &Outcome::Retry(after), Some(&cause)).await {
            LOST => LOST,
            _ => "failed",
        }
    }

    async fn finish(&self, job: &Claimed, outcome: &Outcome, error: Option<&str>) -> &'static str {
        match self.context.app.finish(job, outcome, error).await {
            Ok(true) => match outcome {
                Outcome::Done | Outcome::Ended => "done",
                Outcome::Retry(_) => "retried",
                Outcome::Snooze(_) => "snoozed",
            },
            Ok(false) => {
                tracing::warn!(?outcome, "too late: another worker has taken this job");
                LOST
            }
            // Its lease runs out, and it runs again: it is safe to run twice.
            Err(error) => {
                tracing::error!(?error, "could not say how it ended");
                LOST
            }
        }
    }
}

fn ended(joined: Result<Result<Outcome>, JoinError>) -> End {
    match joined {
        Ok(result) => End::Ran(result),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => End::Panicked(format!("it panicked: {}", words(&*panic))),
            Err(error) => End::Panicked(error.to_string()),
        },
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}
