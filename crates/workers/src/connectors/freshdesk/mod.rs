//! Freshdesk. Tickets come from its lists of what changed, the usual one and those of what is deleted and what is spam; what was written in
//! them takes a request for each ticket, so it is a stream of its own that may take its time.
//!
//! There is no history to be read: what there is are the last times of some things, see `ticket`. So what is known of a ticket's past is what
//! was seen of it, and grows with every run.

mod changes;
#[cfg(test)]
mod tests;
mod ticket;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::de::DeserializeOwned;

use super::contract::{
    Checkpoint, Connector, Desk, Item, Mode, Step, Stream, VendorError, each_of,
};
use super::http::{Http, LimitHeaders, Manners, Page, Reset, encoded, read};
use changes::{PER_PAGE, Place, changes, settled_at};
use ticket::Ticket;
use wire::{Changed, Statuses};

const AGENTS: Stream = Stream { name: "agents", mode: Mode::Snapshot };
const GROUPS: Stream = Stream { name: "groups", mode: Mode::Snapshot };
const TICKETS: Stream = Stream { name: "tickets", mode: Mode::Feed };
const DELETED: Stream = Stream { name: "deleted_tickets", mode: Mode::Feed };
const SPAM: Stream = Stream { name: "spam_tickets", mode: Mode::Feed };
const CONVERSATIONS: Stream = Stream { name: "conversations", mode: Mode::Feed };
const RATINGS: Stream = Stream { name: "ratings", mode: Mode::Feed };

/// What is asked for with a ticket.
const BESIDE: &str = "include=stats,requester";
/// The scope of those who see every ticket.
const EVERYTHING: i64 = 1;
/// So many tickets' conversations are asked for at once.
const AT_ONCE: usize = 4;

/// The connector.
pub(super) struct Freshdesk;

#[async_trait]
impl Connector for Freshdesk {
    fn streams(&self) -> &'static [Stream] {
        &[AGENTS, GROUPS, TICKETS, DELETED, SPAM, CONVERSATIONS, RATINGS]
    }

    fn manners(&self) -> Manners {
        let limits = LimitHeaders {
            limit: "x-ratelimit-total",
            remaining: Some("x-ratelimit-remaining"),
            reset: Reset::Untold,
            window: Duration::from_secs(60),
        };
        Manners { headers: &[], limits: Some(limits), wait: Duration::from_secs(60) }
    }

    /// Agents may be let see their group's or their own tickets alone, and nothing would say what is missing.
    async fn check(&self, http: &Http) -> Result<String, VendorError> {
        let me: wire::Agent = http.get("/api/v2/agents/me").await?.body;
        match me.ticket_scope {
            Some(EVERYTHING) | None => {
                Ok(me.contact.and_then(|contact| contact.name).unwrap_or_default())
            }
            Some(_) => Err(VendorError::Auth(
                "this API key is of an agent who does not see every ticket; take one of an agent with global access"
                    .to_owned(),
            )),
        }
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
            "tickets" => tickets(desk.http, "", at).await,
            "deleted_tickets" => tickets(desk.http, "&filter=deleted", at).await,
            "spam_tickets" => tickets(desk.http, "&filter=spam", at).await,
            "conversations" => conversations(desk.http, at).await,
            "ratings" => ratings(desk.http, at).await,
            other => Err(VendorError::Refused(format!("Freshdesk has no `{other}`"))),
        }
    }

    async fn fetch(&self, desk: &Desk<'_>, ticket: &str) -> Result<Option<Vec<Item>>, VendorError> {
        let path = format!("/api/v2/tickets/{}?{BESIDE}", encoded(ticket));
        let Some(page) = desk.http.find::<Ticket>(&path).await? else { return Ok(None) };
        let found = page.body;
        let (id, is_away) = (found.id, found.is_away());
        let statuses = own_statuses(desk.http, std::slice::from_ref(&found)).await?;
        let mut items = rows(found, &statuses);
        if !is_away {
            items.extend(written_in(desk.http, id).await?);
        }
        Ok(Some(items))
    }

    fn hints(&self, delivery: &[u8]) -> Result<Vec<String>, VendorError> {
        let happened: wire::Happened = read("the webhook", delivery)?;
        Ok(happened.ticket().into_iter().collect())
    }
}

async fn agents(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let (page, next) = listed::<wire::Agent>(http, "/api/v2/agents", &at).await?;
    let items = page.body.into_iter().map(|agent| Item::Agent(agent.into())).collect();
    Ok(snapshot(items, next, page.asked_at, at))
}

async fn groups(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let (page, next) = listed::<wire::Group>(http, "/api/v2/groups", &at).await?;
    let items = page.body.into_iter().map(|group| Item::Queue(group.into())).collect();
    Ok(snapshot(items, next, page.asked_at, at))
}

/// A page of a list, and the number of the next one if there is one.
async fn listed<T: DeserializeOwned>(
    http: &Http,
    path: &str,
    at: &Checkpoint,
) -> Result<(Page<Vec<T>>, Option<usize>), VendorError> {
    let number = at.cursor().and_then(|page| page.parse().ok()).unwrap_or(1);
    let page = http.get::<Vec<T>>(&format!("{path}?per_page={PER_PAGE}&page={number}")).await?;
    let next = (page.body.len() >= PER_PAGE).then_some(number + 1);
    Ok((page, next))
}

fn snapshot(
    items: Vec<Item>,
    next: Option<usize>,
    asked_at: DateTime<Utc>,
    at: Checkpoint,
) -> Step {
    let has_more = next.is_some();
    let next =
        next.map_or(at, |page| Checkpoint::Token { cursor: page.to_string(), from: asked_at });
    Step { items, next, has_more, reached_at: asked_at, within: None }
}

async fn tickets(http: &Http, list: &str, at: Checkpoint) -> Result<Step, VendorError> {
    let place = Place::of(&at);
    let page = changes::<Ticket>(http, &format!("&{BESIDE}{list}"), &place).await?;
    let next = page.passed(place);
    let statuses = own_statuses(http, &page.tickets).await?;
    let reached_at = if page.has_more { next.since } else { page.settled_at };
    let items = page.tickets.into_iter().flat_map(|ticket| rows(ticket, &statuses)).collect();
    let next = next.checkpoint();
    Ok(Step { items, next, has_more: page.has_more, reached_at, within: None })
}

fn rows(ticket: Ticket, statuses: &Statuses) -> Vec<Item> {
    let targets = ticket.targets().into_iter().map(|target| Item::Target(Box::new(target)));
    let targets: Vec<_> = targets.collect();
    let rows = ticket.rows(statuses).into_iter().map(|row| Item::Ticket(Box::new(row)));
    rows.chain(targets).collect()
}

/// The account's own statuses, where there is a ticket that has one. Who may not read what they are called reads the tickets all the same.
async fn own_statuses(http: &Http, tickets: &[Ticket]) -> Result<Statuses, VendorError> {
    if !tickets.iter().any(Ticket::has_own_status) {
        return Ok(Statuses::new());
    }
    match http.get::<Vec<wire::Field>>("/api/v2/ticket_fields?type=default_status").await {
        Ok(page) => Ok(wire::statuses(&page.body)),
        Err(error @ (VendorError::Limited(_) | VendorError::Transient(_))) => Err(error),
        Err(_) => Ok(Statuses::new()),
    }
}

/// What was written in the tickets of a page. Where not all can be asked for now, the step ends with the last one that was.
async fn conversations(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let mut place = Place::of(&at);
    let page = changes::<Changed>(http, "", &place).await?;
    let ask = async |ticket: &Changed| written_in(http, ticket.id).await;
    let (done, failed) = each_of(&page.tickets, AT_ONCE, ask).await;
    let (has_more, next) = match failed {
        Some(error) if done.is_empty() => return Err(error),
        Some(_) => {
            for ticket in &page.tickets[..done.len()] {
                place.pass((ticket.updated_at, ticket.id));
            }
            (true, place)
        }
        None => (page.has_more, page.passed(place)),
    };
    let reached_at = if has_more { next.since } else { page.settled_at };
    let items = done.into_iter().flatten().collect();
    Ok(Step { items, next: next.checkpoint(), has_more, reached_at, within: None })
}

/// What was written in a ticket; nothing where it is gone by now.
async fn written_in(http: &Http, ticket: i64) -> Result<Vec<Item>, VendorError> {
    let mut items = Vec::new();
    for page in 1.. {
        let path =
            format!("/api/v2/tickets/{ticket}/conversations?per_page={PER_PAGE}&page={page}");
        let Some(page) = http.find::<Vec<wire::Conversation>>(&path).await? else { break };
        let mut told = page.body;
        let is_last = told.len() < PER_PAGE;
        told.sort_unstable_by_key(wire::Conversation::order);
        let rows = told.into_iter().map(|it| it.row(ticket));
        items.extend(rows.map(|row| Item::Ticket(Box::new(row))));
        if is_last {
            break;
        }
    }
    Ok(items)
}

/// Newest first or not, which is not said: so they are read to the end before the mark moves.
async fn ratings(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let from = at.from();
    // The number of the page, and how far they will be read.
    let cursor = at.cursor().and_then(|cursor| cursor.split_once('/'));
    let number = cursor.and_then(|(number, _)| number.parse().ok()).unwrap_or(1);
    let since = from.to_rfc3339_opts(SecondsFormat::Secs, true);
    let path = format!(
        "/api/v2/surveys/satisfaction_ratings?created_since={since}&per_page={PER_PAGE}&page={number}"
    );
    let page = match http.get::<Vec<wire::Rating>>(&path).await {
        // Whose plan has no surveys is refused them; who is not let in at all has been told before.
        Err(VendorError::Auth(_) | VendorError::Missing(_)) => {
            let (items, has_more, reached_at) = (Vec::new(), false, from);
            return Ok(Step { items, next: at, has_more, reached_at, within: None });
        }
        page => page?,
    };
    let until = cursor.and_then(|(_, until)| DateTime::parse_from_rfc3339(until).ok());
    let until = until.map_or_else(|| settled_at(&page), |until| until.to_utc()).max(from);
    let has_more = page.body.len() >= PER_PAGE;
    let next = if has_more {
        Checkpoint::Token { cursor: format!("{}/{}", number + 1, until.to_rfc3339()), from }
    } else {
        Checkpoint::Mark { at: until }
    };
    let items = page.body.into_iter().filter_map(wire::Rating::given).map(Item::Rating).collect();
    let reached_at = if has_more { from } else { until };
    Ok(Step { items, next, has_more, reached_at, within: None })
}
