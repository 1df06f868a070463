//! What is told of a job: a span, a line, and figures by kind and outcome.

use std::time::Instant;

use domain::kernel::jobs::Claimed;
use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use tracing::{Span, field, info_span};

const RUNS: &str = "plumbline_job_runs_total";
const DURATION: &str = "plumbline_job_duration_seconds";
const RUNNING: &str = "plumbline_jobs_running";

/// Says what the figures of the workers are.
pub(crate) fn describe_metrics() {
    describe_counter!(
        RUNS,
        "Runs of jobs, by kind and outcome (done, retried, snoozed, failed, lost)."
    );
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "From the claim of a job to its outcome, by kind."
    );
    describe_gauge!(RUNNING, "Jobs that run in this process.");
}

/// A job under way.
pub(super) struct Observed {
    span: Span,
    kind: String,
    began: Instant,
    outcome: &'static str,
}

impl Observed {
    pub(super) fn begin(job: &Claimed) -> Self {
        let span = info_span!(
            "job",
            otel.name = job.kind,
            otel.kind = "consumer",
            otel.status_code = field::Empty,
            job = %job.id,
            kind = job.kind,
            attempt = job.attempt,
            tenant = %job.tenant,
            request_id = job.request_id,
            outcome = field::Empty,
        );
        if let Some(trace) = &job.trace_parent {
            trace.continue_in(&span);
        }
        gauge!(RUNNING).increment(1);
        Self { span, kind: job.kind.clone(), began: Instant::now(), outcome: "lost" }
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    pub(super) fn ended(mut self, outcome: &'static str) {
        self.outcome = outcome;
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let Self { span, kind, began, outcome } = self;
        let duration = began.elapsed();
        gauge!(RUNNING).decrement(1);
        counter!(RUNS, "kind" => kind.clone(), "outcome" => *outcome).increment(1);
        histogram!(DURATION, "kind" => kind.clone()).record(duration);
        span.record("outcome", *outcome);
        if *outcome == "failed" {
            span.record("otel.status_code", "ERROR");
        }
        let duration_ms = duration.as_micros() as f64 / 1_000.0;
        span.in_scope(|| tracing::debug!(duration_ms, "ended"));
    }
}
