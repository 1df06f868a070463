//! One unit of an import: some tickets, one transaction.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DbBackend, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::super::entity::{event, ticket};
use super::super::{Follow, TicketChange, TicketId};
use super::merge::{Change, Place, Stored, merge};
use super::references::{Names, References};
use super::ticket::SourceTicket;
use crate::connections::ConnectionId;
use crate::kernel::bulk::{Cells, Insert};
use crate::kernel::dialect::{any, any_text};
use crate::kernel::{Error, Event, Result, Scope};

/// Some tickets of a file, and whom they name.
#[derive(Default)]
pub(super) struct Unit {
    pub(super) tickets: Vec<SourceTicket>,
    pub(super) names: Names,
    pub(super) rows: u64,
}

impl Unit {
    pub(super) fn add(&mut self, ticket: SourceTicket) {
        self.names.note(&ticket);
        self.rows += ticket.rows;
        self.tickets.push(ticket);
    }
}

/// What came of a unit.
pub(super) struct Written {
    pub(super) changed: u64,
    pub(super) references: References,
}

/// Writes a unit: idempotent, and safe to run again from the start.
pub(super) async fn write(scope: &Scope, connection: ConnectionId, known: &References, unit: &Unit, follow: Follow) -> Result<Written> {
    let references = known.resolve(scope, connection, &unit.names).await?;
    let mut stored = stored(scope, connection, &unit.tickets).await?;
    let place = Place { tenant: scope.tenant(), connection, now: scope.now() };
    let mut changes = Vec::with_capacity(unit.tickets.len());
    for source in &unit.tickets {
        let stored = stored.remove(&source.external_id);
        changes.extend(merge(place, source, stored, &references, || scope.new_id())?);
    }
    let changed = changes.len() as u64;
    if changed > 0 {
        write_tickets(scope, &changes).await?;
        remove_events(scope, &changes).await?;
        let events = changes.iter_mut().flat_map(|change| std::mem::take(&mut change.written)).collect();
        write_events(scope, events).await?;
        let followed = |change: Change| TicketChange { ticket: change.row.id, is_new: change.is_new, history: change.history };
        follow(scope, changes.into_iter().map(followed).collect()).await?;
        let payload = json!({ "tickets": changed, "people_made": references.people_made });
        scope.record(Event::new("tickets.imported", connection, payload));
    }
    Ok(Written { changed, references })
}

/// The tickets that are there already, locked in the order of their ids so that two imports never wait for each other crosswise.
async fn stored(scope: &Scope, connection: ConnectionId, tickets: &[SourceTicket]) -> Result<HashMap<String, Stored>> {
    use ticket::Column;
    let names = tickets.iter().map(|ticket| ticket.external_id.clone());
    let select = scope.find::<ticket::Entity>().filter(Column::ConnectionId.eq(connection));
    let select = select.filter(any_text(scope.backend(), Column::ExternalId, names)).order_by_asc(Column::Id);
    let select = if scope.backend() == DbBackend::Postgres { select.lock_exclusive() } else { select };
    let rows = select.all(scope.tx()).await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut events: HashMap<TicketId, Vec<event::Model>> = HashMap::new();
    let ids = any(scope.backend(), event::Column::TicketId, rows.iter().map(|row| row.id.0));
    for event in scope.find::<event::Entity>().filter(ids).all(scope.tx()).await? {
        events.entry(event.ticket_id).or_default().push(event);
    }
    let stored = |row: ticket::Model| {
        let events = events.remove(&row.id).unwrap_or_default();
        (row.external_id.clone(), Stored { row, events })
    };
    Ok(rows.into_iter().map(stored).collect())
}

async fn write_tickets(scope: &Scope, changes: &[Change]) -> Result<()> {
    const TAIL: &str = "ON CONFLICT (tenant_id, id) DO UPDATE SET channel = excluded.channel, customer_id = excluded.customer_id, \
        initiated_by = excluded.initiated_by, is_test = excluded.is_test, status = excluded.status, priority = excluded.priority, \
        queue_id = excluded.queue_id, assignee_id = excluded.assignee_id, tags = excluded.tags, created_at = excluded.created_at, \
        first_solved_at = excluded.first_solved_at, last_solved_at = excluded.last_solved_at, deleted_at = excluded.deleted_at, \
        spam_at = excluded.spam_at, merged_at = excluded.merged_at, merged_into = excluded.merged_into, \
        source_version = excluded.source_version, updated_at = excluded.updated_at, version = excluded.version";
    let rows = || changes.iter().map(|change| &change.row);
    let written = Insert::into("tickets")
        .column("id", Cells::Uuid(rows().map(|row| Some(row.id.0)).collect()))
        .column("connection_id", Cells::Uuid(rows().map(|row| Some(row.connection_id.0)).collect()))
        .column("external_id", Cells::Text(rows().map(|row| Some(row.external_id.clone())).collect()))
        .column("channel", Cells::Word(rows().map(|row| row.channel.word()).collect()))
        .column("customer_id", Cells::Uuid(rows().map(|row| row.customer_id.map(|id| id.0)).collect()))
        .column("initiated_by", Cells::Word(rows().map(|row| row.initiated_by.word()).collect()))
        .column("is_test", Cells::Bool(rows().map(|row| row.is_test).collect()))
        .column("status", Cells::Word(rows().map(|row| row.status.word()).collect()))
        .column("priority", Cells::Text(rows().map(|row| row.priority.clone()).collect()))
        .column("queue_id", Cells::Uuid(rows().map(|row| row.queue_id.map(|id| id.0)).collect()))
        .column("assignee_id", Cells::Uuid(rows().map(|row| row.assignee_id.map(|id| id.0)).collect()))
        .column("tags", Cells::Text(rows().map(|row| Some(row.tags.clone())).collect()))
        .column("created_at", Cells::Time(rows().map(|row| Some(row.created_at)).collect()))
        .column("first_solved_at", Cells::Time(rows().map(|row| row.first_solved_at).collect()))
        .column("last_solved_at", Cells::Time(rows().map(|row| row.last_solved_at).collect()))
        .column("deleted_at", Cells::Time(rows().map(|row| row.deleted_at).collect()))
        .column("spam_at", Cells::Time(rows().map(|row| row.spam_at).collect()))
        .column("merged_at", Cells::Time(rows().map(|row| row.merged_at).collect()))
        .column("merged_into", Cells::Text(rows().map(|row| row.merged_into.clone()).collect()))
        .column("source_version", Cells::Long(rows().map(|row| row.source_version).collect()))
        .column("updated_at", Cells::Time(rows().map(|row| Some(row.updated_at)).collect()))
        .column("version", Cells::Long(rows().map(|row| Some(row.version)).collect()))
        .run(scope, TAIL)
        .await?;
    expect(written, changes.len())
}

async fn write_events(scope: &Scope, events: Vec<event::Model>) -> Result<()> {
    const TAIL: &str = "ON CONFLICT (tenant_id, ticket_id, source_key) DO UPDATE SET seq = excluded.seq, at = excluded.at, \
        kind = excluded.kind, actor_kind = excluded.actor_kind, actor_id = excluded.actor_id, effects = excluded.effects, \
        merged_into = excluded.merged_into";
    let count = events.len();
    let (mut kinds, mut effects, mut merged) = (Vec::with_capacity(count), Vec::with_capacity(count), Vec::with_capacity(count));
    let rows = || events.iter();
    let insert = Insert::into("ticket_events")
        .column("ticket_id", Cells::Uuid(rows().map(|row| Some(row.ticket_id.0)).collect()))
        .column("source_key", Cells::Bytes(rows().map(|row| row.source_key.clone()).collect()))
        .column("seq", Cells::Int(rows().map(|row| row.seq).collect()))
        .column("at", Cells::Time(rows().map(|row| Some(row.at)).collect()))
        .column("actor_kind", Cells::Word(rows().map(|row| row.actor_kind.word()).collect()))
        .column("actor_id", Cells::Uuid(rows().map(|row| row.actor_id.map(|id| id.0)).collect()));
    for row in events {
        kinds.push(Some(row.kind));
        effects.push(Some(row.effects));
        merged.push(row.merged_into);
    }
    let insert = insert.column("kind", Cells::Text(kinds)).column("effects", Cells::Text(effects)).column("merged_into", Cells::Text(merged));
    expect(insert.run(scope, TAIL).await?, count)
}

async fn remove_events(scope: &Scope, changes: &[Change]) -> Result<()> {
    use event::Column;
    for change in changes.iter().filter(|change| !change.removed.is_empty()) {
        let gone = scope.delete_many::<event::Entity>().filter(Column::TicketId.eq(change.row.id));
        gone.filter(Column::SourceKey.is_in(change.removed.iter().cloned())).exec(scope.tx()).await?;
    }
    Ok(())
}

/// Row-level security and conflicts could only drop rows where the tenant were wrong.
fn expect(written: u64, count: usize) -> Result<()> {
    if written == count as u64 { Ok(()) } else { Err(Error::internal("rows of an import were not written")) }
}
