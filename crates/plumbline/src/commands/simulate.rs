//! `plumbline simulate`: a made-up helpdesk behind a vendor's API, for whoever wants to try a connector.

use std::collections::BTreeMap;

use chrono::Days;
use domain::kernel::Clock;
use serde::Serialize;
use simulators::live::{self, LiveDesk};
use simulators::model::{Model, Settings};
use simulators::{Options, Simulator};

use super::serve::{Signals, cannot_serve};
use crate::config::{RateLimit, SimulateArgs};
use crate::ops;
use crate::output::{Failure, Result, result};

/// What it says of itself.
#[derive(Serialize)]
struct Simulated<'s> {
    base_url: &'s str,
    credentials: BTreeMap<&'static str, String>,
}

pub(crate) async fn simulate(args: SimulateArgs) -> Result<()> {
    // Before the work: a port that is taken is said at once.
    let listener = ops::bind(args.listen, "--listen")?;
    let mut signals = Signals::new().map_err(cannot_serve)?;
    let (options, as_json) = (options(&args), args.json);
    let begin = tokio::task::spawn_blocking(move || {
        let clock = live::Clock::System { skew: args.faults.skew };
        let desk = LiveDesk::new(model(&args)?, clock);
        Simulator::start(args.vendor, listener, desk, &options).map_err(cannot_serve)
    });
    let simulator = tokio::select! {
        begun = begin => begun.map_err(|error| Failure::new("internal", error.to_string()))??,
        () = signals.next() => return Ok(()),
    };
    let credentials = simulator.credentials().into_iter().collect();
    let simulated = Simulated { base_url: simulator.base_url(), credentials };
    let mut words =
        format!("{} is simulated at {}.\n", simulator.kind().name(), simulated.base_url);
    for (name, text) in &simulated.credentials {
        words.push_str(&format!("  {name}: {text}\n"));
    }
    words.push_str(&format!("\n{}", simulator.example()));
    result(as_json, &simulated, &words)?;
    signals.next().await;
    Ok(())
}

const fn options(args: &SimulateArgs) -> Options {
    let unlimited = matches!(args.rate_limit, RateLimit::Off);
    Options { live_per_second: args.live_per_second, unlimited, faults: args.faults }
}

/// A desk whose year ended when today began.
fn model(args: &SimulateArgs) -> Result<Model> {
    let SimulateArgs { seed, agents, tickets, .. } = *args;
    let settings = Settings { seed, agents, tickets, ..Settings::default() };
    let from = Clock::System.now().date_naive() - Days::new(settings.days.into());
    Model::new(Settings { from, ..settings }).map_err(|error| Failure::usage(error.to_string()))
}
