//! From sorted tickets to the database: unit after unit, the next one prepared while the database writes this one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::DbBackend;
use tokio::sync::mpsc;

use super::super::source::{self, References, Unit};
use super::super::{Follow, ImportReport};
use super::intake::{IntakeError, SortedTickets};
use super::mapping::Mapping;
use crate::connections;
use crate::kernel::{App, Caller, Error, OrInternal, Permission, Result};
use crate::tickets;

/// How many rows a unit has. SQLite has one writer, whom others should not wait for longer than 50 ms: there the units grow and shrink
/// with the machine.
const LEAST_ROWS: u64 = 100;
const MOST_ROWS: u64 = 2_000;
const UNIT_ON_SQLITE: Duration = Duration::from_millis(35);

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows written, or found to be there already.
    pub rows: u64,
    /// Tickets they belong to.
    pub tickets: u64,
    /// Tickets that are not as they were before.
    pub changed: u64,
}

/// The mapping to read a file with: the stored one of this name, or the canonical columns. Refuses who may not import before a file is read.
///
/// # Errors
/// `forbidden` without `tickets.write`; `not_found` for a name nobody has stored.
pub async fn mapping_of(app: &App, caller: &Caller, name: Option<&str>) -> Result<Mapping> {
    app.read(caller, async |scope| {
        scope.require(Permission::TicketsWrite)?;
        let Some(name) = name else {
            return Ok(Mapping::default());
        };
        let stored = tickets::mapping(scope, name).await?;
        Ok(Mapping::parse(&stored.text).map_err(IntakeError::from)?)
    })
    .await
}

/// Writes the tickets of a file to the connection named `source`. What `follow` does is part of each unit's transaction.
///
/// An import that was cut off is finished by running it again: what is there already changes nothing.
///
/// # Errors
/// `forbidden` without `tickets.write`; those of the database and of temporary files.
pub async fn write(
    app: &App,
    caller: &Caller,
    source: &str,
    tickets: SortedTickets,
    follow: Follow,
    mut progress: impl FnMut(Progress),
) -> Result<ImportReport> {
    let connection =
        app.write_retrying(caller, async |scope| connections::named(scope, source).await).await?;
    let is_sqlite = app.database().backend() == DbBackend::Sqlite;
    let limit = Arc::new(AtomicU64::new(source::rows_at_once(app.database())));
    let (sender, mut units) = mpsc::channel(1);
    let reading = tokio::task::spawn_blocking({
        let limit = Arc::clone(&limit);
        move || read_units(tickets, &limit, &sender)
    });
    let mut known = References::default();
    let mut done = Progress::default();
    while let Some(unit) = units.recv().await {
        let begun = Instant::now();
        let written = app
            .write_retrying(caller, async |scope| {
                source::write(scope, connection, &known, &unit, follow).await
            })
            .await?;
        if is_sqlite {
            limit.store(fitting(unit.rows(), begun.elapsed()), Ordering::Relaxed);
        }
        known.remember(written.references);
        done.rows += unit.rows();
        done.tickets += unit.tickets();
        done.changed += written.changed;
        progress(done);
    }
    report(done, reading.await.or_internal()??)
}

/// Reads everything and writes nothing: tells what would be rejected.
///
/// # Errors
/// Those of temporary files.
pub fn dry_run(mut tickets: SortedTickets) -> Result<ImportReport> {
    let mut done = Progress::default();
    while let Some(ticket) = tickets.next_ticket()? {
        done.rows += ticket.rows;
        done.tickets += 1;
    }
    report(done, tickets)
}

fn report(done: Progress, tickets: SortedTickets) -> Result<ImportReport> {
    let (rejected, rejects) = tickets.into_rejects()?;
    Ok(ImportReport {
        accepted: done.rows,
        changed: done.changed,
        rejected,
        tickets: done.tickets,
        events: done.rows,
        rejects,
    })
}

/// How many rows would have taken just long enough, going half the way there: one slow commit is no slow machine.
fn fitting(rows: u64, took: Duration) -> u64 {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    let target = u64::try_from(UNIT_ON_SQLITE.as_micros()).unwrap_or(u64::MAX);
    (rows / 2 + rows.saturating_mul(target) / micros / 2).clamp(LEAST_ROWS, MOST_ROWS)
}

/// On a thread of its own. Ends early when nobody takes the units any more.
fn read_units(
    mut tickets: SortedTickets,
    limit: &AtomicU64,
    sender: &mpsc::Sender<Unit>,
) -> Result<SortedTickets> {
    let mut unit = Unit::default();
    while let Some(ticket) = tickets.next_ticket()? {
        unit.add(ticket);
        if unit.rows() >= limit.load(Ordering::Relaxed)
            && sender.blocking_send(std::mem::take(&mut unit)).is_err()
        {
            return Ok(tickets);
        }
    }
    if unit.rows() > 0 {
        // Nobody listens only when the import has failed already.
        let _ = sender.blocking_send(unit);
    }
    Ok(tickets)
}

impl From<IntakeError> for Error {
    #[track_caller]
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Mapping(error) => Self::invalid("/mapping", "mapping", error.to_string()),
            IntakeError::Io(error) => Self::storage(error),
            IntakeError::Record(error) => Self::internal(error),
        }
    }
}
