//! What the benchmarks share: a database, a tenant, and a made-up help desk.

// An import is a deep nest of futures, and their layouts are computed in one go when optimising.
#![recursion_limit = "256"]

pub mod desk;
pub mod pages;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use domain::kernel::{App, Caller, Clock, Database, Ids, MasterKey, TenantId};
use domain::kpis::{self, DRAIN_UNIT};
use domain::tenants::{self, NewTenant, WeekStart};
use domain::tickets::ImportReport;
use domain::tickets::import::{Intake, IntakeOptions, Mapping, Rejects, write};
use futures_util::TryStreamExt;
use migrations::schema::Schema;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// Opens a database with the newest schema: the one at `url`, or a file in `folder`.
///
/// # Errors
/// Those of the database.
pub async fn open(url: Option<&str>, folder: &Path) -> Result<App> {
    let file = folder.join("plumbline.db");
    let schema = match url {
        Some(url) => Schema::of_server(url).await?,
        None => {
            File::create(&file)?;
            Schema::of_file(&file).await?
        }
    };
    schema.upgrade().await?;
    schema.close().await?;
    let database = match url {
        Some(url) => Database::postgres(url, 4).await?,
        None => Database::sqlite(&file, 2).await?,
    };
    Ok(domain::app(database, Clock::System, Ids::random(), MasterKey::new([7; 32])))
}

/// Makes a tenant in UTC.
///
/// # Errors
/// Those of the database.
pub async fn tenant(app: &App) -> Result<Caller> {
    let caller = Caller::system(app.new_id::<TenantId>());
    let new = NewTenant {
        slug: "bench".to_owned(),
        name: "Bench".to_owned(),
        time_zone: "UTC".to_owned(),
        week_start: WeekStart::Monday,
    };
    app.write(&caller, async |scope| tenants::create(scope, new).await).await?;
    Ok(caller)
}

/// How long each part of an import took, in seconds.
pub struct Times {
    /// Reading and sorting the file.
    pub read: f64,
    /// Writing tickets, events and facts.
    pub write: f64,
    /// Adding up rollups.
    pub drain: f64,
}

/// Imports a file to the last rollup.
///
/// # Errors
/// Those of the file and of the database.
pub async fn import(app: &App, caller: &Caller, file: &Path) -> Result<(ImportReport, Times)> {
    let start = Instant::now();
    let folder = file.parent().context("a file lies in a folder")?.to_owned();
    let reader = File::open(file)?;
    let options = IntakeOptions { temp_dir: folder, rejects: Rejects::default() };
    let mut intake = Intake::new(Arc::new(Mapping::default()), options);
    let sorted = tokio::task::spawn_blocking(move || {
        intake.feed_all(reader)?;
        intake.finish()
    });
    let sorted = sorted.await??;
    let read = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let report = write(app, caller, "desk", sorted, kpis::follow, |_| ()).await?;
    let written = start.elapsed().as_secs_f64();
    let start = Instant::now();
    while app.write_retrying(caller, async |scope| kpis::drain(scope, DRAIN_UNIT).await).await? > 0
    {
    }
    Ok((report, Times { read, write: written, drain: start.elapsed().as_secs_f64() }))
}

/// The most memory this process has held, in megabytes.
#[must_use]
pub fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// How much of the processors' time this process has taken, in seconds.
#[must_use]
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// The value of an option like `--events`.
#[must_use]
pub fn option(name: &str) -> Option<String> {
    let mut given = std::env::args().skip_while(|argument| argument != name);
    given.next()?;
    given.next()
}

/// Writes every row of some tables out, and times reading them into tables with the same keys and indexes: what PostgreSQL itself takes.
///
/// # Errors
/// Those of the database.
pub async fn copy(url: &str, tenant: TenantId, tables: &[&str]) -> Result<f64> {
    let mut owner = PgConnection::connect(url).await?;
    let mut reader = PgConnection::connect(url).await?;
    let tenant = format!("SELECT set_config('app.tenant', '{}', false)", tenant.0);
    reader.execute("SET ROLE plumbline_runtime").await?;
    reader.execute(AssertSqlSafe(tenant)).await?;
    let (mut seconds, mut bytes) = (0.0, 0);
    for table in tables {
        let mut rows = Vec::new();
        {
            let mut out =
                reader.copy_out_raw(&format!("COPY {table} TO STDOUT (FORMAT binary)")).await?;
            while let Some(chunk) = out.try_next().await? {
                rows.extend_from_slice(&chunk);
            }
        }
        owner
            .execute(AssertSqlSafe(format!(
                "CREATE TABLE copy_of_{table} (LIKE {table} INCLUDING ALL)"
            )))
            .await?;
        bytes += rows.len();
        let start = Instant::now();
        let mut copy =
            owner.copy_in_raw(&format!("COPY copy_of_{table} FROM STDIN (FORMAT binary)")).await?;
        for chunk in rows.chunks(1 << 20) {
            copy.send(chunk).await?;
        }
        copy.finish().await?;
        seconds += start.elapsed().as_secs_f64();
        owner.execute(AssertSqlSafe(format!("DROP TABLE copy_of_{table}"))).await?;
    }
    ensure!(bytes > 1_000, "there were no rows to copy");
    Ok(seconds)
}
