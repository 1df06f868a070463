//! Traces go to an OpenTelemetry collector, over HTTP.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use reqwest::blocking::Client;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use crate::output::{Failure, Result};

/// How long a batch of spans may take to be sent: the standard's own default.
const TO_SEND: Duration = Duration::from_secs(10);

/// The standard's own variables (`OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES`, …) are read by the library.
pub(super) fn provider(endpoint: &str) -> Result<SdkTracerProvider> {
    let address = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let cannot =
        |error: &dyn Error| Failure::usage(format!("traces cannot be sent to {endpoint}: {error}"));
    let client = client().map_err(|error| cannot(&*error))?;
    let exporter = SpanExporter::builder().with_http().with_http_client(client);
    let exporter = exporter.with_endpoint(address).build().map_err(|error| cannot(&error))?;
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_service_name("plumbline").with_attribute(version);
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource.build())
        .build())
}

/// A collector is the operator's own and called without TLS. The exporter's own client would set TLS up all the same, with a provider that
/// nobody chose and with certificates that an image of one file does not have.
fn client() -> Result<Client, Box<dyn Error>> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let tls = tls.with_safe_default_protocol_versions()?;
    let tls = tls.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    Ok(Client::builder().tls_backend_preconfigured(tls).timeout(TO_SEND).build()?)
}

/// Of our own spans only: whoever filters the log does not filter the traces.
pub(super) fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let ours = ["api", "domain", "plumbline", "workers"].map(|target| (target, Level::INFO));
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("plumbline"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(Targets::new().with_targets(ours))
}
