//! Times an import, from the first byte of the file to the last rollup; on PostgreSQL beside a `COPY` of the same rows.

// An import is a deep nest of futures, and their layouts are computed in one go when optimising.
#![recursion_limit = "256"]

use std::fs::File;
use std::io::BufWriter;
use std::time::Instant;

use anyhow::Result;
use benches::desk::Desk;
use benches::{copy, import, open, option, peak_memory, tenant};
use chrono::{TimeDelta, Utc};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What an import leaves behind.
const TABLES: &[&str] = &[
    "tickets",
    "ticket_histories",
    "ticket_facts",
    "rollups",
    "people",
    "customers",
    "queues",
    "external_identities",
];

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let url = option("--database-url");
    let events = option("--events").map_or(Ok(200_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("events.csv");
    let desk = Desk {
        events,
        agents: 200,
        from: chrono::DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(19_723),
        days: 365,
    };
    desk.write(BufWriter::new(File::create(&file)?))?;
    let app = open(url.as_deref(), folder.path()).await?;
    let caller = tenant(&app).await?;
    let start = Instant::now();
    let (report, times) = import(&app, &caller, &file).await?;
    let whole = start.elapsed().as_secs_f64();
    let rate = events as f64 / whole;
    println!(
        "{} events, {} tickets: {whole:.2} s, {rate:.0} events/s",
        report.events, report.tickets
    );
    println!(
        "  read and sort {:.2} s, write {:.2} s, rollups {:.2} s; peak memory {:.0} MB",
        times.read,
        times.write,
        times.drain,
        peak_memory()
    );
    let start = Instant::now();
    let (again, _) = import(&app, &caller, &file).await?;
    println!(
        "  the same file again: {:.2} s, {} changed",
        start.elapsed().as_secs_f64(),
        again.changed
    );
    if let Some(url) = url {
        let copied = copy(&url, caller.tenant, TABLES).await?;
        println!(
            "  a keyed COPY of the same rows: {copied:.2} s; the import is at {:.0} % of its speed",
            copied / whole * 100.0
        );
    }
    Ok(())
}
