//! `plumbline demo`: a tenant that does not exist, with a year behind it in a helpdesk that does not exist either: it is synced, and goes on.
//!
//! What is made is in the data folder, like everything else; a file beside it says which desk it is, so that a second start goes on with
//! the same one, also where the first was cut off.

mod build;
mod helpdesk;
mod show;
mod state;

use api::Api;
use chrono::{Days, TimeDelta};
use domain::tenants::PublicUrls;
use workers::Bus;
use workers::egress::NoHostPort;

use super::serve::{Process, cannot_serve};
use crate::config::DemoArgs;
use crate::data;
use crate::ops;
use crate::output::{Failure, Result};
use state::State;

/// How long a token of the demo lives: until somebody comes back to it.
const TOKENS_LIVE: TimeDelta = TimeDelta::days(30);
const THREADS: usize = 2;
const JOBS: u16 = 4;

pub(crate) async fn demo(args: DemoArgs) -> Result<()> {
    // Before the work: a port that is taken is said at once.
    let listener = ops::bind(args.listen, "--listen")?;
    let address = listener.local_addr().map_err(cannot_serve)?;
    let mut state = State::of(&args.data_dir, args.fresh)?;
    state.keep(&args.data_dir)?;
    let model = state.model()?;
    let app = data::open_folder(&args.data_dir).await?;
    let built = build::build(&app, &model).await?;
    let caller = built.caller.clone();
    let helpdesk = helpdesk::serve(model, state.live_per_second()).await?;
    let id = helpdesk::connect(&app, &caller, &helpdesk, address).await?;
    let urls = PublicUrls::new(&format!("http://{address}"), &[]).with_tokens_for(TOKENS_LIVE);
    let words = show::words(&app, &urls, &state, built).await?;
    let mut process = Process::over(app, Bus::local())?;
    let api = Api::new(process.app.clone(), urls);
    process.start_api(listener, api, THREADS)?;
    let allowed = helpdesk.address().to_string().parse();
    process.start_worker(
        JOBS,
        vec![allowed.map_err(|error: NoHostPort| Failure::new("internal", error.to_string()))?],
    )?;
    if !state.is_built() {
        helpdesk::backfill(&process.app, &caller, id, helpdesk.desk().count()).await?;
        let from = state.year().0 - Days::new(1);
        process.app.write(&caller, async |scope| build::link_queues(scope, from).await).await?;
        state.finish(&args.data_dir)?;
    }
    process.run(args.ops_listen, || show::print(&words)).await
}
