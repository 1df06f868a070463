//! Figures, as Prometheus reads them. Labels are few and bounded: no tenant, no id, nothing that somebody wrote.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::kernel::App;
use domain::kernel::jobs::Queued;
use metrics::{Unit, describe_gauge, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use workers::Bus;

use crate::output::{Failure, Result};

const BUILD: &str = "plumbline_build_info";
const CONNECTIONS: &str = "plumbline_database_connections";
const DATABASE: &str = "plumbline_database_up";
const REDIS: &str = "plumbline_redis_up";
const JOBS: &str = "plumbline_jobs";
const OVERDUE: &str = "plumbline_jobs_overdue_seconds";

/// Seconds; the targets of the product (10 ms for a KPI, 2 s for a refusal) are edges.
const BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
/// How often samples that nobody has read are put into their buckets.
const UPKEEP: Duration = Duration::from_secs(5);

/// The process's figures.
#[derive(Clone)]
pub(crate) struct Metrics {
    recorder: PrometheusHandle,
    process: Collector,
    /// Which sorts of jobs there have been, so that one that is gone becomes 0.
    told: Arc<Mutex<BTreeSet<(String, String)>>>,
}

impl Metrics {
    /// Begins to count. Once a process.
    pub(crate) fn begin() -> Result<Self> {
        let durations = Matcher::Suffix("_duration_seconds".to_owned());
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(durations, BUCKETS)
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(|error| {
                Failure::new("internal", format!("nothing can be counted: {error}"))
            })?;
        let process = Collector::default();
        process.describe();
        api::describe_metrics();
        workers::describe_metrics();
        describe_gauge!(BUILD, "1, with the version that runs.");
        describe_gauge!(DATABASE, "Whether the database answers.");
        describe_gauge!(REDIS, "Whether Redis answers, where one is configured.");
        describe_gauge!(CONNECTIONS, "Open connections to the database, by state (busy, idle).");
        describe_gauge!(JOBS, "Jobs in the queue, by kind and state (ready, running, dead).");
        describe_gauge!(OVERDUE, Unit::Seconds, "How long the oldest job that is due has waited.");
        gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1);
        Ok(Self { recorder, process, told: Arc::default() })
    }

    /// Keeps the samples small for as long as nobody reads them.
    pub(crate) async fn keep_small(self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.recorder.run_upkeep();
        }
    }

    /// All figures, with those that are looked up now.
    pub(crate) async fn text(&self, app: &App, bus: &Bus) -> String {
        let (queue, redis) = tokio::join!(app.queue(), bus.answers());
        gauge!(DATABASE).set(f64::from(u8::from(queue.is_ok())));
        // What the last look found is kept while the database is away.
        if let Ok(queue) = queue {
            self.tell_of(app, &queue);
        }
        if let Some(up) = redis {
            gauge!(REDIS).set(f64::from(u8::from(up)));
        }
        let (open, idle) = app.database().connections();
        gauge!(CONNECTIONS, "state" => "idle").set(f64::from(idle));
        gauge!(CONNECTIONS, "state" => "busy").set(f64::from(open - idle));
        self.process.collect();
        self.recorder.render()
    }
    fn tell_of(&self, app: &App, queue: &[Queued]) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now: BTreeSet<_> = queue.iter().map(|it| (it.kind.clone(), it.state.clone())).collect();
        for (kind, state) in told.difference(&now) {
            gauge!(JOBS, "kind" => kind.clone(), "state" => state.clone()).set(0);
        }
        for it in queue {
            let count = it.count as f64;
            gauge!(JOBS, "kind" => it.kind.clone(), "state" => it.state.clone()).set(count);
        }
        let waiting = queue.iter().filter(|it| it.state == "ready").map(|it| it.first_due).min();
        let overdue = waiting.map_or(0, |due| (app.clock().now() - due).num_seconds().max(0));
        gauge!(OVERDUE).set(overdue as f64);
        told.extend(now);
    }
}
