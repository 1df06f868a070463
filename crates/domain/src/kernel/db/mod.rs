//! Both databases, and one transaction that serves sea-orm and sqlx alike.

mod queue;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
    SqliteTransactionManager,
};
use sqlx::{AssertSqlSafe, Executor, Sqlite, SqlitePool, Transaction};
use sqlx_core::transaction::TransactionManager;
use tokio::sync::{Mutex, MutexGuard};

use super::dialect::{sqlx_error, usable};
use super::server::{Answers, Lease, Server, is_lost};
use super::{Error, Result, TenantId};
use queue::Queue;

const ACQUIRE: Duration = Duration::from_secs(2);
const STATEMENT_CACHE: usize = 256;

/// A database: PostgreSQL as the runtime role, or a file.
#[derive(Clone, Debug)]
pub struct Database {
    pool: Pool,
    statements: Arc<AtomicU64>,
}

#[derive(Clone, Debug)]
enum Pool {
    Postgres(Server),
    /// SQLite takes one writer at a time, so it has a pool of one; readers have their own.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
        queue: Queue,
    },
}

impl Database {
    /// Opens a PostgreSQL database. Every session takes the role `plumbline_runtime`, whoever logs in, so that row-level security holds for the owner too.
    ///
    /// # Errors
    /// `unavailable` when nobody answers or the login may not take the role.
    pub async fn postgres(url: &str, connections: u32) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| {
                Error::malformed(
                    "database_url",
                    format!("the database URL cannot be read: {error}"),
                )
            })?
            .application_name("plumbline")
            .statement_cache_capacity(STATEMENT_CACHE)
            .options([
                ("statement_timeout", "15s"),
                ("idle_in_transaction_session_timeout", "60s"),
            ]);
        let server = Server::connect(options, connections).await?;
        Ok(Self { pool: Pool::Postgres(server), statements: Arc::default() })
    }

    /// Opens a file, making it when it is not there. `connections` is for readers.
    ///
    /// # Errors
    /// `unavailable` when the file cannot be opened.
    pub async fn sqlite(file: &Path, connections: u32) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            .statement_cache_capacity(STATEMENT_CACHE)
            .pragma("cache_size", "-8000")
            .pragma("temp_store", "memory");
        // After a disk that failed, a connection may believe for good that it is in a transaction.
        let pool = SqlitePoolOptions::new().before_acquire(|connection, _| {
            let depth = SqliteTransactionManager::get_transaction_depth(connection);
            Box::pin(async move { Ok(depth == 0) })
        });
        // One connection for as long as the process lives, which `data_version` counts on.
        let writer = pool
            .clone()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .max_lifetime(None)
            .idle_timeout(None);
        let writer = writer.connect_with(options.clone()).await?;
        let readers = pool.max_connections(connections).acquire_timeout(ACQUIRE);
        let readers = readers.connect_lazy_with(options.pragma("query_only", "on"));
        let pool = Pool::Sqlite { readers, writer, queue: Queue::default() };
        Ok(Self { pool, statements: Arc::default() })
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        match self.pool {
            Pool::Postgres(_) => DbBackend::Postgres,
            Pool::Sqlite { .. } => DbBackend::Sqlite,
        }
    }

    /// How many connections are open, and how many of them nobody uses.
    #[must_use]
    pub fn connections(&self) -> (u32, u32) {
        fn of<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> (u32, u32) {
            let open = pool.size();
            // Both move by themselves: one that was just closed is not idle.
            (open, u32::try_from(pool.num_idle()).unwrap_or(open).min(open))
        }
        match &self.pool {
            Pool::Postgres(server) => of(server.pool()),
            Pool::Sqlite { readers, writer, .. } => {
                let (readers, writer) = (of(readers), of(writer));
                (readers.0 + writer.0, readers.1 + writer.1)
            }
        }
    }

    /// How many statements have run since the start; tests count with it.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// A number that changes when another process commits to the same file; `None` where nobody could without telling.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn data_version(&self) -> Result<Option<i64>> {
        match &self.pool {
            Pool::Postgres(_) => Ok(None),
            // The number is the connection's own and says nothing about another's. The writer's pool keeps its only one.
            Pool::Sqlite { writer, .. } => {
                Ok(Some(sqlx::query_scalar("PRAGMA data_version").fetch_one(writer).await?))
            }
        }
    }

    /// Leaves nothing of what was removed in the file: it is written anew, and what was on its way into it is gone. Others who write wait
    /// meanwhile. On a server that is the server's own work.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shred(&self) -> Result<()> {
        if let Pool::Sqlite { writer, .. } = &self.pool {
            sqlx::query("VACUUM").execute(writer).await?;
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await?;
        }
        Ok(())
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Postgres(server) => server.close().await,
            Pool::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }

    /// A transaction that is opened by its first statement. None of them may take longer than `longest`, on PostgreSQL.
    pub(super) fn transaction(&self, mode: Mode, longest: Option<Duration>) -> Tx {
        Tx { database: self.clone(), mode, longest, state: Mutex::new(State::Unopened) }
    }
}

/// What a transaction may do, and as whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// One tenant, one snapshot, nothing written.
    Read(TenantId),
    /// One tenant.
    Write(TenantId),
    /// One tenant, by somebody who writes the same again where it is lost: nobody waits for the disk.
    WriteAgain(TenantId),
    /// The few tables that are looked at across tenants.
    System,
    /// The same, nothing written.
    SystemRead,
}

impl Mode {
    fn postgres(self) -> String {
        match self {
            Self::Read(tenant) => format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT set_config('app.tenant', '{}', true)",
                tenant.0
            ),
            Self::Write(tenant) => {
                format!("BEGIN READ WRITE; SELECT set_config('app.tenant', '{}', true)", tenant.0)
            }
            Self::WriteAgain(tenant) => format!(
                "BEGIN READ WRITE; SELECT set_config('synchronous_commit', 'off', true), set_config('app.tenant', '{}', true)",
                tenant.0
            ),
            Self::System => {
                "BEGIN READ WRITE; SELECT set_config('role', 'plumbline_system', true)".to_owned()
            }
            Self::SystemRead => {
                "BEGIN READ ONLY; SELECT set_config('role', 'plumbline_system', true)".to_owned()
            }
        }
    }
}

/// One transaction. It rolls back when it is dropped without a commit.
pub(crate) struct Tx {
    database: Database,
    mode: Mode,
    longest: Option<Duration>,
    state: Mutex<State>,
}

enum State {
    Unopened,
    Postgres(Lease),
    Sqlite(Transaction<'static, Sqlite>),
}

/// The open transaction, for the few places that speak sqlx.
pub(crate) enum Conn<'a> {
    /// With what waits for its answers.
    Postgres(&'a mut sqlx::PgConnection, Answers<'a>),
    Sqlite(&'a mut sqlx::SqliteConnection),
}

/// Holds the transaction for as long as somebody speaks to it.
pub(crate) struct Held<'a>(MutexGuard<'a, State>);

impl Held<'_> {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match &mut *self.0 {
            State::Postgres(lease) => {
                let (conn, answers) = lease.conn();
                Conn::Postgres(conn, answers)
            }
            State::Sqlite(tx) => Conn::Sqlite(&mut *tx),
            State::Unopened => unreachable!("`Tx::hold` opens it"),
        }
    }
}

impl Tx {
    /// Takes the transaction for one statement, opening it if this is the first.
    pub(crate) async fn hold(&self) -> Result<Held<'_>, DbErr> {
        let mut state = self.state.lock().await;
        if let State::Unopened = *state {
            *state = self.open().await.map_err(sqlx_error)?;
        }
        self.database.statements.fetch_add(1, Ordering::Relaxed);
        Ok(Held(state))
    }

    async fn open(&self) -> Result<State, sqlx::Error> {
        match &self.database.pool {
            Pool::Postgres(server) => {
                let mut begin = self.mode.postgres();
                if let Some(longest) = self.longest {
                    let longest = longest.as_millis().max(1);
                    begin += &format!(", set_config('statement_timeout', '{longest}', true)");
                }
                server.begin(&begin).await.map(State::Postgres)
            }
            Pool::Sqlite { readers, writer, queue } => {
                // Said at every beginning, so that it never depends on whoever wrote before.
                let begin = match self.mode {
                    Mode::Read(_) | Mode::SystemRead => {
                        return readers.begin_with("BEGIN").await.map(State::Sqlite);
                    }
                    Mode::Write(_) | Mode::System => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
                    Mode::WriteAgain(_) => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
                };
                let _place = queue.place(self.is_waited_for()).await;
                writer.begin_with(begin).await.map(State::Sqlite)
            }
        }
    }

    /// Somebody waits for what is done for them, and for what is no single tenant's; what a tenant's jobs do has time.
    const fn is_waited_for(&self) -> bool {
        self.longest.is_some() || matches!(self.mode, Mode::System)
    }

    /// Makes it last.
    pub(super) async fn commit(self) -> Result<()> {
        match self.state.into_inner() {
            State::Unopened => Ok(()),
            State::Postgres(lease) => lease.commit().await.map_err(|error| {
                if is_lost(&error) { Error::outcome_unknown(error) } else { error.into() }
            }),
            State::Sqlite(tx) => Ok(tx.commit().await?),
        }
    }
}

fn values(statement: &Statement) -> Result<SqlxValues, DbErr> {
    usable(statement.values.clone().unwrap_or(Values(Vec::new()))).map(SqlxValues)
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.database.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let query = (AssertSqlSafe(statement.sql.as_str()), values(&statement)?);
        match self.hold().await?.conn() {
            Conn::Postgres(conn, answers) => {
                answers.wait(sqlx::query_with(query.0, query.1).execute(conn)).await.map(Into::into)
            }
            Conn::Sqlite(conn) => {
                sqlx::query_with(query.0, query.1).execute(conn).await.map(Into::into)
            }
        }
        .map_err(sqlx_error)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self.hold().await?.conn() {
            Conn::Postgres(conn, answers) => {
                answers.wait(conn.execute(AssertSqlSafe(sql))).await.map(Into::into)
            }
            Conn::Sqlite(conn) => conn.execute(AssertSqlSafe(sql)).await.map(Into::into),
        }
        .map_err(sqlx_error)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let query = (AssertSqlSafe(statement.sql.as_str()), values(&statement)?);
        match self.hold().await?.conn() {
            Conn::Postgres(conn, answers) => answers
                .wait(sqlx::query_with(query.0, query.1).fetch_optional(conn))
                .await
                .map(|row| row.map(Into::into)),
            Conn::Sqlite(conn) => sqlx::query_with(query.0, query.1)
                .fetch_optional(conn)
                .await
                .map(|row| row.map(Into::into)),
        }
        .map_err(sqlx_error)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let query = (AssertSqlSafe(statement.sql.as_str()), values(&statement)?);
        match self.hold().await?.conn() {
            Conn::Postgres(conn, answers) => {
                let query = sqlx::query_with(query.0, query.1);
                let rows = answers.wait(query.fetch_all(conn)).await;
                rows.map(|rows| rows.into_iter().map(Into::into).collect())
            }
            Conn::Sqlite(conn) => {
                let rows = sqlx::query_with(query.0, query.1).fetch_all(conn).await;
                rows.map(|rows| rows.into_iter().map(Into::into).collect())
            }
        }
        .map_err(sqlx_error)
    }
}
