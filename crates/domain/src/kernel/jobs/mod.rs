//! Work that happens later. The queue is a table, so a job exists if and only if the change that asked for it was committed.
//!
//! A claimed job is held by a lease, not by a transaction: `due_at` of a running job is the end of its lease, so a job whose
//! worker died becomes due again by itself. Every claim raises `token`; effects commit only under the token they were claimed with.

mod latch;
mod queue;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::db::Tx;
use super::dialect::{self, for_update_skip_locked};
use super::{App, Caller, Error, Result, Scope, SystemScope, TenantId, TraceParent};

pub(crate) use latch::Latch;
pub use queue::Queued;

/// How long a claim holds without a heartbeat.
pub const LEASE: TimeDelta = TimeDelta::seconds(4);
/// How often a runner says that it is still at it.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often a job is tried before it is `dead`, unless its kind says otherwise.
const MAX_ATTEMPTS: i32 = 12;

/// A kind of work. Kinds are never renamed: rows of yesterday carry the name.
pub trait Job: Serialize + DeserializeOwned {
    /// `<feature>.<verb>`.
    const KIND: &'static str;

    /// Jobs of a tenant with the same kind and key wait once, not many times.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It failed; try again after this long.
    Retry(Duration),
    /// It is not time yet; this does not count as a try.
    Snooze(Duration),
    /// It was done, and said so in its own last transaction: [`App::end_for`].
    Ended,
}

/// A job in the hands of a runner.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Whose job it is.
    pub tenant: TenantId,
    /// The job.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// Its payload, as JSON.
    pub payload: String,
    /// Which try this is, from 1.
    pub attempt: i32,
    /// The request that it comes from; of work that several asked for, the first of them.
    pub request_id: Option<String>,
    /// The trace that it goes on with.
    pub trace_parent: Option<TraceParent>,
    token: i64,
}

impl Claimed {
    /// Whoever acts in it.
    fn caller(&self) -> Caller {
        Caller { request_id: self.request_id.clone(), ..Caller::system(self.tenant) }
    }

    /// How long to wait after a failure: the fourth power of the tries in seconds, spread by a fifth either way.
    #[must_use]
    pub fn backoff(&self) -> Duration {
        let seconds = f64::from(self.attempt.clamp(1, 20)).powi(4);
        let spread = f64::from(self.id.as_bytes()[15]) / 255.0 * 0.4 + 0.8;
        Duration::from_secs_f64(seconds * spread)
    }
}

/// Of jobs that wait once, the one that waits is kept from being claimed until this scope ends: a run that began earlier could miss
/// what this scope wrote. One that was put off because it failed is due at once, for there is a new reason to try.
const WAITS_ONCE: &str = "ON CONFLICT (tenant_id, kind, unique_key) WHERE unique_key IS NOT NULL AND state = 'ready' \
                          DO UPDATE SET due_at = CASE WHEN jobs.due_at < excluded.due_at THEN jobs.due_at ELSE excluded.due_at END";

pub(super) async fn enqueue<J: Job>(scope: &Scope, job: &J, due: DateTime<Utc>) -> Result<()> {
    let sql = format!(
        "INSERT INTO jobs (tenant_id, id, kind, payload, unique_key, state, due_at, attempt, max_attempts, token, created_at, request_id, trace_parent) \
         VALUES ($1, $2, $3, $4, $5, 'ready', $6, 0, $7, 0, $8, $9, $10) {WAITS_ONCE}"
    );
    let values: [Value; 10] = [
        scope.tenant().0.into(),
        scope.new_id::<Uuid>().into(),
        J::KIND.into(),
        serde_json::to_string(job)?.into(),
        job.unique_key().into(),
        due.into(),
        MAX_ATTEMPTS.into(),
        scope.now().into(),
        scope.caller().request_id.clone().into(),
        TraceParent::current().map(|trace| trace.to_string()).into(),
    ];
    scope.tx().execute_raw(statement(scope.backend(), &sql, values)).await?;
    Ok(())
}

/// Asks, across tenants, for work that has a key and ends with [`App::end_for`]: whoever is at it, or is about to be, finds what this scope
/// writes. Returns whether anybody has to be told.
pub(crate) async fn awaken<J: Job>(
    scope: &SystemScope,
    tenant: TenantId,
    id: Uuid,
    job: &J,
) -> Result<bool> {
    let now = scope.now();
    let sql = "SELECT 1 AS one FROM jobs WHERE tenant_id = $1 AND kind = $2 AND unique_key = $3 AND state = 'ready' AND due_at <= $4 \
               UNION ALL SELECT 1 FROM jobs WHERE tenant_id = $1 AND kind = $2 AND unique_key = $3 AND state = 'running' LIMIT 1";
    let values: [Value; 4] = [tenant.0.into(), J::KIND.into(), job.unique_key().into(), now.into()];
    let is_awake = scope.tx().query_one_raw(statement(scope.backend(), sql, values)).await?;
    if is_awake.is_some() {
        return Ok(false);
    }
    let sql = format!(
        "INSERT INTO jobs (tenant_id, id, kind, payload, unique_key, state, due_at, attempt, max_attempts, token, created_at) \
         VALUES ($1, $2, $3, $4, $5, 'ready', $6, 0, $7, 0, $6) {WAITS_ONCE}"
    );
    let values: [Value; 7] = [
        tenant.0.into(),
        id.into(),
        J::KIND.into(),
        serde_json::to_string(job)?.into(),
        job.unique_key().into(),
        now.into(),
        MAX_ATTEMPTS.into(),
    ];
    scope.tx().execute_raw(statement(scope.backend(), &sql, values)).await?;
    Ok(true)
}

impl App {
    /// Takes one due job of the given kinds from the first tenant after `after` that has one, going round: however many jobs one
    /// tenant has, another's waits for at most one of them per tenant before it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn claim(&self, after: TenantId, kinds: &[&str]) -> Result<Option<Claimed>> {
        self.system(async |scope| {
            for (mut from, to) in [(after, TenantId(Uuid::max())), (TenantId::NONE, after)] {
                while let Some(tenant) = next_tenant(scope, from, to, kinds).await? {
                    if let Some(job) = claim_of(scope, tenant, kinds).await? {
                        return Ok(Some(job));
                    }
                    from = tenant;
                }
            }
            Ok(None)
        })
        .await
    }

    /// Holds a claim for another lease. `false` when it was lost.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn heartbeat(&self, job: &Claimed) -> Result<bool> {
        let sql = "UPDATE jobs SET due_at = $4 WHERE tenant_id = $1 AND id = $2 AND token = $3 AND state = 'running'";
        self.system(async |scope| touch(scope.tx(), sql, job, [(scope.now() + LEASE).into()]).await)
            .await
    }

    /// Writes on behalf of a job: commits only while the claim still holds. What is committed is progress, and the job's tries are
    /// counted anew from it.
    ///
    /// # Errors
    /// `lease_lost` when somebody else has the job now; those of `write` and of the database.
    pub async fn write_for<T, F>(&self, job: &Claimed, write: F) -> Result<T>
    where
        F: AsyncFnOnce(&Scope) -> Result<T>,
    {
        self.write(&job.caller(), async |scope| {
            hold(scope, job).await?;
            write(scope).await
        })
        .await
    }

    /// The same for a part of a job that is done again where it is lost, because what says how far it came is written with it. Nobody waits
    /// for the disk: a power failure may take it back, as a whole and with every part after it. A process that dies takes nothing back.
    ///
    /// # Errors
    /// As [`App::write_for`].
    pub async fn write_part_for<T, F>(&self, job: &Claimed, write: F) -> Result<T>
    where
        F: AsyncFnOnce(&Scope) -> Result<T>,
    {
        self.write_again(&job.caller(), async |scope| {
            hold(scope, job).await?;
            write(scope).await
        })
        .await
    }

    /// Ends a job with a last look, in one transaction: `false`, and it goes on, where `is_left` finds that there is more to do. After it the
    /// run answers [`Outcome::Ended`].
    ///
    /// # Errors
    /// As [`App::write_for`].
    pub async fn end_for<F>(&self, job: &Claimed, is_left: F) -> Result<bool>
    where
        F: AsyncFnOnce(&Scope) -> Result<bool>,
    {
        self.write_for(job, async |scope| {
            Ok(!is_left(scope).await? && touch(scope.tx(), DONE, job, []).await?)
        })
        .await
    }

    /// Says how a run ended. `false` when the claim was lost, and with it the say.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn finish(
        &self,
        job: &Claimed,
        outcome: &Outcome,
        error: Option<&str>,
    ) -> Result<bool> {
        self.system(async |scope| {
            let now = scope.now();
            match outcome {
                Outcome::Retry(_) | Outcome::Snooze(_) if superseded(scope, job).await? => {
                    touch(scope.tx(), DONE, job, []).await
                }
                Outcome::Done => touch(scope.tx(), DONE, job, []).await,
                Outcome::Ended => Ok(true),
                Outcome::Retry(after) => {
                    touch(scope.tx(), RETRY, job, [(now + *after).into(), error.into()]).await
                }
                Outcome::Snooze(after) => {
                    touch(scope.tx(), SNOOZE, job, [(now + *after).into()]).await
                }
            }
        })
        .await
    }
}

const DONE: &str = "DELETE FROM jobs WHERE tenant_id = $1 AND id = $2 AND token = $3";
const RETRY: &str = "UPDATE jobs SET state = CASE WHEN attempt >= max_attempts THEN 'dead' ELSE 'ready' END, due_at = $4, last_error = $5 \
                     WHERE tenant_id = $1 AND id = $2 AND token = $3";
const SNOOZE: &str = "UPDATE jobs SET state = 'ready', due_at = $4, attempt = attempt - 1 WHERE tenant_id = $1 AND id = $2 AND token = $3";

/// Makes sure that the claim holds, for another lease.
async fn hold(scope: &Scope, job: &Claimed) -> Result<()> {
    let sql = "UPDATE jobs SET due_at = $4, attempt = 1 WHERE tenant_id = $1 AND id = $2 AND token = $3 AND state = 'running'";
    if touch(scope.tx(), sql, job, [(scope.now() + LEASE).into()]).await? {
        return Ok(());
    }
    Err(Error::conflict("lease_lost", "another worker has taken this job"))
}

/// Runs a statement on a claimed job's row. Returns whether the claim still held.
async fn touch<const N: usize>(
    tx: &Tx,
    sql: &str,
    job: &Claimed,
    more: [Value; N],
) -> Result<bool> {
    let key: [Value; 3] = [job.tenant.0.into(), job.id.into(), job.token.into()];
    let statement = statement(tx.get_database_backend(), sql, key.into_iter().chain(more));
    Ok(tx.execute_raw(statement).await?.rows_affected() == 1)
}

/// Whether the same work waits already, so that putting this one back would double it.
async fn superseded(scope: &SystemScope, job: &Claimed) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM jobs mine JOIN jobs other ON other.tenant_id = mine.tenant_id AND other.kind = mine.kind \
               AND other.unique_key = mine.unique_key AND other.state = 'ready' WHERE mine.tenant_id = $1 AND mine.id = $2";
    let values: [Value; 2] = [job.tenant.0.into(), job.id.into()];
    Ok(scope.tx().query_one_raw(statement(scope.backend(), sql, values)).await?.is_some())
}

async fn next_tenant(
    scope: &SystemScope,
    after: TenantId,
    to: TenantId,
    kinds: &[&str],
) -> Result<Option<TenantId>> {
    let sql = format!(
        "SELECT tenant_id FROM jobs WHERE tenant_id > $1 AND tenant_id <= $2 AND due_at <= $3 AND {} ORDER BY tenant_id LIMIT 1",
        claimable(kinds, 4)
    );
    let values = [after.0.into(), to.0.into(), scope.now().into()];
    let values = values.into_iter().chain(words(kinds));
    let row = scope.tx().query_one_raw(statement(scope.backend(), &sql, values)).await?;
    Ok(row.map(|row| row.try_get("", "tenant_id").map(TenantId)).transpose()?)
}

/// A job whose worker died in its last try is not tried again: it is `dead`, for somebody to look at, and the tenant's next one is taken.
async fn claim_of(
    scope: &SystemScope,
    tenant: TenantId,
    kinds: &[&str],
) -> Result<Option<Claimed>> {
    let sql = format!(
        "UPDATE jobs SET state = CASE WHEN attempt >= max_attempts THEN 'dead' ELSE 'running' END, attempt = attempt + 1, token = token + 1, due_at = $3, \
           last_error = CASE WHEN attempt >= max_attempts THEN 'every worker that tried it died' ELSE last_error END \
         WHERE tenant_id = $1 AND id = (SELECT id FROM jobs WHERE tenant_id = $1 AND due_at <= $2 AND {} ORDER BY due_at LIMIT 1{}) \
         RETURNING id, kind, payload, attempt, token, state, request_id, trace_parent",
        claimable(kinds, 4),
        for_update_skip_locked(scope.backend())
    );
    let now = scope.now();
    loop {
        let values = [tenant.0.into(), now.into(), (now + LEASE).into()];
        let values = values.into_iter().chain(words(kinds));
        let row = scope.tx().query_one_raw(statement(scope.backend(), &sql, values)).await?;
        let Some(row) = row else { return Ok(None) };
        let job = claimed(tenant, &row)?;
        let state: String = row.try_get("", "state")?;
        if state == "running" {
            return Ok(Some(job));
        }
        tracing::error!(%tenant, job = %job.id, kind = job.kind, "given up: every worker that tried it died");
    }
}

/// The condition on jobs that are not dead and of one of these kinds, whose marks begin at `first`.
fn claimable(kinds: &[&str], first: usize) -> String {
    let marks: Vec<_> = (first..).take(kinds.len()).map(|place| format!("${place}")).collect();
    format!("state <> 'dead' AND kind IN ({})", marks.join(", "))
}

fn words(kinds: &[&str]) -> impl Iterator<Item = Value> {
    kinds.iter().map(|kind| Value::from(*kind))
}

fn claimed(tenant: TenantId, row: &QueryResult) -> Result<Claimed> {
    let trace_parent: Option<String> = row.try_get("", "trace_parent")?;
    Ok(Claimed {
        tenant,
        id: row.try_get("", "id")?,
        kind: row.try_get("", "kind")?,
        payload: row.try_get("", "payload")?,
        attempt: row.try_get("", "attempt")?,
        request_id: row.try_get("", "request_id")?,
        trace_parent: trace_parent.and_then(|it| it.parse().ok()),
        token: row.try_get("", "token")?,
    })
}

fn statement(backend: DbBackend, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    dialect::statement(backend, sql, values)
}
