//! Working off what hooks were told. What a helpdesk tells is a hint, and what it is about is asked for again; a source of one's own tells the
//! thing itself.

mod own;

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use domain::connections::FieldMapping;
use domain::connections::sync::{Account, Trouble, account, disable};
use domain::hooks::{Receive, Told, is_left, settle, told, waiting};
use domain::kernel::jobs::{Claimed, Outcome};
use domain::kernel::{Caller, Result, Scope};
use domain::kpis;
use domain::people::identities;
use domain::tickets::source::{self, References, SourceRow};

use crate::connectors::contract::{Desk, Item, VendorError, each_of};
use crate::connectors::http::Http;
use crate::connectors::{self, units};
use crate::context::Context;
use crate::kinds::Run;

/// How many deliveries are looked at together.
const TOGETHER: u64 = 50;
/// How many tickets are asked for at once.
const AT_ONCE: usize = 4;
/// How long to wait where a vendor fails. What arrives meanwhile is a reason to try at once.
const LATER: Duration = Duration::from_secs(10);

impl Run for Receive {
    async fn run(&self, context: &Context, job: &Claimed) -> Result<Outcome> {
        let hook = self.hook;
        let caller = Caller::system(job.tenant);
        let read = async |scope: &Scope| {
            let Some(connection) = told(scope, hook).await? else { return Ok(None) };
            let account = account(scope, connection).await?;
            Ok(Some((connection, account, identities::known(scope, connection).await?)))
        };
        let Some((connection, account, agents)) = context.app.read(&caller, read).await? else {
            return Ok(Outcome::Done);
        };
        let work = Work { context, job, hook: self, connection };
        loop {
            let next = async |scope: &Scope| waiting(scope, hook, TOGETHER).await;
            let deliveries = context.app.read(&caller, next).await?;
            if deliveries.is_empty() {
                let look = async |scope: &Scope| is_left(scope, hook).await;
                if context.app.end_for(job, look).await? {
                    return Ok(Outcome::Ended);
                }
                continue;
            }
            let stopped = match &account {
                Some(account) => work.look(account, &agents, deliveries).await?,
                None => work.take(deliveries).await?,
            };
            if let Some(outcome) = stopped {
                return Ok(outcome);
            }
        }
    }
}

/// One claim of the job.
struct Work<'a> {
    context: &'a Context,
    job: &'a Claimed,
    hook: &'a Receive,
    connection: domain::connections::ConnectionId,
}

impl Work<'_> {
    /// Asks for every ticket that deliveries are about, each once. The outcome of the job where it has to stop.
    async fn look(
        &self,
        account: &Account,
        agents: &HashSet<String>,
        deliveries: Vec<Told>,
    ) -> Result<Option<Outcome>> {
        let connector = connectors::of(account.vendor);
        let http = Http::new(self.context, self.job.tenant, account, connector.manners())?;
        let http = http.urgent();
        let desk = Desk { http: &http, agents };
        let (mut wanted, mut about) = (BTreeSet::new(), Vec::new());
        for delivery in deliveries {
            match connector.hints(&delivery.body) {
                Ok(tickets) => {
                    wanted.extend(tickets.iter().cloned());
                    about.push((delivery.id, tickets));
                }
                Err(error) => self.settle(&[delivery.id], Some(&error.trouble())).await?,
            }
        }
        let ask = async |ticket: String| {
            let found = connector.fetch(&desk, &ticket).await?;
            Ok((ticket, found))
        };
        let (found, error) = each_of(wanted.iter().cloned(), AT_ONCE, ask).await;
        // They are answered in their order, so that the next one is the one that was not.
        let failed = wanted.into_iter().nth(found.len());
        let mut items = Vec::new();
        let mut known = HashSet::new();
        for (ticket, told) in found {
            match told {
                Some(told) => items.extend(told),
                None => items.extend(self.gone(&http, &ticket).await?),
            }
            known.insert(ticket);
        }
        let is_done =
            |(_, tickets): &&(_, Vec<String>)| tickets.iter().all(|it| known.contains(it));
        let done: Vec<_> = about.iter().filter(is_done).map(|(id, _)| *id).collect();
        self.write(items, &account.mapping, &done).await?;
        match error {
            None => Ok(None),
            Some(VendorError::Limited(wait)) => Ok(Some(Outcome::Snooze(wait))),
            Some(VendorError::Transient(_)) => Ok(Some(Outcome::Snooze(LATER))),
            Some(error @ VendorError::Auth(_)) => {
                let (id, trouble) = (self.connection, error.trouble());
                let write = async |scope: &Scope| disable(scope, id, trouble).await;
                self.context.app.write_for(self.job, write).await?;
                // It is not read any more, and neither is what it tells.
                Ok(Some(Outcome::Snooze(Duration::ZERO)))
            }
            Some(error) => {
                let names = |(_, tickets): &&(_, Vec<String>)| {
                    tickets.iter().any(|ticket| Some(ticket) == failed.as_ref())
                };
                let useless: Vec<_> = about.iter().filter(names).map(|(id, _)| *id).collect();
                self.settle(&useless, Some(&error.trouble())).await?;
                Ok(None)
            }
        }
    }

    /// A ticket that the vendor does not have. Of one that was never here there is nothing to say.
    async fn gone(&self, http: &Http, ticket: &str) -> Result<Option<Item>> {
        let (id, caller) = (self.connection, Caller::system(self.job.tenant));
        let read = async |scope: &Scope| source::present(scope, id, ticket).await;
        let is_here = self.context.app.read(&caller, read).await?;
        let row = || SourceRow::gone(ticket.to_owned(), http.now());
        Ok(is_here.then(|| Item::Ticket(Box::new(row()))))
    }

    /// Takes what a source of one's own tells as it is; and what a helpdesk tells whose connection is not read, not at all: it is read when it
    /// goes on.
    async fn take(&self, deliveries: Vec<Told>) -> Result<Option<Outcome>> {
        let (id, caller) = (self.connection, Caller::system(self.job.tenant));
        let read = async |scope: &Scope| domain::connections::get(scope, id).await;
        let connection = self.context.app.read(&caller, read).await?;
        let is_own = connection.base_url.is_none();
        let (mut items, mut done) = (Vec::new(), Vec::new());
        for delivery in deliveries {
            match own::read(&delivery.body) {
                _ if !is_own => done.push(delivery.id),
                Ok(told) => {
                    items.extend(told);
                    done.push(delivery.id);
                }
                Err(trouble) => self.settle(&[delivery.id], Some(&trouble)).await?,
            }
        }
        self.write(items, &connection.field_mapping, &done).await?;
        Ok(None)
    }

    /// Writes what was told; with the last of it goes what it was told by.
    async fn write(
        &self,
        items: Vec<Item>,
        mapping: &FieldMapping,
        done: &[uuid::Uuid],
    ) -> Result<()> {
        let app = &self.context.app;
        let mut units = units(items, mapping, source::rows_at_once(app.database()));
        let last = units.pop().unwrap_or_default();
        let (id, known) = (self.connection, References::default());
        for unit in &units {
            let write =
                async |scope: &Scope| source::write(scope, id, &known, unit, kpis::follow).await;
            app.write_for(self.job, write).await?;
        }
        let write = async |scope: &Scope| {
            source::write(scope, id, &known, &last, kpis::follow).await?;
            settle(scope, self.hook.hook, done, None).await
        };
        app.write_for(self.job, write).await
    }

    async fn settle(&self, done: &[uuid::Uuid], trouble: Option<&Trouble>) -> Result<()> {
        let write = async |scope: &Scope| settle(scope, self.hook.hook, done, trouble).await;
        self.context.app.write_for(self.job, write).await
    }
}
