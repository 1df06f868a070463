//! Times how a helpdesk's pages become tickets: from the first request to the commit of the last page, and apart from it the facts and
//! rollups that follow. `backfill.py` serves the pages and runs this beside its peers.

// An import is a deep nest of futures, and their layouts are computed in one go when optimising.
#![recursion_limit = "256"]

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use benches::pages::Pages;
use benches::{copy, cpu_seconds, open, option, peak_memory, tenant};
use domain::connections::{self, ConnectionId, Credentials, NewConnection, Vendor};
use domain::kernel::jobs::Outcome;
use domain::kernel::{App, Caller, TenantId};
use domain::kpis::{self, DRAIN_UNIT};
use workers::connectors;
use workers::egress::Egress;
use workers::{Budgets, Bus, Context};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a backfill leaves behind, before its facts.
const TABLES: &[&str] = &[
    "tickets",
    "ticket_histories",
    "dirty_tickets",
    "people",
    "customers",
    "queues",
    "external_identities",
];

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let pages = option("--pages").context("--pages http://host:port")?;
    let url = option("--database-url");
    let folder = tempfile::tempdir()?;
    let app = open(url.as_deref(), folder.path()).await?;
    let caller = tenant(&app).await?;
    let place = pages.strip_prefix("http://").context("pages are served over http")?;
    let egress = Egress::new(vec![place.parse()?])?;
    let context = Context { app: app.clone(), egress, budgets: Budgets::new(Bus::local()) };
    let connection = connect(&app, &caller, pages).await?;
    let start = Instant::now();
    read(&context, connection).await?;
    let whole = start.elapsed().as_secs_f64();
    let (cpu, memory) = (cpu_seconds(), peak_memory());
    let copied = match &url {
        Some(url) => format!(",\"copy_seconds\":{:.2}", copy(url, caller.tenant, TABLES).await?),
        None => String::new(),
    };
    let start = Instant::now();
    while app.write_retrying(&caller, async |scope| kpis::drain(scope, DRAIN_UNIT).await).await? > 0
    {
    }
    let facts = start.elapsed().as_secs_f64();
    println!(
        "{{\"seconds\":{whole:.2},\"cpu\":{cpu:.2},\"rss_mib\":{memory:.0},\"facts_seconds\":{facts:.2}{copied}}}"
    );
    Ok(())
}

async fn connect(app: &App, caller: &Caller, base_url: String) -> Result<ConnectionId> {
    let new = NewConnection {
        name: "Pages".to_owned(),
        vendor: Vendor::Zendesk,
        base_url,
        credentials: Credentials::new([("email", "desk@example.com"), ("api_token", "pages")]),
        cadence_seconds: None,
        sync_from: None,
        field_mapping: None,
    };
    Ok(app.write(caller, async |scope| connections::create(scope, new).await).await?.id)
}

/// Takes turns until the run has ended.
async fn read(context: &Context, connection: ConnectionId) -> Result<()> {
    let job = context.app.claim(TenantId::NONE, &["connections.sync"]).await?;
    let mut job = job.context("a new connection is read")?;
    loop {
        let outcome = connectors::take_turn(context, &job, connection, |_| &Pages).await?;
        ensure!(!matches!(outcome, Outcome::Retry(_)), "a page failed");
        context.app.finish(&job, &outcome, None).await?;
        if outcome == Outcome::Done {
            return Ok(());
        }
        let again = context.app.claim(TenantId::NONE, &["connections.sync"]).await?;
        job = again.context("a turn goes on")?;
    }
}
