//! Work that happens later. The queue is a table, so a job exists if and only if the change that asked for it was committed.
//!
//! A claimed job is held by a lease, not by a transaction: `due_at` of a running job is the end of its lease, so a job whose
//! worker died becomes due again by itself. Every claim raises `token`; effects commit only under the token they were claimed with.

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::dialect::{for_update, for_update_skip_locked};
use super::{App, Caller, Error, Result, Scope, SystemScope, TenantId};

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
    /// It makes no sense any more.
    Cancel(String),
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
    token: i64,
}

impl Claimed {
    /// How long to wait after a failure: the fourth power of the tries in seconds, spread by a fifth either way.
    #[must_use]
    pub fn backoff(&self) -> Duration {
        let seconds = f64::from(self.attempt.clamp(1, 20)).powi(4);
        let spread = f64::from(self.id.as_bytes()[15]) / 255.0 * 0.4 + 0.8;
        Duration::from_secs_f64(seconds * spread)
    }
}

pub(super) async fn enqueue<J: Job>(scope: &Scope, job: &J) -> Result<()> {
    let sql = "INSERT INTO jobs (tenant_id, id, kind, payload, unique_key, state, due_at, attempt, max_attempts, token, created_at) \
               VALUES ($1, $2, $3, $4, $5, 'ready', $6, 0, $7, 0, $6) ON CONFLICT DO NOTHING";
    let values: Vec<Value> = vec![
        scope.tenant().0.into(),
        scope.new_id::<Uuid>().into(),
        J::KIND.into(),
        serde_json::to_string(job)?.into(),
        job.unique_key().into(),
        scope.now().into(),
        MAX_ATTEMPTS.into(),
    ];
    scope.tx().execute_raw(statement(scope.backend(), sql, values)).await?;
    Ok(())
}

impl App {
    /// Takes one due job of the first tenant after `after` that has one, going round: however many jobs one tenant has,
    /// another's waits for at most one of them per tenant before it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn claim(&self, after: TenantId) -> Result<Option<Claimed>> {
        self.system(async |scope| {
            for from in [after, TenantId::NONE] {
                if let Some(tenant) = next_tenant(scope, from).await?
                    && let Some(job) = claim_of(scope, tenant).await?
                {
                    return Ok(Some(job));
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
        self.system(async |scope| {
            let values = vec![
                job.tenant.0.into(),
                job.id.into(),
                job.token.into(),
                (scope.now() + LEASE).into(),
            ];
            Ok(scope
                .tx()
                .execute_raw(statement(scope.backend(), sql, values))
                .await?
                .rows_affected()
                == 1)
        })
        .await
    }

    /// Writes on behalf of a job: commits only while the claim still holds.
    ///
    /// # Errors
    /// `lease_lost` when somebody else has the job now; those of `write` and of the database.
    pub async fn write_for<T, F>(&self, job: &Claimed, write: F) -> Result<T>
    where
        F: AsyncFnOnce(&Scope) -> Result<T>,
    {
        self.write(&Caller::system(job.tenant), async |scope| {
            let sql = format!("SELECT token FROM jobs WHERE tenant_id = $1 AND id = $2 AND token = $3 AND state = 'running'{}", for_update(scope.backend()));
            let values = vec![job.tenant.0.into(), job.id.into(), job.token.into()];
            let held = scope.tx().query_one_raw(statement(scope.backend(), &sql, values)).await?;
            held.ok_or_else(|| Error::conflict("lease_lost", "another worker has taken this job"))?;
            write(scope).await
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
            let key: [Value; 3] = [job.tenant.0.into(), job.id.into(), job.token.into()];
            let (sql, more): (&str, Vec<Value>) = match outcome {
                Outcome::Done | Outcome::Cancel(_) => {
                    ("DELETE FROM jobs WHERE tenant_id = $1 AND id = $2 AND token = $3", vec![])
                }
                Outcome::Retry(after) => (RETRY, vec![(now + *after).into(), error.into()]),
                Outcome::Snooze(after) => (SNOOZE, vec![(now + *after).into()]),
            };
            let again = matches!(outcome, Outcome::Retry(_) | Outcome::Snooze(_));
            if again && superseded(scope, job).await? {
                let sql = "DELETE FROM jobs WHERE tenant_id = $1 AND id = $2 AND token = $3";
                return Ok(scope
                    .tx()
                    .execute_raw(statement(scope.backend(), sql, key))
                    .await?
                    .rows_affected()
                    == 1);
            }
            let values = key.into_iter().chain(more);
            Ok(scope
                .tx()
                .execute_raw(statement(scope.backend(), sql, values))
                .await?
                .rows_affected()
                == 1)
        })
        .await
    }
}

const RETRY: &str = "UPDATE jobs SET state = CASE WHEN attempt >= max_attempts THEN 'dead' ELSE 'ready' END, due_at = $4, last_error = $5 \
                     WHERE tenant_id = $1 AND id = $2 AND token = $3";
const SNOOZE: &str = "UPDATE jobs SET state = 'ready', due_at = $4, attempt = attempt - 1 WHERE tenant_id = $1 AND id = $2 AND token = $3";

/// Whether the same work waits already, so that putting this one back would double it.
async fn superseded(scope: &SystemScope, job: &Claimed) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM jobs mine JOIN jobs other ON other.tenant_id = mine.tenant_id AND other.kind = mine.kind \
               AND other.unique_key = mine.unique_key AND other.state = 'ready' WHERE mine.tenant_id = $1 AND mine.id = $2";
    let values: [Value; 2] = [job.tenant.0.into(), job.id.into()];
    Ok(scope.tx().query_one_raw(statement(scope.backend(), sql, values)).await?.is_some())
}

async fn next_tenant(scope: &SystemScope, after: TenantId) -> Result<Option<TenantId>> {
    let sql = "SELECT tenant_id FROM jobs WHERE tenant_id > $1 AND state <> 'dead' AND due_at <= $2 ORDER BY tenant_id LIMIT 1";
    let row = scope
        .tx()
        .query_one_raw(statement(scope.backend(), sql, [after.0.into(), scope.now().into()]))
        .await?;
    Ok(row.map(|row| row.try_get("", "tenant_id").map(TenantId)).transpose()?)
}

/// A job whose worker died in its last try is not tried again: it is `dead`, for somebody to look at.
async fn claim_of(scope: &SystemScope, tenant: TenantId) -> Result<Option<Claimed>> {
    let sql = format!(
        "UPDATE jobs SET state = CASE WHEN attempt >= max_attempts THEN 'dead' ELSE 'running' END, attempt = attempt + 1, token = token + 1, due_at = $3 \
         WHERE tenant_id = $1 AND id = (SELECT id FROM jobs WHERE tenant_id = $1 AND state <> 'dead' AND due_at <= $2 ORDER BY due_at LIMIT 1{}) \
         RETURNING id, kind, payload, attempt, token, state",
        for_update_skip_locked(scope.backend())
    );
    let now = scope.now();
    let row = scope
        .tx()
        .query_one_raw(statement(
            scope.backend(),
            &sql,
            [tenant.0.into(), now.into(), (now + LEASE).into()],
        ))
        .await?;
    let Some(row) = row else { return Ok(None) };
    let state: String = row.try_get("", "state")?;
    Ok(if state == "running" { Some(claimed(tenant, &row)?) } else { None })
}

fn claimed(tenant: TenantId, row: &QueryResult) -> Result<Claimed> {
    Ok(Claimed {
        tenant,
        id: row.try_get("", "id")?,
        kind: row.try_get("", "kind")?,
        payload: row.try_get("", "payload")?,
        attempt: row.try_get("", "attempt")?,
        token: row.try_get("", "token")?,
    })
}

fn statement(backend: DbBackend, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(backend, sql, values)
}
