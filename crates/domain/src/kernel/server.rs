//! A PostgreSQL server, which may go away at any moment and without a word. What is lost with it is given up in time and never
//! used again; what can be had again is had without a word to anybody.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgTransactionManager};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, Postgres, SqlSafeStr};
use sqlx_core::transaction::TransactionManager;
use tokio::runtime::Handle;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::timeout;

use super::dialect;

/// How long to wait for an answer before wondering whether the server is there, and before wondering again.
const PATIENCE: Duration = Duration::from_millis(500);
/// Whoever has said something so lately need not be asked.
const LATELY: Duration = Duration::from_millis(250);
/// How long it may take to say so.
const ANSWER: Duration = Duration::from_millis(750);
/// How long a connection may take: a free one, or a new one.
const ACQUIRE: Duration = Duration::from_millis(1_750);
/// How long a statement may take at most; the server itself ends it sooner. Whoever waits longer waits for a lost connection.
const LONGEST: Duration = Duration::from_secs(17);

/// The server and the connections to it. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pool: PgPool,
    seen: Arc<Mutex<Seen>>,
    asking: Arc<AsyncMutex<()>>,
}

/// What was last seen of the server, by whichever connection.
#[derive(Debug)]
struct Seen {
    answering: Instant,
    /// A connection broke: older ones are suspect.
    breaking: Option<Instant>,
    /// Asked, it did not answer: older connections are lost.
    silent: Option<Instant>,
}

impl Server {
    pub(super) async fn connect(
        options: PgConnectOptions,
        connections: u32,
    ) -> Result<Self, sqlx::Error> {
        let now = Instant::now();
        let seen = Arc::new(Mutex::new(Seen { answering: now, breaking: None, silent: None }));
        let known = Arc::clone(&seen);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE)
            // It would cost every transaction a round trip.
            .test_before_acquire(false)
            .before_acquire(move |_, connection| {
                let suspect = look(&known).is_suspect(Instant::now() - connection.age);
                Box::pin(async move { Ok(!suspect) })
            })
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("SET ROLE plumbline_runtime").await?;
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self { pool, seen, asking: Arc::default() })
    }

    /// Opens a transaction with a statement. Nothing has happened yet on a connection that broke while it was idle, so another is taken.
    pub(super) async fn begin(&self, statement: &str) -> Result<Lease, sqlx::Error> {
        let opening = async {
            match self.begin_once(statement).await {
                Err(error) if is_lost(&error) => self.begin_once(statement).await,
                begun => begun,
            }
        };
        timeout(ACQUIRE, opening).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn begin_once(&self, statement: &str) -> Result<Lease, sqlx::Error> {
        let connection = self.pool.acquire().await?;
        let mut lease = Lease {
            server: self.clone(),
            connection: Some(connection),
            since: Instant::now(),
            is_open: false,
        };
        let statement = AssertSqlSafe(statement).into_sql_str();
        let beginning = PgTransactionManager::begin(lease.conn().0, Some(statement));
        let begun = timeout(ANSWER, beginning).await.unwrap_or_else(|_| Err(gone()));
        self.note(&begun);
        begun?;
        lease.is_open = true;
        Ok(lease)
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    /// Waits for an answer on a connection taken at `since`, for as long as there is hope of one.
    async fn wait<T>(
        &self,
        since: Instant,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let begun = Instant::now();
        let mut work = pin!(work);
        loop {
            if let Ok(done) = timeout(PATIENCE, &mut work).await {
                self.note(&done);
                return done;
            }
            let hope = async {
                self.is_there().await
                    && !look(&self.seen).was_silent_after(since)
                    && begun.elapsed() < LONGEST
            };
            tokio::select! {
                biased;
                done = &mut work => {
                    self.note(&done);
                    return done;
                }
                hope = hope => if !hope {
                    let gone = Err(gone());
                    self.note(&gone);
                    return gone;
                }
            }
        }
    }

    /// Whether the server answers anybody. One asks, on a new connection, for all who want to know.
    async fn is_there(&self) -> bool {
        let wondering = Instant::now();
        let _asking = self.asking.lock().await;
        let known = {
            let seen = look(&self.seen);
            let asked_meanwhile = seen.was_silent_after(wondering).then_some(false);
            asked_meanwhile.or((seen.answering.elapsed() < LATELY).then_some(true))
        };
        if let Some(known) = known {
            return known;
        }
        let options = self.pool.connect_options();
        let answer = timeout(ANSWER, PgConnection::connect_with(&options)).await;
        let there = match answer {
            Ok(Ok(_)) => true,
            // A refusal is an answer, unless it is that of a server that comes or goes.
            Ok(Err(error)) => matches!(error, sqlx::Error::Database(_)) && !is_lost(&error),
            Err(_) => false,
        };
        let (now, mut seen) = (Instant::now(), look(&self.seen));
        if there {
            seen.answering = now;
        } else {
            seen.silent = Some(now);
        }
        there
    }

    fn note<T>(&self, answer: &Result<T, sqlx::Error>) {
        let (now, mut seen) = (Instant::now(), look(&self.seen));
        match answer {
            Err(error) if is_lost(error) => seen.breaking = Some(now),
            Ok(_) | Err(_) => seen.answering = now,
        }
    }
}

impl Seen {
    fn is_suspect(&self, connected: Instant) -> bool {
        self.was_silent_after(connected) || self.breaking.is_some_and(|then| then > connected)
    }

    fn was_silent_after(&self, moment: Instant) -> bool {
        self.silent.is_some_and(|then| then > moment)
    }
}

/// A connection in a transaction, which is rolled back if it is still open when this goes.
pub(super) struct Lease {
    server: Server,
    /// There until it goes.
    connection: Option<PoolConnection<Postgres>>,
    since: Instant,
    /// The server has said that the transaction is open.
    is_open: bool,
}

/// Waits for the answers on one connection.
#[derive(Clone, Copy)]
pub(crate) struct Answers<'a> {
    server: &'a Server,
    since: Instant,
}

impl Answers<'_> {
    /// Waits for the answer to a statement, and fails when none will come.
    pub(crate) async fn wait<T>(
        self,
        statement: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        self.server.wait(self.since, statement).await
    }
}

impl Lease {
    pub(super) fn conn(&mut self) -> (&mut PgConnection, Answers<'_>) {
        let answers = Answers { server: &self.server, since: self.since };
        (self.connection.as_mut().expect("it goes with the lease"), answers)
    }

    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        let (connection, answers) = self.conn();
        answers.wait(PgTransactionManager::commit(connection)).await
    }
}

impl Drop for Lease {
    /// The pool's own way back waits without an end for a server that says nothing, and a connection less is there for others.
    fn drop(&mut self) {
        let (Some(mut connection), Ok(runtime)) = (self.connection.take(), Handle::try_current())
        else {
            return;
        };
        // Whoever stops waiting for a BEGIN leaves a transaction open that the driver knows nothing of, and the next one would run in
        // it, in its role. The pool may open another connection in its place at once.
        if !self.is_open || look(&self.server.seen).is_suspect(self.since) {
            drop(connection.detach());
            return;
        }
        // After a commit there is nothing to roll back, and this says nothing.
        PgTransactionManager::start_rollback(&mut connection);
        let (server, since) = (self.server.clone(), self.since);
        let returning = connection.return_to_pool();
        runtime.spawn(async move {
            let returned = async {
                returning.await;
                Ok(())
            };
            server.wait(since, returned).await.ok();
        });
    }
}

/// Whether the connection that this came from is of no more use.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "drivers add errors; after one we do not know the pool looks for itself"
)]
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| dialect::is_lost(&code)),
        _ => false,
    }
}

fn gone() -> sqlx::Error {
    let message = "the database server says nothing any more";
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, message))
}

fn look(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
