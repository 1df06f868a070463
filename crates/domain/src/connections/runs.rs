//! The times that connections were read.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, QueryFilter, Select, Set};

use super::entity::run::{ActiveModel, Column, Entity};
use super::types::{ConnectionId, RunState, SyncRun, SyncRunFilter, SyncRunId, SyncRunSort};
use crate::kernel::first_pages::{self, Owned};
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::sort::{Key, Sort, Sorted};
use crate::kernel::{Finds, Permission, Result, Scope, Seen};

/// One run.
///
/// # Errors
/// `forbidden` without `tickets.read`; `not_found`.
pub async fn get(scope: &Scope, id: SyncRunId) -> Result<SyncRun> {
    scope.one(id).await
}

/// A page of runs.
///
/// # Errors
/// `forbidden` without `tickets.read`; a cursor of another list.
pub async fn list(scope: &Scope, filter: &SyncRunFilter, args: &PageArgs) -> Result<Page<SyncRun>> {
    page::load_sorted(scope, filter, filter.sort, args, matching(filter)).await
}

/// The first page of the runs of each of these connections.
///
/// # Errors
/// `forbidden` without `tickets.read`.
pub async fn of_each(
    scope: &Scope,
    connections: &[ConnectionId],
    limit: Option<u32>,
) -> Result<HashMap<ConnectionId, Page<SyncRun>>> {
    let owned = Owned { column: Column::ConnectionId, of: |run: &SyncRun| Some(run.connection_id) };
    let filter = |of| SyncRunFilter { connection_id: Some(of), ..SyncRunFilter::default() };
    first_pages::load(scope, &owned, connections, filter, limit, Condition::all()).await
}

/// Ends what is under way of a connection: nothing more of it is kept.
pub(super) async fn stop(
    scope: &Scope,
    connection: ConnectionId,
    code: &str,
    why: &str,
) -> Result<()> {
    let ended = ActiveModel {
        state: Set(RunState::Failed),
        ended_at: Set(Some(scope.now())),
        trouble_code: Set(Some(code.to_owned())),
        trouble: Set(Some(why.to_owned())),
        ..Default::default()
    };
    let under_way = scope
        .update_many::<Entity>()
        .set(ended)
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::State.eq(RunState::Running));
    under_way.exec(scope.tx()).await?;
    Ok(())
}

fn matching(filter: &SyncRunFilter) -> Condition {
    let SyncRunFilter { connection_id, state, kind, sort: _ } = filter;
    Condition::all()
        .add_option(connection_id.map(|id| Column::ConnectionId.eq(id)))
        .add_option(state.map(|state| Column::State.eq(state)))
        .add_option(kind.map(|kind| Column::Kind.eq(kind)))
}

impl Seen for SyncRun {
    type Entity = Entity;

    /// All of them, to whoever sees any ticket.
    fn visible(scope: &Scope) -> Result<Select<Entity>> {
        scope.require_any(Permission::TicketsRead)?;
        Ok(scope.find())
    }
}

impl Finds for SyncRunId {
    type Thing = SyncRun;

    /// Those of these runs that are there, in no order.
    ///
    /// # Errors
    /// `forbidden` without `tickets.read`.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<SyncRun>> {
        scope.many(ids).await
    }
}

impl Sort<SyncRun> for SyncRunSort {
    type Entity = Entity;

    fn by(self) -> (Sorted<Entity>, bool) {
        (Sorted::Plain(Column::StartedAt), self == Self::StartedAtDesc)
    }

    fn key(self, run: &SyncRun) -> Key {
        Key::Time(run.started_at)
    }
}
