//! Reading ahead: a page from the helpdesk to what is written of it, beside the page before that is being written.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use domain::connections::sync::Account;
use domain::kernel::{Caller, TenantId};
use domain::tickets::source::{self, SourceRow, Unit};

use super::contract::{Checkpoint, Connector, Desk, Item, Step, Stream, each_of};
use super::http::Http;
use super::store::units;
use super::sync::Left;
use crate::context::Context;

/// How many tickets are asked for at once that a sweep did not find.
const AT_ONCE: usize = 4;

/// Who asks for pages.
pub(super) struct Reader {
    pub(super) context: Context,
    pub(super) tenant: TenantId,
    pub(super) connector: &'static dyn Connector,
    pub(super) http: Http,
    pub(super) account: Account,
}

/// A page that is ready to be written.
pub(super) struct Page {
    /// The agents whom it told.
    pub(super) agents: Vec<String>,
    /// How many items it had.
    pub(super) items: u64,
    pub(super) units: Vec<Unit>,
    pub(super) next: Checkpoint,
    pub(super) has_more: bool,
    pub(super) reached_at: DateTime<Utc>,
}

impl Reader {
    /// Asks for a page.
    pub(super) async fn page(
        &self,
        stream: &Stream,
        at: Checkpoint,
        agents: &HashSet<String>,
    ) -> Result<Page, Left> {
        let desk = Desk { http: &self.http, agents };
        let mut step = self.connector.step(&desk, stream, at).await?;
        let gone = self.gone(&desk, &step).await?;
        step.items.extend(gone);
        let heard = step.items.iter().filter_map(|item| match item {
            Item::Agent(agent) => Some(agent.id.clone()),
            Item::Queue(_)
            | Item::Organisation(_)
            | Item::Ticket(_)
            | Item::Rating(_)
            | Item::Target(_)
            | Item::Exists(_) => None,
        });
        let (heard, items) = (heard.collect(), step.items.len() as u64);
        let rows = source::rows_at_once(self.context.app.database());
        let Step { next, has_more, reached_at, .. } = step;
        let units = units(step.items, &self.account.mapping, rows);
        Ok(Page { agents: heard, items, units, next, has_more, reached_at })
    }

    /// What a sweep did not find any more. Each is asked for by itself before it is taken for gone: a search may be late, or leave something out.
    async fn gone(&self, desk: &Desk<'_>, step: &Step) -> Result<Vec<Item>, Left> {
        let Some((from, to)) = step.within else { return Ok(Vec::new()) };
        let there = step.items.iter().filter_map(|item| match item {
            Item::Exists(id) => Some(id.clone()),
            Item::Agent(_)
            | Item::Queue(_)
            | Item::Organisation(_)
            | Item::Ticket(_)
            | Item::Rating(_)
            | Item::Target(_) => None,
        });
        let there: HashSet<String> = there.collect();
        let (id, caller) = (self.account.id, Caller::system(self.tenant));
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
}
