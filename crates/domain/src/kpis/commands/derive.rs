//! Facts that wait: a ticket that is told in many pages is marked by each of them, and its facts are made once.
//!
//! A mark is of all the tickets of a unit of work, in which somebody holds their rows. What somebody holds now is left, and marked anew: they may
//! have marked it before this began, or may take back what they wrote.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DbBackend, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::drain::is_pending;
use super::replace::{TicketFacts, replace_facts};
use crate::kernel::bulk::{Cells, Insert};
use crate::kernel::dialect::{statement, take_first};
use crate::kernel::{Result, Scope};
use crate::kpis::entity::dirty_ticket::{Column, Entity};
use crate::kpis::facts::facts_of;
use crate::kpis::jobs::Drain;
use crate::tickets::{TicketChange, TicketId, free_histories};

/// How many marks a unit of work takes. SQLite has one writer, whom others should not wait for long.
const fn marks_per_unit(backend: DbBackend) -> i64 {
    if matches!(backend, DbBackend::Sqlite) { 1 } else { 2 }
}

/// How long facts wait for the rest of a long story at most.
const WITHIN: Duration = Duration::from_secs(300);

/// What follows from changed tickets of which more is about to be told: they are marked, and their facts made later. For
/// [`crate::tickets`] to call, and [`drain_soon`] when all is told.
#[must_use]
pub fn follow_later(scope: &Scope, changes: Vec<TicketChange>) -> BoxFuture<'_, Result<()>> {
    async move {
        mark(scope, changes.iter().map(|change| change.ticket.0)).await?;
        scope.enqueue_at(&Drain {}, scope.now() + WITHIN).await
    }
    .boxed()
}

/// Has everything made and added up that is marked, as soon as may be.
///
/// # Errors
/// Those of the database.
pub async fn drain_soon(scope: &Scope) -> Result<()> {
    if is_pending(scope).await? { scope.enqueue(&Drain {}).await } else { Ok(()) }
}

async fn mark(scope: &Scope, tickets: impl Iterator<Item = Uuid>) -> Result<()> {
    let tickets: Vec<u8> = tickets.flat_map(Uuid::into_bytes).collect();
    let mark = Insert::into("dirty_tickets")
        .column("id", Cells::Uuid(vec![Some(scope.new_id())]))
        .column("tickets", Cells::Bytes(vec![tickets]));
    mark.run(scope, "").await?;
    Ok(())
}

/// Makes the facts of some marked tickets, and returns of how many.
pub(in crate::kpis) async fn derive(scope: &Scope) -> Result<usize> {
    let mut left = claim(scope).await?;
    if left.is_empty() {
        return Ok(0);
    }
    let told = free_histories(scope, left.iter().copied().map(TicketId).collect()).await?;
    let facts = told.into_iter().map(|(ticket, history)| {
        left.remove(&ticket.0);
        TicketFacts { ticket, is_new: false, facts: facts_of(&history) }
    });
    let facts: Vec<_> = facts.collect();
    let derived = facts.len();
    if !left.is_empty() {
        mark(scope, left.into_iter()).await?;
    }
    replace_facts(scope, facts).await?;
    Ok(derived)
}

/// Takes the oldest marks away that nobody else is at.
async fn claim(scope: &Scope) -> Result<BTreeSet<Uuid>> {
    let sql = take_first(scope.backend(), "dirty_tickets", "id", "tickets");
    let values = [scope.tenant().0.into(), marks_per_unit(scope.backend()).into()];
    let rows = scope.tx().query_all_raw(statement(scope.backend(), &sql, values)).await?;
    let mut tickets = BTreeSet::new();
    for row in rows {
        let marked: Vec<u8> = row.try_get_by_index(0)?;
        tickets.extend(marked.as_chunks::<16>().0.iter().copied().map(Uuid::from_bytes));
    }
    Ok(tickets)
}

/// Whether the facts of any ticket wait.
pub(in crate::kpis) async fn is_any_ticket_marked(scope: &Scope) -> Result<bool> {
    let any = scope.find::<Entity>().select_only().column(Column::Id).limit(1);
    Ok(scope.tx().query_one_raw(any.build(scope.backend())).await?.is_some())
}
