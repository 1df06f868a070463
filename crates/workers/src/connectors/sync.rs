//! The loop: page after page of every stream, each stored together with the checkpoint after it.
//!
//! A job reads for a while and is then put back, so that a long backfill keeps nobody waiting. Whatever ends it, it goes on where the
//! last transaction was; what is read twice changes nothing.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::join;

use domain::connections::sync::{
    Account, ReadTo, Trouble, account, begin_run, checked, disable, end_run, read_to, stumble,
};
use domain::connections::{ConnectionState, RunState, Sync, SyncRunId};
use domain::kernel::jobs::{Claimed, Outcome};
use domain::kernel::{Caller, Error, Result};
use domain::people::identities;
use domain::tickets::source::{self, References, SourceRow};

use super::contract::{
    Checkpoint, Connector, Desk, Item, Mode, Step, Stream, VendorError, each_of,
};
use super::http::Http;
use super::store::store;
use crate::context::Context;
use crate::kinds::Run;

/// How long a job reads before it is put back.
const TURN: Duration = Duration::from_secs(30);
/// How long to wait after a failure at most.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// How long after a sweep the next one begins.
const BETWEEN_SWEEPS: TimeDelta = TimeDelta::days(1);
/// How many tickets are asked for at once that a sweep did not find.
const AT_ONCE: usize = 4;
/// How often in a turn a stream may begin again because its checkpoint was lost.
const MOST_LOST: u32 = 3;

impl Run for Sync {
    async fn run(&self, context: &Context, job: &Claimed) -> Result<Outcome> {
        let id = self.connection;
        let caller = Caller::system(job.tenant);
        let read =
            async |scope: &_| Ok((account(scope, id).await?, identities::known(scope, id).await?));
        let (account, agents) = context.app.read(&caller, read).await?;
        let Some(account) = account else { return Ok(Outcome::Done) };
        let begun = context.app.write_for(job, async |scope| begin_run(scope, id).await);
        let run = begun.await?;
        let connector = super::of(account.vendor);
        let mut turn = Turn {
            context,
            job,
            run,
            connector,
            http: Http::new(context, connector.sign_in(&account)?)?,
            account,
            ends: Instant::now() + TURN,
            agents,
            known: References::default(),
        };
        match turn.take().await {
            // Somebody paused it, or wants it read anew: whoever does asks for what comes next.
            Err(error) if error.code() == "run_over" => Ok(Outcome::Done),
            ended => ended,
        }
    }
}

/// One claim of the job.
pub(super) struct Turn<'a> {
    pub(super) context: &'a Context,
    pub(super) job: &'a Claimed,
    pub(super) account: Account,
    pub(super) run: SyncRunId,
    connector: &'static dyn Connector,
    http: Http,
    ends: Instant,
    agents: HashSet<String>,
    pub(super) known: References,
}

/// Why a stream was left before its end.
enum Left {
    /// It is another's turn.
    Turn,
    /// The vendor did not answer as it should.
    Failed(VendorError),
    /// Nothing can be stored.
    Broken(Error),
}

impl Turn<'_> {
    async fn take(&mut self) -> Result<Outcome> {
        if self.account.state == ConnectionState::Testing
            && let Some(outcome) = self.check().await?
        {
            return Ok(outcome);
        }
        let mut trouble = None;
        for stream in self.connector.streams() {
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
                    return Ok(Outcome::Snooze(backoff(failures)));
                }
                VendorError::Lost(_)
                | VendorError::Shape(_)
                | VendorError::Refused(_)
                | VendorError::Missing(_) => {
                    let failures = self.stumble(stream, &error).await?;
                    trouble = Some((error.trouble(), backoff(failures)));
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
        let id = self.account.id;
        match self.connector.check(&self.http).await {
            Ok(name) => {
                let write = self
                    .context
                    .app
                    .write_for(self.job, async |scope| checked(scope, id, &name).await);
                write.await?;
                Ok(None)
            }
            Err(VendorError::Limited(wait)) => Ok(Some(Outcome::Snooze(wait))),
            Err(error @ VendorError::Transient(_)) => {
                let failures = self.stumble(&self.connector.streams()[0], &error).await?;
                Ok(Some(Outcome::Snooze(backoff(failures))))
            }
            Err(error) => self.disable(&error).await.map(Some),
        }
    }

    /// Reads a stream to where it ends for now. The next page is asked for while this one is written.
    async fn read(&mut self, stream: &'static Stream) -> Result<(), Left> {
        let Some(mut at) = self.begins(stream).await? else { return Ok(()) };
        let mut lost = 0;
        let mut step = loop {
            match self.step(stream, at.clone()).await {
                Err(Left::Failed(VendorError::Lost(_))) if lost < MOST_LOST => {
                    (at, lost) = (at.lost(), lost + 1);
                }
                step => break step?,
            }
        };
        loop {
            self.hear(&step);
            let (next, has_more) = (step.next.clone(), step.has_more);
            // Of a snapshot nothing is left for the next turn.
            if !has_more || (stream.mode != Mode::Snapshot && Instant::now() > self.ends) {
                self.known.remember(store(self, stream, step).await?);
                return if has_more { Err(Left::Turn) } else { Ok(()) };
            }
            let (stored, ahead) = join!(store(self, stream, step), self.step(stream, next));
            self.known.remember(stored?);
            step = match ahead {
                // It begins again where the checkpoint says, which is stored.
                Err(Left::Failed(VendorError::Lost(_))) if lost < MOST_LOST => {
                    return Err(Left::Turn);
                }
                ahead => ahead?,
            };
        }
    }

    async fn step(&self, stream: &Stream, at: Checkpoint) -> Result<Step, Left> {
        let desk = Desk { http: &self.http, agents: &self.agents };
        let mut step = self.connector.step(&desk, stream, at).await?;
        let gone = self.gone(&desk, &step).await?;
        step.items.extend(gone);
        Ok(step)
    }

    /// What a sweep did not find any more. Each is asked for by itself before it is taken for gone: a search may be late, or leave something out.
    async fn gone(&self, desk: &Desk<'_>, step: &Step) -> Result<Vec<Item>, Left> {
        let Some((from, to)) = step.within else { return Ok(Vec::new()) };
        let there = step.items.iter().filter_map(|item| match item {
            Item::Exists(id) => Some(id.clone()),
            Item::Agent(_) | Item::Queue(_) | Item::Ticket(_) | Item::Rating(_) => None,
        });
        let there: HashSet<String> = there.collect();
        let (id, caller) = (self.account.id, Caller::system(self.job.tenant));
        let read = async |scope: &_| source::missing(scope, id, from, to, &there).await;
        let missing = self.context.app.read(&caller, read).await?;
        let ask = |ticket: String| async move {
            let found = self.connector.fetch(desk, &ticket).await?;
            Ok((ticket, found))
        };
        let (asked, error) = each_of(missing, AT_ONCE, ask).await;
        if let Some(error) = error {
            return Err(error.into());
        }
        let gone = |ticket| vec![Item::Ticket(Box::new(SourceRow::gone(ticket, step.reached_at)))];
        let told = asked.into_iter();
        Ok(told.flat_map(|(ticket, found)| found.unwrap_or_else(|| gone(ticket))).collect())
    }

    /// Snapshots are read from their beginning, and so are sweeps, once a day: `None` until it is time.
    async fn begins(&self, stream: &Stream) -> Result<Option<Checkpoint>, Left> {
        let start = Checkpoint::Start { from: self.account.sync_from };
        if stream.mode == Mode::Snapshot {
            return Ok(Some(start));
        }
        let (id, caller) = (self.account.id, Caller::system(self.job.tenant));
        let read = async |scope: &_| read_to(scope, id, stream.name).await;
        let ReadTo { checkpoint, reached_at } = self.context.app.read(&caller, read).await?;
        if let Some(text) = checkpoint {
            return Ok(Some(serde_json::from_str(&text).map_err(Error::from)?));
        }
        let is_rested = |at| self.context.app.clock().now() - at >= BETWEEN_SWEEPS;
        let is_due = stream.mode != Mode::Sweep || reached_at.is_none_or(is_rested);
        Ok(is_due.then_some(start))
    }

    /// Who is an agent is needed to read what comes after.
    fn hear(&mut self, step: &Step) {
        for item in &step.items {
            if let Item::Agent(agent) = item {
                self.agents.insert(agent.id.clone());
            }
        }
    }

    async fn stumble(&self, stream: &Stream, error: &VendorError) -> Result<u32> {
        let (id, run, trouble) = (self.account.id, self.run, error.trouble());
        let write = async |scope: &_| stumble(scope, id, run, stream.name, &trouble).await;
        self.context.app.write_for(self.job, write).await
    }

    async fn disable(&self, error: &VendorError) -> Result<Outcome> {
        let (id, trouble) = (self.account.id, error.trouble());
        let write = async |scope: &_| disable(scope, id, trouble).await;
        self.context.app.write_for(self.job, write).await?;
        Ok(Outcome::Done)
    }

    /// Ends the run, and asks for the next one.
    async fn end(&self, trouble: Option<(Trouble, Duration)>) -> Result<Outcome> {
        let (id, run) = (self.account.id, self.run);
        let (state, trouble, wait) = match trouble {
            None => (RunState::Succeeded, None, self.account.cadence),
            Some((trouble, wait)) => {
                (RunState::Partial, Some(trouble), wait.max(self.account.cadence))
            }
        };
        let write = self.context.app.write_for(self.job, async |scope| {
            end_run(scope, id, run, state, trouble).await?;
            let due = scope.now() + wait;
            scope.enqueue_at(&Sync { connection: id }, due).await
        });
        write.await?;
        Ok(Outcome::Done)
    }
}

/// Twice as long with every failure in a row.
fn backoff(failures: u32) -> Duration {
    let seconds = 1u64 << failures.min(10);
    Duration::from_secs(seconds).min(LONGEST_WAIT)
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
