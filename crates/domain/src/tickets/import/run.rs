//! From sorted tickets to the database: unit after unit, the next one prepared while the database writes this one.

use sea_orm::DbBackend;
use tokio::sync::mpsc;

use super::super::{Follow, ImportReport};
use super::intake::{IntakeError, SortedTickets};
use super::mapping::Mapping;
use super::references::References;
use super::unit::{self, Unit};
use crate::connections;
use crate::kernel::{App, Caller, Error, Permission, Result};
use crate::tickets;

/// How many rows a unit has: on SQLite as many as take 50 ms at most, because readers of the same folder wait for no longer.
const ROWS_ON_SQLITE: u64 = 500;
const ROWS_ON_POSTGRES: u64 = 5_000;

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
    let limit = if app.database().backend() == DbBackend::Postgres {
        ROWS_ON_POSTGRES
    } else {
        ROWS_ON_SQLITE
    };
    let (sender, mut units) = mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || read_units(tickets, limit, &sender));
    let mut known = References::default();
    let mut done = Progress::default();
    while let Some(unit) = units.recv().await {
        let written = app
            .write_retrying(caller, async |scope| {
                unit::write(scope, connection, &known, &unit, follow).await
            })
            .await?;
        known.remember(written.references);
        done.rows += unit.rows;
        done.tickets += unit.tickets.len() as u64;
        done.changed += written.changed;
        progress(done);
    }
    report(done, reading.await.map_err(Error::internal)??)
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

/// On a thread of its own. Ends early when nobody takes the units any more.
fn read_units(
    mut tickets: SortedTickets,
    limit: u64,
    sender: &mpsc::Sender<Unit>,
) -> Result<SortedTickets> {
    let mut unit = Unit::default();
    while let Some(ticket) = tickets.next_ticket()? {
        unit.add(ticket);
        if unit.rows >= limit && sender.blocking_send(std::mem::take(&mut unit)).is_err() {
            return Ok(tickets);
        }
    }
    if unit.rows > 0 {
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
            IntakeError::Io(error) => Self::unavailable(error),
            IntakeError::Record(error) => Self::internal(error),
        }
    }
}
