//! Where a database's schema stands, and bringing it up. On connections of its own, because the owner of the tables does it and not the runtime role.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, RuntimeErr,
    SqlxError, SqlxPostgresConnector, Statement, TransactionTrait,
};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

pub use sea_orm_migration::sea_orm::DbErr;

use crate::{Migrator, RUNTIME_ROLE, SYSTEM_ROLE};

/// Whoever changes the schema of a PostgreSQL database holds this lock, so that others wait.
const LOCK: i64 = 0x706c_756d_6201;
/// How long a server may take to let us in.
const PATIENCE: Duration = Duration::from_secs(5);
/// What PostgreSQL calls a missing right, and a role that is not there.
const FORBIDDEN: &[&str] = &["42501", "22023"];

/// Where a schema stands, seen from this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is nothing yet.
    Empty,
    /// It is this program's.
    Current,
    /// It lacks this many changes.
    Older(usize),
    /// It has a change that this program does not know.
    Newer(String),
}

/// A connection to a database's schema.
pub struct Schema(DatabaseConnection);

impl Schema {
    /// Of a file that is there, if only empty.
    ///
    /// # Errors
    /// When it is no database, or cannot be read.
    pub async fn of_file(file: &Path) -> Result<Self, DbErr> {
        let file: PathBuf = file.to_owned();
        // The address is a form only: a path may hold signs that an address may not.
        let mut options = ConnectOptions::new("sqlite:plumbline.db");
        options
            .max_connections(1)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(move |options| options.filename(&file).busy_timeout(PATIENCE));
        Ok(Self(Database::connect(options).await?))
    }

    /// Of a PostgreSQL database.
    ///
    /// # Errors
    /// When nobody answers, or the login is refused.
    pub async fn of_server(url: &str) -> Result<Self, DbErr> {
        // Not by sea-orm: its span of connecting has the whole address in it, with the password.
        let options = PgConnectOptions::from_str(url).map_err(away)?.disable_statement_logging();
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let pool = pool.connect_with(options).await.map_err(away)?;
        Ok(Self(SqlxPostgresConnector::from_sqlx_postgres_pool(pool)))
    }

    /// Where it stands.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn standing(&self) -> Result<Standing, DbErr> {
        // By hand, because the migrator's own question makes the table where it is missing, which a server's login may not.
        let table = Migrator::migration_table_name().to_string();
        if !SchemaManager::new(&self.0).has_table(&table).await? {
            return Ok(Standing::Empty);
        }
        let sql = format!("SELECT version FROM {table}");
        let sql = Statement::from_string(self.0.get_database_backend(), sql);
        let rows = self.0.query_all_raw(sql).await?;
        let applied: Result<BTreeSet<_>, _> =
            rows.iter().map(|row| row.try_get("", "version")).collect();
        Ok(compare(&applied?))
    }

    /// Brings it up, in one transaction that others wait for. Does nothing where there is nothing to do.
    ///
    /// # Errors
    /// Those of the database; nothing is changed then.
    pub async fn upgrade(&self) -> Result<(), DbErr> {
        let tx = self.0.begin().await?;
        if tx.get_database_backend() == DbBackend::Postgres {
            tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
        }
        Migrator::up(&tx, None).await?;
        tx.commit().await
    }

    /// Takes the roles that the product works as, to see whether the login may.
    ///
    /// # Errors
    /// Those of the database; [`is_forbidden`] tells a missing right from the rest.
    pub async fn try_roles(&self) -> Result<(), DbErr> {
        for role in [RUNTIME_ROLE, SYSTEM_ROLE] {
            self.0.execute_unprepared(&format!("SET ROLE {role}")).await?;
        }
        self.0.execute_unprepared("RESET ROLE").await?;
        Ok(())
    }

    /// Closes the connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn close(self) -> Result<(), DbErr> {
        self.0.close().await
    }
}

fn away(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)))
}

/// Whether an error says that the login may not do this.
#[must_use]
pub fn is_forbidden(error: &DbErr) -> bool {
    let code = cause(error).and_then(|cause| cause.as_database_error()?.code());
    code.is_some_and(|code| FORBIDDEN.contains(&&*code))
}

/// What went wrong, in the database's own words where it said any.
#[must_use]
pub fn reason(error: &DbErr) -> String {
    match cause(error) {
        Some(SqlxError::PoolTimedOut) => "nobody answers".to_owned(),
        Some(SqlxError::Database(said)) => said.message().to_owned(),
        Some(other) => other.to_string(),
        None => error.to_string(),
    }
}

fn cause(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

fn compare(applied: &BTreeSet<String>) -> Standing {
    let known = Migrator::migrations();
    let known: BTreeSet<_> = known.iter().map(|migration| migration.name().to_owned()).collect();
    match applied.difference(&known).last() {
        Some(unknown) => Standing::Newer(unknown.clone()),
        None if applied.is_empty() => Standing::Empty,
        None if applied.len() == known.len() => Standing::Current,
        None => Standing::Older(known.len() - applied.len()),
    }
}
