//! ServiceNow. Incidents come from the Table API in the order of their last update, each page with the past of its incidents: what the
//! audit says of them, what was written to them, and whether they were deleted before and brought back. So every incident is told whole,
//! and again whenever it changes.
//!
//! Instances sign nothing; a business rule of the tenant's own sends which record changed, with a token in a header.

mod fields;
mod history;
mod past;
mod table;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use tokio::try_join;

use domain::tickets::source::{Attributes, Rows, SourceRow};

use self::past::{by_name, is_closed, with_past};
use self::table::{Found, after, all, page};
use self::wire::{
    Audit, Deletion, Delivery, Entry, Granted, Group, Incident, Label, Member, Record, User,
};
use super::contract::{
    Checkpoint, Connector, Desk, Item, Mode, Step, Stream, VendorError, each_of,
};
use super::http::{Http, LimitHeaders, Manners, Reset, read};

/// How many names stand in an address: instances refuse those of more than about 11 kB.
const AT_ONCE: usize = 150;
/// The clock of an instance has whole seconds, and what is written first is not always seen first: so much is read again.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);

const AGENTS: Stream = Stream { name: "agents", mode: Mode::Snapshot };
const GROUPS: Stream = Stream { name: "groups", mode: Mode::Snapshot };
const TICKETS: Stream = Stream { name: "tickets", mode: Mode::Feed };
const LABELS: Stream = Stream { name: "labels", mode: Mode::Feed };
const DELETIONS: Stream = Stream { name: "deletions", mode: Mode::Feed };

/// The connector.
pub(super) struct Servicenow;

#[async_trait]
impl Connector for Servicenow {
    fn streams(&self) -> &'static [Stream] {
        &[AGENTS, GROUPS, TICKETS, LABELS, DELETIONS]
    }

    fn manners(&self) -> Manners {
        // What is left it does not tell.
        let limits = LimitHeaders {
            limit: "x-ratelimit-limit",
            remaining: None,
            reset: Reset::At("x-ratelimit-reset"),
            window: Duration::from_secs(3600),
        };
        Manners { headers: &[], limits: Some(limits), wait: Duration::from_secs(300) }
    }

    /// Who may not read a table gets empty pages of it.
    async fn check(&self, http: &Http) -> Result<String, VendorError> {
        let me = page::<User>(http, "sys_id=javascript:gs.getUserID()", 1).await?;
        let newest = page::<Incident>(http, "ORDERBYDESCsys_updated_on", AT_ONCE).await?;
        may_read(&newest)?;
        let ids: Vec<_> = newest.rows.iter().map(|it| it.sys_id.as_str()).take(AT_ONCE).collect();
        let of = |field: &str| format!("{field}IN{}", ids.join(","));
        may_read(&page::<Audit>(http, &of("documentkey"), 1_000).await?)?;
        may_read(&page::<Entry>(http, &of("element_id"), 1_000).await?)?;
        may_read(&page::<Deletion>(http, "tablename=incident", 1_000).await?)?;
        Ok(me.rows.into_iter().next().map(|user| user.name).unwrap_or_default())
    }

    async fn step(
        &self,
        desk: &Desk<'_>,
        stream: &Stream,
        at: Checkpoint,
    ) -> Result<Step, VendorError> {
        match stream.name {
            "agents" => agents(desk.http, at).await,
            "groups" => groups(desk.http, at).await,
            "tickets" => tickets(desk, at).await,
            "labels" => labels(desk, at).await,
            "deletions" => deletions(desk, at).await,
            other => Err(VendorError::Refused(format!("ServiceNow has no `{other}`"))),
        }
    }

    async fn fetch(&self, desk: &Desk<'_>, ticket: &str) -> Result<Option<Vec<Item>>, VendorError> {
        let items = by_name(desk, &[ticket]).await?;
        Ok(Some(items).filter(|items| !items.is_empty()))
    }

    fn hints(&self, delivery: &[u8]) -> Result<Vec<String>, VendorError> {
        let Delivery { table, sys_id } = read("a delivery", delivery)?;
        Ok(if table == Incident::TABLE { vec![sys_id] } else { Vec::new() })
    }
}

fn may_read<T: Record>(found: &Found<T>) -> Result<(), VendorError> {
    if found.rows.is_empty() && found.count.is_some_and(|count| count > 0) {
        let told =
            "there are records that these credentials may not read: give the user a role that may";
        return Err(VendorError::Auth(format!("of {} {told}", T::TABLE)));
    }
    Ok(())
}

/// Whoever may work on incidents, and whoever is in a group.
async fn agents(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let asked_at = http.now();
    let (granted, members) =
        try_join!(all::<Granted>(http, "role.name=itil"), all::<Member>(http, "userISNOTEMPTY"))?;
    let granted = granted.iter().filter_map(|it| wire::agent(&it.user, &it.name, &it.email));
    let members = members.iter().filter_map(|it| wire::agent(&it.user, &it.name, &it.email));
    let all: BTreeSet<_> = granted.chain(members).collect();
    let items = all.into_iter().map(Item::Agent).collect();
    Ok(Step { items, next: at, has_more: false, reached_at: asked_at, within: None })
}

async fn groups(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let asked_at = http.now();
    let groups = all::<Group>(http, "nameISNOTEMPTY").await?;
    let items = groups.into_iter().map(|group| Item::Queue(group.into())).collect();
    Ok(Step { items, next: at, has_more: false, reached_at: asked_at, within: None })
}

async fn tickets(desk: &Desk<'_>, at: Checkpoint) -> Result<Step, VendorError> {
    let (since, name) = place(&at);
    let query = after("sys_updated_on", &since, &name);
    let found = page::<Incident>(desk.http, &query, AT_ONCE).await?;
    let mut incidents = found.rows;
    incidents
        .sort_by(|one, other| (&one.updated, &one.sys_id).cmp(&(&other.updated, &other.sys_id)));
    let chunks: Vec<_> = incidents.chunks(AT_ONCE).collect();
    let (told, failed) = each_of(0..chunks.len(), 2, |place| with_past(desk, chunks[place])).await;
    let read = chunks.iter().take(told.len()).flat_map(|chunk| chunk.iter()).last();
    let has_more = found.has_more || failed.is_some();
    let read = read.map(|it| (it.updated.as_str(), it.sys_id.as_str()));
    let next = next::<Incident>(&at, read, has_more)?;
    match failed {
        Some(error) if told.is_empty() => Err(error),
        _ => {
            let reached_at = if has_more { next.from() } else { found.asked_at };
            let items = told.into_iter().flatten().collect();
            Ok(Step { items, next, has_more, reached_at, within: None })
        }
    }
}

/// Incidents that were given tags, which is no update of them. Who may not read tags reads incidents without.
async fn labels(desk: &Desk<'_>, at: Checkpoint) -> Result<Step, VendorError> {
    let (since, name) = place(&at);
    let query = format!("table=incident^{}", after("sys_created_on", &since, &name));
    let found = match page::<Label>(desk.http, &query, AT_ONCE).await {
        Err(error) if is_closed(&error) => Found::none(desk.http.now()),
        found => found?,
    };
    let ids: BTreeSet<_> = found.rows.iter().map(|it| it.incident.as_str()).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let items = by_name(desk, &ids).await?;
    let read = found.rows.iter().map(|it| (it.created.as_str(), it.sys_id.as_str())).max();
    let next = next::<Label>(&at, read, found.has_more)?;
    let reached_at = if found.has_more { next.from() } else { found.asked_at };
    Ok(Step { items, next, has_more: found.has_more, reached_at, within: None })
}

/// Incidents that were deleted. One that is there was brought back, and is told whole.
async fn deletions(desk: &Desk<'_>, at: Checkpoint) -> Result<Step, VendorError> {
    let (since, name) = place(&at);
    let query = format!("tablename=incident^{}", after("sys_created_on", &since, &name));
    let found = page::<Deletion>(desk.http, &query, AT_ONCE).await?;
    let rows = found.rows;
    let ids: BTreeSet<_> = rows.iter().map(|it| it.incident.as_str()).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let mut items = Vec::new();
    for chunk in ids.chunks(AT_ONCE) {
        items.extend(by_name(desk, chunk).await?);
    }
    let back =
        |id: &str| items.iter().any(|item| matches!(item, Item::Ticket(row) if row.ticket == id));
    let gone = rows.iter().filter(|it| !back(&it.incident)).map(|it| {
        let row = SourceRow {
            ticket: it.incident.clone(),
            line: 0,
            shape: Rows::Events,
            version: None,
            attributes: Attributes::default(),
            events: vec![history::deleted(it)?],
        };
        Ok(Item::Ticket(Box::new(row)))
    });
    let gone = gone.collect::<Result<Vec<_>, VendorError>>()?;
    items.extend(gone);
    let read = rows.iter().map(|it| (it.created.as_str(), it.sys_id.as_str())).max();
    let next = next::<Deletion>(&at, read, found.has_more)?;
    let reached_at = if found.has_more { next.from() } else { found.asked_at };
    Ok(Step { items, next, has_more: found.has_more, reached_at, within: None })
}

/// Where a page begins: after which time, and after which record of that time.
fn place(at: &Checkpoint) -> (String, String) {
    let cursor = at.cursor().and_then(|cursor| cursor.split_once('|'));
    match cursor {
        Some((time, name)) => (time.to_owned(), name.to_owned()),
        None => (wire::told(at.from()), String::new()),
    }
}

/// Where the page after a record begins: at the end somewhat before it, but not before this page did.
fn next<T: Record>(
    at: &Checkpoint,
    read: Option<(&str, &str)>,
    has_more: bool,
) -> Result<Checkpoint, VendorError> {
    let Some((time, name)) = read else { return Ok(at.clone()) };
    let from = wire::time(T::TABLE, time)?;
    if has_more {
        return Ok(Checkpoint::Token { cursor: format!("{time}|{name}"), from });
    }
    let from = (from - OVERLAP).max(at.from());
    Ok(Checkpoint::Start { from })
}
