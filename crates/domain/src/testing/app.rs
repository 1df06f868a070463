//! A database of its own for every test: SQLite by default, PostgreSQL as the runtime role where `PLUMBLINE_TEST_DATABASE_URL` names a server.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, SqlitePool};
use tempfile::TempDir;
use uuid::Uuid;

use crate::kernel::{App, Caller, Clock, Database, ErrorKind, Ids, MasterKey, Scope};
use crate::tenants::{self, NewTenant};

/// An application over an empty, migrated database.
pub struct TestApp {
    /// The application, on a clock that stands at [`start`].
    pub app: App,
    home: Home,
}

enum Home {
    /// Removed when it goes.
    Folder(TempDir),
    Server {
        url: String,
        name: String,
    },
}

/// When every test begins: Wednesday, 6 May 2026, 12:00 UTC.
#[must_use]
pub fn start() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_778_068_800)
}

impl TestApp {
    /// A new one.
    ///
    /// # Panics
    /// When the database cannot be made.
    pub async fn new() -> Self {
        let (database, home) = match server() {
            Some(url) => on_server(url).await,
            None => in_folder().await,
        };
        let app =
            crate::app(database, Clock::fixed(start()), Ids::seeded(7), MasterKey::new([7; 32]));
        Self { app, home }
    }

    /// Where other programs find the database, if it is on a server.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        match &self.home {
            Home::Folder(_) => None,
            Home::Server { url, name } => Some(with_database(url, name)),
        }
    }

    /// The same application in another process, which knows nothing yet.
    #[must_use]
    pub fn beside(&self) -> App {
        let (database, clock) = (self.app.database().clone(), self.app.clock().clone());
        crate::app(database, clock, Ids::random(), MasterKey::new([7; 32]))
    }

    /// Removes the keys of a tenant that sign no more, as an operator does who lost one.
    ///
    /// # Panics
    /// When they stay.
    pub async fn remove_retired_keys(&self, tenant: &Caller) {
        let removed = self.app.write(tenant, async |scope| {
            let sql = "DELETE FROM signing_keys WHERE tenant_id = $1 AND state = 'retired'";
            Ok(scope.tx().execute_raw(scope.sql(sql, [])).await?.rows_affected())
        });
        assert!(removed.await.expect("they may be removed") > 0);
    }

    /// Takes every connection that reads, for as long as what is returned is held.
    ///
    /// # Panics
    /// When there are none.
    pub async fn take_connections(&self, tenant: &Caller) -> Vec<Scope> {
        let mut held = Vec::new();
        loop {
            let scope = self.app.reading(tenant).await.expect("a scope");
            if let Err(error) = tenants::get(&scope).await {
                assert_eq!(error.kind(), ErrorKind::Unavailable);
                assert!(!held.is_empty());
                return held;
            }
            held.push(scope);
        }
    }

    /// The folder that the database is in, if it is in one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.home {
            Home::Folder(folder) => Some(folder.path()),
            Home::Server { .. } => None,
        }
    }

    /// Makes a tenant in UTC and returns Plumbline itself as its caller.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn tenant(&self, slug: &str) -> Caller {
        let caller = Caller::system(self.app.new_id());
        let new = NewTenant {
            slug: slug.to_owned(),
            name: slug.to_uppercase(),
            time_zone: "UTC".to_owned(),
            week_start: Default::default(),
        };
        self.app
            .write(&caller, async |scope| tenants::create(scope, new).await)
            .await
            .expect("a tenant");
        caller
    }
}

fn server() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one way a test run says which database it is about"
    )]
    std::env::var("PLUMBLINE_TEST_DATABASE_URL").ok()
}

async fn in_folder() -> (Database, Home) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("plumbline.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.expect("a new file");
    Migrator::up(&SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.clone()), None)
        .await
        .expect("migrations");
    pool.close().await;
    let database = Database::sqlite(&file, 2).await.expect("the file opens");
    (database, Home::Folder(folder))
}

/// A database made from a template that the first test of this program migrates.
async fn on_server(url: String) -> (Database, Home) {
    let mut owner = PgConnection::connect(&url).await.expect("the test server answers");
    let template = template_name();
    owner.execute("SELECT pg_advisory_lock(7011)").await.expect("the lock");
    let found: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(&template)
        .fetch_optional(&mut owner)
        .await
        .expect("a list");
    if found.is_none() {
        owner
            .execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {template}_new")))
            .await
            .expect("no half-made template");
        owner
            .execute(AssertSqlSafe(format!("CREATE DATABASE {template}_new")))
            .await
            .expect("a template");
        let options =
            PgConnectOptions::from_str(&url).expect("the URL").database(&format!("{template}_new"));
        let pool = PgPool::connect_with(options).await.expect("the template");
        Migrator::up(&SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone()), None)
            .await
            .expect("migrations");
        pool.close().await;
        owner
            .execute(AssertSqlSafe(format!("ALTER DATABASE {template}_new RENAME TO {template}")))
            .await
            .expect("a template");
    }
    let name = format!("test_{}", Uuid::from_u128(fresh()).simple());
    owner
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {template}")))
        .await
        .expect("a database");
    owner.execute("SELECT pg_advisory_unlock(7011)").await.expect("the lock");
    let runtime = with_database(&url, &name);
    let database = Database::postgres(&runtime, 4).await.expect("the runtime role may enter");
    (database, Home::Server { url, name })
}

fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url
        .split_once('?')
        .map_or((url, String::new()), |(base, query)| (base, format!("?{query}")));
    let server = base.rsplit_once('/').map_or(base, |(server, _)| server);
    format!("{server}/{name}{query}")
}

/// Names the template after this very build, so that a changed migration never meets an old template.
fn template_name() -> String {
    let exe: PathBuf = std::env::current_exe().expect("a program");
    let mut hasher = DefaultHasher::new();
    exe.hash(&mut hasher);
    exe.metadata().and_then(|meta| meta.modified()).expect("its age").hash(&mut hasher);
    format!("template_{:016x}", hasher.finish())
}

fn fresh() -> u128 {
    Ids::random().next(Clock::System.now()).as_u128()
}

impl Drop for Home {
    fn drop(&mut self) {
        let Self::Server { url, name } = self else {
            return;
        };
        let (url, sql) = (url.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        // A thread of its own, because the test's runtime may be the one that is ending.
        let dropper = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let mut owner = PgConnection::connect(&url).await.expect("the test server answers");
                owner.execute(AssertSqlSafe(sql)).await.expect("the database goes");
            });
        });
        dropper.join().ok();
    }
}
