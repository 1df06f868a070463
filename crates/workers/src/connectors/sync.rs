//! The loop: page after page of every stream, each stored together with the checkpoint after it.
//!
//! A job reads for a while and is then put back, so that a long backfill keeps nobody waiting. Whatever ends it, it goes on where the
//! last transaction was; what is read twice changes nothing.

use std::collections::HashSet;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tracing::Instrument;
use uuid::Uuid;

use domain::connections::sync::{
    ReadTo, Trouble, account, begin_run, checked, disable, end_run, read_to, stumble,
};
use domain::connections::{ConnectionId, ConnectionState, RunState, Sync, SyncRunId, Vendor};
use domain::kernel::jobs::{Claimed, Outcome};
use domain::kernel::{Caller, Error, Result};
use domain::kpis;
use domain::people::identities;
use domain::tickets::source::References;

use super::contract::{Checkpoint, Connector, Mode, Stream, VendorError};
use super::http::Http;
use super::reader::{Page, Reader};
use super::store::store;
use crate::context::Context;
use crate::kinds::Run;

/// How long a job reads before it is put back.
const TURN: Duration = Duration::from_secs(30);
/// How long to wait after a failure at most.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// How long after a sweep the next one begins.
const BETWEEN_SWEEPS: TimeDelta = TimeDelta::days(1);
/// How often in a turn a stream may begin again because its checkpoint was lost.
const MOST_LOST: u32 = 3;

impl Run for Sync {
    async fn run(&self, context: &Context, job: &Claimed) -> Result<Outcome> {
        take_turn(context, job, self.connection, super::of).await
    }
}

/// Reads a connection for a while, by the connector of its vendor. What the outcome says of the job is not done yet.
///
/// # Errors
/// Those of the database; what a vendor does wrong is told to the tenant.
pub async fn take_turn(
    context: &Context,
    job: &Claimed,
    id: ConnectionId,
    connector_of: impl FnOnce(Vendor) -> &'static dyn Connector,
) -> Result<Outcome> {
    let caller = Caller::system(job.tenant);
    let read =
        async |scope: &_| Ok((account(scope, id).await?, identities::known(scope, id).await?));
    let (account, agents) = context.app.read(&caller, read).await?;
    let Some(account) = account else { return Ok(Outcome::Done) };
    let begun = context.app.write_for(job, async |scope| begin_run(scope, id).await);
    let run = begun.await?;
    let connector = connector_of(account.vendor);
    let http = Http::new(context, job.tenant, &account, connector.manners())?;
    let (context, tenant) = (context.clone(), job.tenant);
    let mut turn = Turn {
        reader: Arc::new(Reader { context, tenant, connector, http, account }),
        job,
        run,
        ends: Instant::now() + TURN,
        agents: Arc::new(agents),
        known: References::default(),
    };
    match turn.take().await {
        // Somebody paused it, or wants it read anew: whoever does asks for what comes next.
        Err(error) if error.code() == "run_over" => Ok(Outcome::Done),
        ended => ended,
    }
}

/// One claim of the job.
pub(super) struct Turn<'a> {
    pub(super) reader: Arc<Reader>,
    pub(super) job: &'a Claimed,
    pub(super) run: SyncRunId,
    ends: Instant,
    agents: Arc<HashSet<String>>,
    pub(super) known: References,
}

/// Why a stream was left before its end.
pub(super) enum Left {
    /// It is another's turn.
    Turn,
    /// The vendor did not answer as it should.
    Failed(VendorError),
    /// Nothing can be stored.
    Broken(Error),
}

impl Turn<'_> {
    async fn take(&mut self) -> Result<Outcome> {
        if self.reader.account.state == ConnectionState::Testing
            && let Some(outcome) = self.check().await?
        {
            return Ok(outcome);
        }
        let mut trouble = None;
        for stream in self.reader.connector.streams() {
            let error = match self.read(stream).await {
                Ok(()) => continue,
                Err(Left::Turn) => return Ok(Outcome::Snooze(Duration::ZERO)),
                Err(Left::Broken(error)) => return Err(error),
                Err(Left::Failed(error)) => error,
            };
            match error {
                VendorError::Auth(_) => return self.disable(&error).await,
                VendorError::Limited(wait) => return Ok(Outcome::Snooze(wait)),
                VendorError::Transient(_) => {
                    let failures = self.stumble(stream, &error).await?;
                    return Ok(Outcome::Snooze(backoff(
                        failures,
                        self.reader.context.app.new_id(),
                    )));
                }
                VendorError::Lost(_)
                | VendorError::Shape(_)
                | VendorError::Refused(_)
                | VendorError::Missing(_) => {
                    let failures = self.stumble(stream, &error).await?;
                    trouble = Some((
                        error.trouble(),
                        backoff(failures, self.reader.context.app.new_id()),
                    ));
                    // Without those whom it names, what comes after would be read wrongly.
                    if stream.mode == Mode::Snapshot {
                        break;
                    }
                }
            }
        }
        self.end(trouble).await
    }

    /// Whether the credentials are good. The outcome of the job where nothing can be read yet.
    async fn check(&mut self) -> Result<Option<Outcome>> {
        let id = self.reader.account.id;
        match self.reader.connector.check(&self.reader.http).await {
            Ok(name) => {
                let write = self
                    .reader
                    .context
                    .app
                    .write_for(self.job, async |scope| checked(scope, id, &name).await);
                write.await?;
                Ok(None)
            }
            Err(VendorError::Limited(wait)) => Ok(Some(Outcome::Snooze(wait))),
            Err(error @ VendorError::Transient(_)) => {
                let failures = self.stumble(&self.reader.connector.streams()[0], &error).await?;
                Ok(Some(Outcome::Snooze(backoff(failures, self.reader.context.app.new_id()))))
            }
            Err(error) => self.disable(&error).await.map(Some),
        }
    }

    /// Reads a stream to where it ends for now. The next page is asked for, and made ready, while this one is written.
    async fn read(&mut self, stream: &'static Stream) -> Result<(), Left> {
        let Some(mut at) = self.begins(stream).await? else { return Ok(()) };
        let mut lost = 0;
        let mut page = loop {
            match self.ask(stream, at.clone()).await {
                Err(Left::Failed(VendorError::Lost(_))) if lost < MOST_LOST => {
                    (at, lost) = (at.lost(), lost + 1);
                }
                page => break page?,
            }
        };
        loop {
            // Who is an agent is needed to read what comes after.
            Arc::make_mut(&mut self.agents).extend(page.agents.drain(..));
            // Of a snapshot nothing is left for the next turn.
            let is_over = stream.mode != Mode::Snapshot && Instant::now() > self.ends;
            if !page.has_more || is_over {
                let has_more = page.has_more;
                store(self, stream, page).await?;
                return if has_more { Err(Left::Turn) } else { Ok(()) };
            }
            let mut ahead = JoinSet::new();
            let next = self.ask(stream, page.next.clone());
            ahead.spawn(next.in_current_span());
            store(self, stream, page).await?;
            page = match ahead.join_next().await {
                // It begins again where the checkpoint says, which is stored.
                Some(Ok(Err(Left::Failed(VendorError::Lost(_))))) if lost < MOST_LOST => {
                    return Err(Left::Turn);
                }
                Some(Ok(next)) => next?,
                Some(Err(error)) if error.is_panic() => resume_unwind(error.into_panic()),
                Some(Err(_)) | None => return Err(Left::Turn),
            };
        }
    }

    /// Asks for a page. What is asked is no part of this turn, so that it can be asked for beside it.
    fn ask(
        &self,
        stream: &'static Stream,
        at: Checkpoint,
    ) -> impl Future<Output = Result<Page, Left>> + Send + 'static {
        let (reader, agents) = (Arc::clone(&self.reader), Arc::clone(&self.agents));
        async move { reader.page(stream, at, &agents).await }
    }

    /// Snapshots are read from their beginning, and so are sweeps, once a day: `None` until it is time.
    async fn begins(&self, stream: &Stream) -> Result<Option<Checkpoint>, Left> {
        let start = Checkpoint::Start { from: self.reader.account.sync_from };
        if stream.mode == Mode::Snapshot {
            return Ok(Some(start));
        }
        let (id, caller) = (self.reader.account.id, Caller::system(self.job.tenant));
        let read = async |scope: &_| read_to(scope, id, stream.name).await;
        let ReadTo { checkpoint, reached_at } = self.reader.context.app.read(&caller, read).await?;
        if let Some(text) = checkpoint {
            return Ok(Some(serde_json::from_str(&text).map_err(Error::from)?));
        }
        let is_rested = |at| self.reader.context.app.clock().now() - at >= BETWEEN_SWEEPS;
        let is_due = stream.mode != Mode::Sweep || reached_at.is_none_or(is_rested);
        Ok(is_due.then_some(start))
    }

    async fn stumble(&self, stream: &Stream, error: &VendorError) -> Result<u32> {
        let (id, run, trouble) = (self.reader.account.id, self.run, error.trouble());
        let write = async |scope: &_| stumble(scope, id, run, stream.name, &trouble).await;
        self.reader.context.app.write_for(self.job, write).await
    }

    async fn disable(&self, error: &VendorError) -> Result<Outcome> {
        let (id, trouble) = (self.reader.account.id, error.trouble());
        let write = async |scope: &_| disable(scope, id, trouble).await;
        self.reader.context.app.write_for(self.job, write).await?;
        Ok(Outcome::Done)
    }

    /// Ends the run, and asks for the next one.
    async fn end(&self, trouble: Option<(Trouble, Duration)>) -> Result<Outcome> {
        let (id, run) = (self.reader.account.id, self.run);
        let (state, trouble, wait) = match trouble {
            None => (RunState::Succeeded, None, self.reader.account.cadence),
            Some((trouble, wait)) => {
                (RunState::Partial, Some(trouble), wait.max(self.reader.account.cadence))
            }
        };
        let write = self.reader.context.app.write_for(self.job, async |scope| {
            end_run(scope, id, run, state, trouble).await?;
            kpis::drain_soon(scope).await?;
            let due = scope.now() + wait;
            scope.enqueue_at(&Sync { connection: id }, due).await
        });
        write.await?;
        Ok(Outcome::Done)
    }
}

/// Twice as long with every failure in a row, and by chance up to half of it less: who failed together does not try again together.
fn backoff(failures: u32, chance: Uuid) -> Duration {
    let longest = Duration::from_secs(1u64 << failures.min(10)).min(LONGEST_WAIT);
    // The lower half of an id is chance alone.
    let (_, chance) = chance.as_u64_pair();
    longest - longest.mul_f64((chance & 0xffff) as f64 / 131_072.0)
}

impl From<VendorError> for Left {
    fn from(error: VendorError) -> Self {
        Self::Failed(error)
    }
}

impl From<Error> for Left {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}
