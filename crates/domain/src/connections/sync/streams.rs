//! How far a run came in each stream.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, Set};

use super::{Trouble, lock_run, require_system};
use crate::connections::commands::unread;
use crate::connections::entity::{run, stream};
use crate::connections::types::{ConnectionId, SyncRunId};
use crate::kernel::{Error, Result, Scope, dialect};

/// A step of a stream.
#[derive(Clone, Debug)]
pub struct Advance {
    /// Where the next step goes on; `None` where the next run begins anew.
    pub checkpoint: Option<String>,
    /// Up to when the stream has been read.
    pub reached_at: DateTime<Utc>,
    /// How many items there were.
    pub items: u64,
    /// How many of them changed something.
    pub changed: u64,
}

/// How far a stream was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadTo {
    /// Where it goes on; `None` where it begins.
    pub checkpoint: Option<String>,
    /// Up to when it was read; `None` where it never was.
    pub reached_at: Option<DateTime<Utc>>,
}

/// How far a stream was read.
///
/// # Errors
/// `operator_only`.
pub async fn read_to(scope: &Scope, id: ConnectionId, name: &str) -> Result<ReadTo> {
    require_system(scope)?;
    let select = scope.find::<stream::Entity>().filter(stream::Column::ConnectionId.eq(id));
    let found = select.filter(stream::Column::Name.eq(name)).one(scope.tx()).await?;
    let read = found.map(|it| ReadTo { checkpoint: it.checkpoint, reached_at: it.reached_at });
    Ok(read.unwrap_or_default())
}

/// Notes a step of a stream, in the transaction that wrote its items.
///
/// # Errors
/// `operator_only`; `run_over`.
pub async fn advance(
    scope: &Scope,
    id: ConnectionId,
    run: SyncRunId,
    name: &str,
    step: &Advance,
) -> Result<()> {
    require_system(scope)?;
    let under_way = lock_run(scope, id, run).await?;
    let (items, changed) = (step.items.cast_signed(), step.changed.cast_signed());
    let counted = run::ActiveModel {
        pages: Set(under_way.pages + 1),
        items: Set(under_way.items + items),
        changed: Set(under_way.changed + changed),
        ..Default::default()
    };
    scope.update::<run::Entity, _>(run, counted).await?;
    let row = lock_stream(scope, id, name).await?;
    let read = stream::ActiveModel {
        checkpoint: Set(step.checkpoint.clone()),
        reached_at: Set(Some(step.reached_at)),
        items: Set(row.items + items),
        changed: Set(row.changed + changed),
        failures: Set(0),
        trouble_code: Set(None),
        trouble: Set(None),
        ..Default::default()
    };
    change_stream(scope, &row, read).await
}

/// Notes that a stream could not be read. Returns how often in a row.
///
/// # Errors
/// `operator_only`; `run_over`.
pub async fn stumble(
    scope: &Scope,
    id: ConnectionId,
    run: SyncRunId,
    name: &str,
    trouble: &Trouble,
) -> Result<u32> {
    require_system(scope)?;
    lock_run(scope, id, run).await?;
    let row = lock_stream(scope, id, name).await?;
    let failures = row.failures.saturating_add(1);
    let (code, text) = trouble.kept();
    let failed = stream::ActiveModel {
        failures: Set(failures),
        trouble_code: Set(code),
        trouble: Set(text),
        ..Default::default()
    };
    change_stream(scope, &row, failed).await?;
    Ok(failures.unsigned_abs())
}

/// The row of a stream, made where the connection was made before there was such a stream.
async fn lock_stream(scope: &Scope, id: ConnectionId, name: &str) -> Result<stream::Model> {
    let select = scope
        .find::<stream::Entity>()
        .filter(stream::Column::ConnectionId.eq(id))
        .filter(stream::Column::Name.eq(name));
    let select = dialect::locked(scope.backend(), select);
    if let Some(row) = select.clone().one(scope.tx()).await? {
        return Ok(row);
    }
    scope.insert_unversioned(unread(scope, id, name)).await?;
    let made = select.one(scope.tx()).await?;
    made.ok_or_else(|| Error::internal("a stream that was made is not there"))
}

async fn change_stream(
    scope: &Scope,
    row: &stream::Model,
    mut change: stream::ActiveModel,
) -> Result<()> {
    change.updated_at = Set(scope.now());
    let same = scope
        .update_many::<stream::Entity>()
        .set(change)
        .filter(stream::Column::ConnectionId.eq(row.connection_id))
        .filter(stream::Column::Name.eq(&row.name));
    same.exec(scope.tx()).await?;
    Ok(())
}
