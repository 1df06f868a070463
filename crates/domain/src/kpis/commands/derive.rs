//! Facts that wait: a ticket that is told in many pages is marked by each of them, and its facts are made once.
//!
//! Whoever writes a ticket holds its row, and marks it after that. Here the row is taken first too, so that nobody waits crosswise, and what
//! somebody else holds is left: they mark it again.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DbBackend, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::drain::is_pending;
use super::replace::{TicketFacts, replace_facts};
use crate::kernel::bulk::{Cells, Insert};
use crate::kernel::dialect::any;
use crate::kernel::{Result, Scope};
use crate::kpis::entity::dirty_ticket::{Column, Entity};
use crate::kpis::facts::facts_of;
use crate::kpis::jobs::Drain;
use crate::tickets::{TicketChange, TicketId, free_histories};

/// How many tickets a unit of work takes. SQLite has one writer, whom others should not wait for long.
const fn tickets_per_unit(backend: DbBackend) -> u64 {
    if matches!(backend, DbBackend::Sqlite) { 500 } else { 2_000 }
}

/// How long facts wait for the rest of a long story at most.
const WITHIN: Duration = Duration::from_secs(300);

/// What follows from changed tickets of which more is about to be told: they are marked, and their facts made later. For
/// [`crate::tickets`] to call, and [`drain_soon`] when all is told.
#[must_use]
pub fn follow_later(scope: &Scope, changes: Vec<TicketChange>) -> BoxFuture<'_, Result<()>> {
    async move {
        let tickets = changes.iter().map(|change| Some(change.ticket.0)).collect();
        let marks = Insert::into("dirty_tickets").column("ticket_id", Cells::Uuid(tickets));
        marks.run(scope, "ON CONFLICT DO NOTHING").await?;
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

/// Makes the facts of some marked tickets, and returns of how many.
pub(super) async fn derive(scope: &Scope) -> Result<usize> {
    let limit = tickets_per_unit(scope.backend());
    let marked = scope.find::<Entity>().order_by_asc(Column::TicketId).limit(limit);
    let marked = marked.select_only().column(Column::TicketId).build(scope.backend());
    let rows = scope.tx().query_all_raw(marked).await?;
    let ids = rows.iter().map(|row| Ok(TicketId(row.try_get_by_index(0)?)));
    let told = free_histories(scope, ids.collect::<Result<Vec<_>>>()?).await?;
    let (ids, facts): (Vec<Uuid>, Vec<_>) = told
        .into_iter()
        .map(|(ticket, history)| {
            let facts = facts_of(&history);
            (ticket.0, TicketFacts { ticket, is_new: false, facts })
        })
        .unzip();
    if ids.is_empty() {
        return Ok(0);
    }
    let derived = ids.len();
    let these = any(scope.backend(), Column::TicketId, ids);
    scope.delete_many::<Entity>().filter(these).exec(scope.tx()).await?;
    replace_facts(scope, facts).await?;
    Ok(derived)
}

/// Whether the facts of any ticket wait.
pub(in crate::kpis) async fn is_any_ticket_marked(scope: &Scope) -> Result<bool> {
    let any = scope.find::<Entity>().select_only().column(Column::TicketId).limit(1);
    Ok(scope.tx().query_one_raw(any.build(scope.backend())).await?.is_some())
}
