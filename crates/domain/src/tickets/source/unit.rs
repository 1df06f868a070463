//! Some tickets of a source, in one transaction.

use std::collections::HashMap;

use sea_orm::DbBackend;
use serde_json::json;
use tokio::try_join;
use uuid::Uuid;

use super::super::entity::ticket;
use super::super::histories::events_of;
use super::super::{Follow, TicketChange};
use super::merge::{Change, Place, Stored, merge};
use super::organisations;
use super::ratings;
use super::references::{Known, Names, References};
use super::targets::{self, SourceTarget};
use super::ticket::SourceTicket;
use super::types::{SourceAgent, SourceOrganisation, SourceQueue, SourceRating};
use crate::connections::ConnectionId;
use crate::kernel::bulk::{Cells, Insert, Keys, Lookup};
use crate::kernel::{Database, Error, Event, Result, Scope};

const ON_KNOWN_TICKET: &str = "ON CONFLICT (tenant_id, id) DO UPDATE SET channel = excluded.channel, customer_id = excluded.customer_id, \
        initiated_by = excluded.initiated_by, is_test = excluded.is_test, status = excluded.status, priority = excluded.priority, \
        queue_id = excluded.queue_id, assignee_id = excluded.assignee_id, tags = excluded.tags, created_at = excluded.created_at, \
        first_solved_at = excluded.first_solved_at, last_solved_at = excluded.last_solved_at, deleted_at = excluded.deleted_at, \
        spam_at = excluded.spam_at, merged_at = excluded.merged_at, merged_into = excluded.merged_into, \
        source_version = excluded.source_version, \
        source_first_response_seconds = excluded.source_first_response_seconds, \
        source_full_resolution_seconds = excluded.source_full_resolution_seconds, source_reopens = excluded.source_reopens, updated_at = excluded.updated_at, version = excluded.version";

const ON_KNOWN_HISTORY: &str =
    "ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET events = excluded.events";

/// How many rows a unit has. SQLite has one writer, whom others should not wait for long.
#[must_use]
pub fn rows_at_once(database: &Database) -> u64 {
    if database.backend() == DbBackend::Sqlite { 500 } else { 5_000 }
}

/// Some tickets of a source, and whom they name.
#[derive(Default)]
pub struct Unit {
    tickets: Vec<SourceTicket>,
    names: Names,
    ratings: Vec<SourceRating>,
    organisations: Vec<SourceOrganisation>,
    targets: Vec<SourceTarget>,
    rows: u64,
}

impl Unit {
    /// Takes a ticket in. One unit has a ticket once.
    pub fn add(&mut self, ticket: SourceTicket) {
        self.names.note(&ticket);
        self.rows += ticket.rows;
        self.tickets.push(ticket);
    }

    /// Somebody who is to be there whether a ticket names them or not.
    pub fn agent(&mut self, agent: &SourceAgent) {
        self.names.note_agent(agent);
    }

    /// A queue that is to be there, under this name.
    pub fn queue(&mut self, queue: SourceQueue) {
        self.names.note_queue(queue);
    }

    /// An organisation that is to be called this with each of its customers.
    pub fn organisation(&mut self, organisation: SourceOrganisation) {
        self.organisations.push(organisation);
    }

    /// Takes a rating in. One unit has a rating once.
    pub fn rating(&mut self, rating: SourceRating) {
        self.rows += 1;
        self.ratings.push(rating);
    }

    /// Takes a target in. One unit has a target once.
    pub fn target(&mut self, target: SourceTarget) {
        self.rows += 1;
        self.targets.push(target);
    }

    /// How many rows of the source it is made of.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// How many tickets it has.
    #[must_use]
    pub fn tickets(&self) -> u64 {
        self.tickets.len() as u64
    }
}

/// What came of a unit.
pub struct Written {
    /// How many tickets, ratings, targets and customers' organisations are not as they were.
    pub changed: u64,
    /// Whom it found or made, besides those that were known.
    pub references: References,
}

/// Writes a unit: idempotent, and safe to run again from the start. What `follow` does is part of the transaction. It checks no permission.
///
/// # Errors
/// Transient where another writes the same tickets at the same moment; those of the database.
pub async fn write(
    scope: &Scope,
    connection: ConnectionId,
    known: &References,
    unit: &Unit,
    follow: Follow,
) -> Result<Written> {
    let (references, customers) = known.resolve(scope, connection, &unit.names).await?;
    let known = Known { remembered: known, found: &references };
    let mut stored = stored(scope, connection, &unit.tickets).await?;
    let place = Place { tenant: scope.tenant(), connection, now: scope.now() };
    let merged = async {
        let merge = |source: &SourceTicket| {
            let stored = stored.remove(&source.external_id);
            merge(place, source, stored, known, || scope.new_id()).transpose()
        };
        unit.tickets.iter().filter_map(merge).collect::<Result<Vec<_>>>()
    };
    let (_, mut changes) = try_join!(customers.run_unless_taken(scope), merged)?;
    let rated = ratings::write(scope, connection, &unit.ratings).await?;
    let renamed = organisations::rename(scope, connection, &unit.organisations).await?;
    let promised = targets::write(scope, connection, &unit.targets).await?;
    let changed = changes.len() as u64;
    if changed > 0 {
        write_changes(scope, &mut changes).await?;
        let followed = |change: Change| TicketChange {
            ticket: change.row.id,
            is_new: change.is_new,
            history: change.history,
        };
        follow(scope, changes.into_iter().map(followed).collect()).await?;
        let payload = json!({ "tickets": changed, "people_made": references.people_made });
        scope.record(Event::new("tickets.imported", connection, payload));
    }
    Ok(Written { changed: changed + rated + renamed + promised, references })
}

/// What is new can only be added, which both databases do faster than looking for what may be there.
async fn write_changes(scope: &Scope, changes: &mut [Change]) -> Result<()> {
    changes.sort_by_key(|change| !change.is_new);
    let (new, known) = changes.split_at_mut(changes.partition_point(|change| change.is_new));
    let new_histories = histories(new);
    let known_histories = histories(known);
    // In this order, as each waits for the transaction; what one needs is made ready while the one before it is written.
    try_join!(
        write_tickets(scope, new, ""),
        write_histories(scope, new_histories, ""),
        write_tickets(scope, known, ON_KNOWN_TICKET),
        write_histories(scope, known_histories, ON_KNOWN_HISTORY),
    )?;
    // What follows is told in the order of ids.
    changes.sort_by_key(|change| change.row.id);
    Ok(())
}

/// The tickets that are there already, locked in the order of their names: two imports never wait for each other crosswise.
async fn stored(
    scope: &Scope,
    connection: ConnectionId,
    tickets: &[SourceTicket],
) -> Result<HashMap<String, Stored>> {
    let names = tickets.iter().map(|ticket| ticket.external_id.clone()).collect();
    let lookup = Lookup::of("tickets").with("connection_id", connection.0).locking();
    let rows: Vec<ticket::Model> = lookup.by(scope, "external_id", Keys::Text(names)).await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut events = events_of(scope, rows.iter().map(|row| row.id)).await?;
    let stored = |row: ticket::Model| {
        let events = events.remove(&row.id).unwrap_or_default();
        (row.external_id.clone(), Stored { row, events })
    };
    Ok(rows.into_iter().map(stored).collect())
}

async fn write_tickets(scope: &Scope, changes: &[Change], tail: &str) -> Result<()> {
    let written = Insert::into("tickets")
        .column("id", Cells::Uuid(each(changes, |row| Some(row.id.0))))
        .column("connection_id", Cells::Uuid(each(changes, |row| Some(row.connection_id.0))))
        .column("external_id", Cells::Text(each(changes, |row| Some(row.external_id.clone()))))
        .column("channel", Cells::Word(each(changes, |row| row.channel.word())))
        .column("customer_id", Cells::Uuid(each(changes, |row| row.customer_id.map(|id| id.0))))
        .column("initiated_by", Cells::Word(each(changes, |row| row.initiated_by.word())))
        .column("is_test", Cells::Bool(each(changes, |row| row.is_test)))
        .column("status", Cells::Word(each(changes, |row| row.status.word())))
        .column("priority", Cells::Text(each(changes, |row| row.priority.clone())))
        .column("queue_id", Cells::Uuid(each(changes, |row| row.queue_id.map(|id| id.0))))
        .column("assignee_id", Cells::Uuid(each(changes, |row| row.assignee_id.map(|id| id.0))))
        .column("tags", Cells::Text(each(changes, |row| Some(row.tags.clone()))))
        .column("created_at", Cells::Time(each(changes, |row| Some(row.created_at))))
        .column("first_solved_at", Cells::Time(each(changes, |row| row.first_solved_at)))
        .column("last_solved_at", Cells::Time(each(changes, |row| row.last_solved_at)))
        .column("deleted_at", Cells::Time(each(changes, |row| row.deleted_at)))
        .column("spam_at", Cells::Time(each(changes, |row| row.spam_at)))
        .column("merged_at", Cells::Time(each(changes, |row| row.merged_at)))
        .column("merged_into", Cells::Text(each(changes, |row| row.merged_into.clone())))
        .column("source_version", Cells::Long(each(changes, |row| row.source_version)))
        .column(
            "source_first_response_seconds",
            Cells::Long(each(changes, |row| row.source_first_response_seconds)),
        )
        .column(
            "source_full_resolution_seconds",
            Cells::Long(each(changes, |row| row.source_full_resolution_seconds)),
        )
        .column("source_reopens", Cells::Long(each(changes, |row| row.source_reopens)))
        .column("updated_at", Cells::Time(each(changes, |row| Some(row.updated_at))))
        .column("version", Cells::Long(each(changes, |row| Some(row.version))))
        .run(scope, tail)
        .await?;
    expect(written, changes.len())
}

/// One value of each changed ticket.
fn each<T>(changes: &[Change], value: impl Fn(&ticket::Model) -> T) -> Vec<T> {
    changes.iter().map(|change| value(&change.row)).collect()
}

/// The histories that are not as they were, each with its ticket.
fn histories(changes: &mut [Change]) -> (Vec<Option<Uuid>>, Vec<Option<String>>) {
    let changed = changes.iter_mut().filter(|change| change.events.is_some());
    changed.map(|change| (Some(change.row.id.0), change.events.take())).unzip()
}

async fn write_histories(
    scope: &Scope,
    (tickets, events): (Vec<Option<Uuid>>, Vec<Option<String>>),
    tail: &str,
) -> Result<()> {
    let count = tickets.len();
    let insert = Insert::into("ticket_histories")
        .column("ticket_id", Cells::Uuid(tickets))
        .column("events", Cells::Text(events));
    expect(insert.run(scope, tail).await?, count)
}

/// Row-level security and conflicts could only drop rows where the tenant were wrong.
fn expect(written: u64, count: usize) -> Result<()> {
    if written == count as u64 {
        Ok(())
    } else {
        Err(Error::internal("rows of an import were not written"))
    }
}
