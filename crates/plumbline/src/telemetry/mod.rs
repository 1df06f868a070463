//! What the process tells its operator: logs, traces and figures.

mod logs;
mod metrics;
mod traces;

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Cli;
use crate::output::{Failure, Result};

pub(crate) use metrics::Metrics;

/// Kept until the process ends: what is on its way to the collector is sent then.
pub(crate) struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Begins to log, and to send traces where a collector is given. Before any runtime: the exporter has one of its own.
    pub(crate) fn begin(cli: &Cli) -> Result<Self> {
        let traces = cli.command.otlp_endpoint().map(traces::provider).transpose()?;
        let subscriber = tracing_subscriber::registry()
            .with(logs::layer(cli)?)
            .with(traces.as_ref().map(traces::layer));
        subscriber.try_init().map_err(|error| Failure::new("internal", error.to_string()))?;
        Ok(Self { traces })
    }

    pub(crate) fn finish(self) {
        if let Some(Err(error)) = self.traces.map(|traces| traces.shutdown()) {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}
