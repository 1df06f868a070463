//! Logs go to stderr: for people on a terminal, one JSON object a line otherwise. Results go to stdout.

use std::io::{IsTerminal, stderr};

use tracing::Subscriber;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{Cli, Command};
use crate::output::{Failure, Result};

/// What libraries tell of what somebody wrote into an address, and is in no log, whoever asks for however much.
const UNTOLD: &str = "actix_web::types=info";

pub(super) fn layer<S>(cli: &Cli) -> Result<Box<dyn Layer<S> + Send + Sync>>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let filter = cli.log.as_deref().unwrap_or_else(|| default_filter(&cli.command));
    let filter = EnvFilter::try_new(format!("{filter},{UNTOLD}"))
        .map_err(|error| Failure::usage(format!("the log filter cannot be read: {error}")))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    Ok(if stderr().is_terminal() {
        lines.with_filter(filter).boxed()
    } else {
        // The span says which request or job a line is about.
        let lines = lines.json().flatten_event(true).with_current_span(true).with_span_list(false);
        lines.with_filter(filter).boxed()
    })
}

/// A demo's terminal is for what it prints; whoever runs a server wants to see requests.
fn default_filter(command: &Command) -> &'static str {
    match command {
        Command::Demo(_) => "warn",
        command if command.serves() => "warn,plumbline=info,api=info,domain=info,workers=info",
        _ => "error",
    }
}
