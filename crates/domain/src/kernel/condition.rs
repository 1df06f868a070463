//! What condition a database is in, for whoever runs it.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use super::jobs::Job;
use super::{Error, Result, Scope, SystemScope};

/// A PostgreSQL server, seen from one of our connections.
#[derive(Clone, Debug)]
pub struct ServerCondition {
    /// Its version as it writes it, like `16.4`.
    pub version: String,
    /// The same as a number, like 160004.
    pub version_number: i32,
    /// Whom we logged in as.
    pub login: String,
    /// Whether that one goes past row-level security.
    pub login_is_above_security: bool,
    /// How many of the tables are that one's.
    pub login_owns: i64,
    /// Connections that we may have, whoever uses them now.
    pub connections_allowed: i64,
    /// Of those, how many somebody uses.
    pub connections_used: i64,
    /// How far its clock is ahead of ours.
    pub clock_ahead: TimeDelta,
    /// From a question to its answer.
    pub round_trip: Duration,
}

/// The condition of a server.
///
/// # Errors
/// Those of the database.
pub async fn of_server(scope: &SystemScope) -> Result<ServerCondition> {
    let sql = "SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS version_number, \
                 session_user::text AS login, r.rolsuper OR r.rolbypassrls AS above, \
                 (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')) AS owned, \
                 least(current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint, \
                   nullif(r.rolconnlimit, -1), nullif((SELECT datconnlimit FROM pg_database WHERE datname = current_database()), -1))::bigint AS allowed, \
                 (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used \
               FROM pg_roles r WHERE r.rolname = session_user";
    let row = one(scope, sql).await?;
    // The transaction is open now, so that this is one question and one answer.
    let (asked, begun) = (scope.now(), Instant::now());
    let clock: DateTime<Utc> =
        one(scope, "SELECT clock_timestamp() AS clock").await?.try_get("", "clock")?;
    let round_trip = begun.elapsed();
    let half = TimeDelta::from_std(round_trip / 2).unwrap_or_default();
    Ok(ServerCondition {
        version: row.try_get("", "version")?,
        version_number: row.try_get("", "version_number")?,
        login: row.try_get("", "login")?,
        login_is_above_security: row.try_get("", "above")?,
        login_owns: row.try_get("", "owned")?,
        connections_allowed: row.try_get("", "allowed")?,
        connections_used: row.try_get("", "used")?,
        clock_ahead: clock - (asked + half),
        round_trip,
    })
}

/// Whether the tenant has a job of a kind that is still to be done.
pub(crate) async fn is_waiting<J: Job>(scope: &Scope) -> Result<bool> {
    let sql =
        "SELECT 1 AS one FROM jobs WHERE tenant_id = $1 AND kind = $2 AND state <> 'dead' LIMIT 1";
    let sql = scope.sql(sql, [J::KIND.into()]);
    Ok(scope.tx().query_one_raw(sql).await?.is_some())
}

async fn one(scope: &SystemScope, sql: &str) -> Result<QueryResult> {
    let row = scope.tx().query_one_raw(Statement::from_string(scope.backend(), sql)).await?;
    row.ok_or_else(|| Error::internal(format!("no answer to {sql}")))
}
