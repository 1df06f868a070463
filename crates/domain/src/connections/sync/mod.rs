//! What whoever reads connections asks, and what they tell of it. Nobody else may.
//!
//! A run is under way until it is ended: by the one who reads, or because the connection is paused, revoked, to be read once more, or
//! read by another. What is told of a run that is over is refused, together with the items in the same transaction.
//! Locks are taken of the connection, then of the run, then of the stream.

mod streams;
mod tokens;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, QueryFilter, Set};
use serde_json::json;

pub use self::streams::{Advance, ReadTo, advance, read_to, stumble};
pub use self::tokens::{AccessToken, Renewal, begin_renewal, end_renewal};
use super::checks::CADENCE;
use super::commands::open;
use super::entity::connection::{ActiveModel, Column, Entity, Model};
use super::entity::{run, stream};
use super::runs::stop;
use super::types::{
    ConnectionId, ConnectionState, Credentials, FieldMapping, RunKind, RunState, SWEEP, Scheme,
    SyncRunId, Vendor,
};
use crate::kernel::{Actor, Error, Event, Result, Scope};

/// How long runs are kept.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How much is kept of what went wrong.
const LONGEST: usize = 500;

/// What is to be read, and how.
#[derive(Clone, Debug)]
pub struct Account {
    /// The connection.
    pub id: ConnectionId,
    /// Whose API it is.
    pub vendor: Vendor,
    /// Where it is.
    pub base_url: String,
    /// What it lets us in with.
    pub credentials: Credentials,
    /// How that is shown.
    pub scheme: Scheme,
    /// What it has from before is not asked for.
    pub sync_from: DateTime<Utc>,
    /// What its own words mean here.
    pub mapping: FieldMapping,
    /// How long after a run the next one begins.
    pub cadence: Duration,
    /// `testing` where the credentials are to be tried first, else `active`.
    pub state: ConnectionState,
}

/// What went wrong. It is shown to whoever sees the connection, so it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// A stable word.
    pub code: &'static str,
    /// What happened, and what to do.
    pub text: String,
}

/// What is to be read of a connection; `None` where it is paused, in error, revoked, not there, or the source of an import.
///
/// # Errors
/// `operator_only`; `internal` where the credentials cannot be opened.
pub async fn account(scope: &Scope, id: ConnectionId) -> Result<Option<Account>> {
    require_system(scope)?;
    let found = scope.find::<Entity>().filter(Column::Id.eq(id)).one(scope.tx()).await?;
    let Some(row) = found.filter(is_read) else { return Ok(None) };
    let credentials = open(scope, &row)?;
    let (Some(vendor), Some(base_url)) = (Vendor::from_word(&row.system), row.base_url) else {
        return Ok(None);
    };
    let method = vendor.descriptor().auth_method(&credentials);
    let method = method.ok_or_else(|| Error::internal("these credentials are of no way in"))?;
    let cadence = row.cadence_seconds.unwrap_or(CADENCE);
    Ok(Some(Account {
        id,
        vendor,
        base_url,
        credentials,
        scheme: method.scheme,
        sync_from: row.sync_from.unwrap_or_default(),
        mapping: row.field_mapping,
        cadence: Duration::from_secs(cadence.unsigned_abs().into()),
        state: row.state,
    }))
}

/// Begins to read a connection, or goes on with the run that is under way: whoever read before was put off, or is no more.
///
/// # Errors
/// `operator_only`; `run_over` where the connection is not to be read any more.
pub async fn begin_run(scope: &Scope, id: ConnectionId) -> Result<SyncRunId> {
    require_system(scope)?;
    let row = scope.lock::<Entity>(id).await?;
    if !is_read(&row) {
        return Err(over());
    }
    let theirs = run::Column::ConnectionId.eq(id);
    let under_way = scope.find::<run::Entity>().filter(theirs.clone());
    let under_way = under_way.filter(run::Column::State.eq(RunState::Running));
    if let Some(run) = under_way.one(scope.tx()).await? {
        return Ok(run.id);
    }
    let old = run::Column::StartedAt.lt(scope.now() - KEPT);
    scope.delete_many::<run::Entity>().filter(theirs).filter(old).exec(scope.tx()).await?;
    let run = scope.new_id::<SyncRunId>();
    let kind = if has_unread(scope, id).await? { RunKind::Backfill } else { RunKind::Incremental };
    let row = run::ActiveModel {
        id: Set(run),
        connection_id: Set(id),
        kind: Set(kind),
        state: Set(RunState::Running),
        started_at: Set(scope.now()),
        pages: Set(0),
        items: Set(0),
        changed: Set(0),
        ..Default::default()
    };
    scope.insert_unversioned(row).await?;
    Ok(run)
}

/// Ends a run. One that succeeded read all there was, so that the connection is known to work.
///
/// # Errors
/// `operator_only`; `run_over`.
pub async fn end_run(
    scope: &Scope,
    id: ConnectionId,
    run: SyncRunId,
    state: RunState,
    trouble: Option<Trouble>,
) -> Result<()> {
    require_system(scope)?;
    let row = scope.lock::<Entity>(id).await?;
    lock_run(scope, id, run).await?;
    let (code, text) = trouble.as_ref().map(Trouble::kept).unwrap_or_default();
    let ended = run::ActiveModel {
        state: Set(state),
        ended_at: Set(Some(scope.now())),
        trouble_code: Set(code.clone()),
        trouble: Set(text.clone()),
        ..Default::default()
    };
    scope.update::<run::Entity, _>(run, ended).await?;
    let mut left =
        ActiveModel { trouble_code: Set(code), trouble: Set(text), ..Default::default() };
    if state == RunState::Succeeded {
        left.synced_at = Set(Some(scope.now()));
        activate(scope, &row).await?;
    }
    scope.update::<Entity, _>(id, left).await?;
    Ok(())
}

/// Notes that the helpdesk let us in, and what it calls the account.
///
/// # Errors
/// `operator_only`; `not_found`.
pub async fn checked(scope: &Scope, id: ConnectionId, account_name: &str) -> Result<()> {
    require_system(scope)?;
    let row = scope.lock::<Entity>(id).await?;
    let known = ActiveModel {
        account_name: Set(Some(kept(account_name))),
        checked_at: Set(Some(scope.now())),
        trouble_code: Set(None),
        trouble: Set(None),
        ..Default::default()
    };
    scope.update::<Entity, _>(id, known).await?;
    activate(scope, &row).await
}

/// Stops reading a connection that does not let us in, and tells the tenant. It is read again when somebody has mended it.
///
/// # Errors
/// `operator_only`; `not_found`.
pub async fn disable(scope: &Scope, id: ConnectionId, trouble: Trouble) -> Result<()> {
    require_system(scope)?;
    let row = scope.lock::<Entity>(id).await?;
    if !is_read(&row) {
        return Ok(());
    }
    let (code, text) = trouble.kept();
    let failed = ActiveModel {
        state: Set(ConnectionState::Error),
        state_since: Set(scope.now()),
        trouble_code: Set(code.clone()),
        trouble: Set(text.clone()),
        ..Default::default()
    };
    scope.change::<Entity, _>(&row, failed).await?;
    stop(scope, id, trouble.code, &kept(&trouble.text)).await?;
    let payload =
        json!({ "from": row.state, "to": ConnectionState::Error, "code": code, "trouble": text });
    scope.record(Event::new("connection.failed", id, payload));
    Ok(())
}

/// A connection whose credentials were tried, and are good.
async fn activate(scope: &Scope, row: &Model) -> Result<()> {
    let (from, to) = (row.state, ConnectionState::Active);
    if from != ConnectionState::Testing {
        return Ok(());
    }
    let works = ActiveModel { state: Set(to), state_since: Set(scope.now()), ..Default::default() };
    scope.change::<Entity, _>(row, works).await?;
    let event = Event::state_changed("connection.state_changed", row.id, "activate", &from, &to);
    scope.record(event);
    Ok(())
}

/// Whether there are streams that were never read, or are to be read once more.
/// A sweep that has ended has no checkpoint, and is no reason.
async fn has_unread(scope: &Scope, id: ConnectionId) -> Result<bool> {
    let unread = scope.find::<stream::Entity>().filter(stream::Column::ConnectionId.eq(id));
    let unread = unread.filter(stream::Column::Name.ne(SWEEP));
    let unread = unread.filter(stream::Column::Checkpoint.is_null());
    Ok(unread.one(scope.tx()).await?.is_some())
}

/// Whether it is to be read: not the source of an import, and neither paused nor in error nor revoked.
fn is_read(row: &Model) -> bool {
    let is_on = matches!(row.state, ConnectionState::Testing | ConnectionState::Active);
    is_on && row.base_url.is_some()
}

async fn lock_run(scope: &Scope, id: ConnectionId, run: SyncRunId) -> Result<run::Model> {
    let row = scope.lock::<run::Entity>(run).await?;
    let is_under_way = row.state == RunState::Running && row.connection_id == id;
    if is_under_way { Ok(row) } else { Err(over()) }
}

impl Trouble {
    /// As it is kept.
    fn kept(&self) -> (Option<String>, Option<String>) {
        (Some(self.code.to_owned()), Some(kept(&self.text)))
    }
}

/// A text of somebody else's, short and in one line.
fn kept(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}

fn over() -> Error {
    Error::conflict("run_over", "this run is over: the connection is not read, or by another run")
}

pub(crate) fn require_system(scope: &Scope) -> Result<()> {
    if scope.actor() == Actor::System {
        return Ok(());
    }
    Err(Error::refused("operator_only", "only the service itself may do this"))
}
