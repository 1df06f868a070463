//! Requests that name themselves, so that they can be sent again: the first one's answer is kept in the transaction of what it did.

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::unit::Unit;
use super::{Actor, App, Caller, Error, OrInternal, Result, Scope, dialect};

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// How often somebody else's work is waited for, and how long each time.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(25);

const ANSWER: &str = "idempotency_keys.sealed_answer";

/// A request with a name of its own.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// What its sender calls it, whoever else calls theirs the same.
    pub key: &'a str,
    /// A hash of all that it asks for.
    pub request: &'a [u8; 32],
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers that belong to what was done.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What is to be done for a request.
#[derive(Debug)]
pub enum Begun {
    /// What it asks for, as this caller; [`finish`] makes it last.
    First(Caller),
    /// Nothing: this was answered before.
    Again(Answer),
}

/// Looks whether a request was answered before, and keeps others of its name away until its unit ends.
///
/// # Errors
/// `idempotency_key_reused` (invalid) for another request of this name, `idempotency_key_in_use` (conflict) while one is still worked on.
pub async fn begin(app: &App, caller: Caller, named: Named<'_>) -> Result<Begun> {
    let scope = app.writing(&caller).await?;
    if !alone(&scope, named.key).await? {
        let message = "a request with this `Idempotency-Key` is still being worked on; ask again";
        return Err(Error::conflict("idempotency_key_in_use", message));
    }
    let Some((request, answer)) = find(&scope, named.key).await? else {
        return Ok(Begun::First(Caller { unit: Some(Unit::new(scope)), ..caller }));
    };
    // Others of this name need not wait until the connection is found to be free.
    app.commit(scope).await?;
    if request == named.request {
        return Ok(Begun::Again(answer));
    }
    let message = "this `Idempotency-Key` was used for another request; take a new one";
    Err(Error::invalid("/Idempotency-Key", "idempotency_key_reused", message))
}

/// Keeps the answer and makes what was done last, both or neither.
///
/// # Errors
/// Those of the database.
pub async fn finish(app: &App, caller: &Caller, named: Named<'_>, answer: &Answer) -> Result<()> {
    let unit = caller.unit.as_ref().ok_or_else(|| Error::internal("nothing was begun"))?;
    let scope = unit.take()?;
    forget(&scope).await?;
    keep(&scope, named, answer).await?;
    app.commit(scope).await
}

/// Takes back what was done since [`begin`], at once: others wait for it.
pub fn give_up(caller: &Caller) {
    if let Some(unit) = &caller.unit {
        // Where the command failed, it has gone already.
        drop(unit.take());
    }
}

/// Lets go of every answer of a tenant, whoever may be named in one: somebody is erased.
///
/// # Errors
/// Those of the database.
pub(crate) async fn forget_all(scope: &Scope) -> Result<()> {
    let sql = scope.sql("DELETE FROM idempotency_keys WHERE tenant_id = $1", []);
    scope.tx().execute_raw(sql).await?;
    Ok(())
}

/// Whether nobody else works on a request of this name, after waiting a moment for it. SQLite has one writer anyway.
async fn alone(scope: &Scope, key: &str) -> Result<bool> {
    let Some(lock) = dialect::try_lock(scope.backend()) else {
        return Ok(true);
    };
    for _ in 0..TRIES {
        let lock = scope.sql(lock, [caller_id(scope).into(), key.into()]);
        let row = scope.tx().query_one_raw(lock).await?;
        if row.map_or(Ok(false), |row| row.try_get_by_index(0))? {
            return Ok(true);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(false)
}

async fn find(scope: &Scope, key: &str) -> Result<Option<(Vec<u8>, Answer)>> {
    let sql = "SELECT id, request, sealed_answer FROM idempotency_keys \
        WHERE tenant_id = $1 AND caller_id = $2 AND key = $3 AND created_at > $4";
    let values = [caller_id(scope).into(), key.into(), (scope.now() - KEPT).into()];
    let Some(row) = scope.tx().query_one_raw(scope.sql(sql, values)).await? else {
        return Ok(None);
    };
    let id: Uuid = row.try_get_by_index(0)?;
    let sealed: Vec<u8> = row.try_get_by_index(2)?;
    let answer = scope.unseal_at(ANSWER, id, &sealed)?;
    Ok(Some((row.try_get_by_index(1)?, postcard::from_bytes(&answer).or_internal()?)))
}

async fn keep(scope: &Scope, named: Named<'_>, answer: &Answer) -> Result<()> {
    let id: Uuid = scope.new_id();
    let answer = postcard::to_stdvec(answer).or_internal()?;
    let sql = "INSERT INTO idempotency_keys \
        (tenant_id, id, caller_id, key, request, sealed_answer, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        id.into(),
        caller_id(scope).into(),
        named.key.into(),
        named.request.to_vec().into(),
        scope.seal_at(ANSWER, id, &answer).await?.into(),
        scope.now().into(),
    ];
    scope.tx().execute_raw(scope.sql(sql, values)).await?;
    Ok(())
}

/// Lets go of what is too old, so that a name may be used anew.
async fn forget(scope: &Scope) -> Result<()> {
    let sql = "DELETE FROM idempotency_keys WHERE tenant_id = $1 AND created_at <= $2";
    let sql = scope.sql(sql, [(scope.now() - KEPT).into()]);
    scope.tx().execute_raw(sql).await?;
    Ok(())
}

fn caller_id(scope: &Scope) -> Uuid {
    match scope.actor() {
        Actor::System => Uuid::nil(),
        Actor::User(id) => id.0,
        Actor::Client(id) => id.0,
    }
}
