//! Zendesk Support. Tickets come from the incremental export by cursor, what happened to them from the export of ticket events; who is an
//! agent, and the groups, are read whole at every run. Whom a customer writes for is told beside their tickets, and what that is called from
//! then on by the export of organisations.
//!
//! Both exports leave the newest minute out. An event is told once and never changes, so a page of events that is read twice changes
//! nothing; a ticket is told again whenever it changes, with a rising `generated_timestamp`.

mod by_time;
mod events;
mod targets;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::contract::{Checkpoint, Connector, Desk, Item, Mode, Step, Stream, VendorError};
use super::http::{Http, LimitHeaders, Manners, Reset, encoded, read};
use by_time::by_time;
use wire::Customers;

/// What the exports leave out: what happened since.
const SETTLES: TimeDelta = TimeDelta::seconds(60);

const AGENTS: Stream = Stream { name: "agents", mode: Mode::Snapshot };
const GROUPS: Stream = Stream { name: "groups", mode: Mode::Snapshot };
const ORGANISATIONS: Stream = Stream { name: "organizations", mode: Mode::Feed };
const TICKETS: Stream = Stream { name: "tickets", mode: Mode::Feed };
const TICKET_EVENTS: Stream = Stream { name: "ticket_events", mode: Mode::Feed };
const METRIC_EVENTS: Stream = Stream { name: "ticket_metric_events", mode: Mode::Feed };
const RATINGS: Stream = Stream { name: "ratings", mode: Mode::Feed };

/// What is asked for with a ticket.
const BESIDE: &str = "users,organizations,metric_sets";

/// The connector.
pub(super) struct Zendesk;

#[async_trait]
impl Connector for Zendesk {
    fn streams(&self) -> &'static [Stream] {
        &[AGENTS, GROUPS, TICKETS, TICKET_EVENTS, METRIC_EVENTS, ORGANISATIONS, RATINGS]
    }

    fn manners(&self) -> Manners {
        let limits = LimitHeaders {
            limit: "x-rate-limit",
            remaining: Some("x-rate-limit-remaining"),
            reset: Reset::In("ratelimit-reset"),
            window: Duration::from_secs(60),
        };
        Manners { headers: &[], limits: Some(limits), wait: Duration::from_secs(60) }
    }

    /// The exports are for administrators alone.
    async fn check(&self, http: &Http) -> Result<String, VendorError> {
        let me: wire::Me = http.get("/api/v2/users/me.json").await?.body;
        match me.user.role.as_deref() {
            Some("admin") => Ok(me.user.name.unwrap_or_default()),
            // A wrong token is no error here: it is nobody.
            None | Some("end-user") => {
                Err(VendorError::Auth("the e-mail address or the API token is wrong".to_owned()))
            }
            Some(_) => Err(VendorError::Auth(
                "these credentials are an agent's; Zendesk lets administrators alone export tickets"
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
            "tickets" => tickets(desk.http, at).await,
            "ticket_events" => ticket_events(desk, at).await,
            "ticket_metric_events" => metric_events(desk.http, at).await,
            "organizations" => organisations(desk.http, at).await,
            "ratings" => ratings(desk.http, at).await,
            other => Err(VendorError::Refused(format!("Zendesk has no `{other}`"))),
        }
    }

    /// The ticket and its audits. Of a ticket that is away the export tells.
    async fn fetch(&self, desk: &Desk<'_>, ticket: &str) -> Result<Option<Vec<Item>>, VendorError> {
        let ticket = encoded(ticket);
        let path = format!("/api/v2/tickets/{ticket}.json?include={BESIDE},metric_events");
        let Some(page) = desk.http.find::<wire::OneTicket>(&path).await? else {
            return Ok(Some(Vec::new()));
        };
        let wire::OneTicket { ticket: mut found, users, organizations } = page.body;
        let promises = targets::beside(found.metric_events.take());
        let customers = Customers::of(&users, &organizations);
        let mut items = vec![Item::Ticket(Box::new(found.row(&customers)))];
        items.extend(promises);
        let (path, mut at) = (format!("/api/v2/tickets/{ticket}/audits.json?"), None);
        loop {
            let Some(page) =
                desk.http.find::<events::Audits>(&listed(&path, at.as_deref())).await?
            else {
                return Ok(Some(Vec::new()));
            };
            let rows = page.body.audits.into_iter().map(events::TicketEvent::from);
            items.extend(rows.map(|event| Item::Ticket(Box::new(event.row(desk.agents)))));
            at = page.body.meta.after_cursor.filter(|_| page.body.meta.has_more);
            if at.is_none() {
                return Ok(Some(items));
            }
        }
    }

    fn hints(&self, delivery: &[u8]) -> Result<Vec<String>, VendorError> {
        let happened: wire::Happened = read("the webhook", delivery)?;
        Ok(happened.ticket().into_iter().collect())
    }
}

async fn agents(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let path = "/api/v2/users.json?role[]=agent&role[]=admin";
    let page = http.get::<wire::Users>(&listed(path, at.cursor())).await?;
    let items = page.body.users.into_iter().map(|user| Item::Agent(user.into())).collect();
    Ok(snapshot(items, page.body.meta, page.asked_at, at))
}

async fn groups(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let page = http.get::<wire::Groups>(&listed("/api/v2/groups.json?", at.cursor())).await?;
    let items = page.body.groups.into_iter().map(|group| Item::Queue(group.into())).collect();
    Ok(snapshot(items, page.body.meta, page.asked_at, at))
}

/// The address of a page of a list.
fn listed(path: &str, after: Option<&str>) -> String {
    let after = after.map(|cursor| format!("&page[after]={}", encoded(cursor)));
    format!("{path}&page[size]=100{}", after.unwrap_or_default())
}

fn snapshot(items: Vec<Item>, meta: wire::Meta, asked_at: DateTime<Utc>, at: Checkpoint) -> Step {
    let cursor = meta.after_cursor.filter(|_| meta.has_more);
    let has_more = cursor.is_some();
    let next = cursor.map_or(at, |cursor| Checkpoint::Token { cursor, from: asked_at });
    Step { items, next, has_more, reached_at: asked_at, within: None }
}

async fn tickets(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let (place, from) = match &at {
        Checkpoint::Token { cursor, from } => (format!("cursor={}", encoded(cursor)), *from),
        Checkpoint::Start { from } | Checkpoint::Mark { at: from } => {
            let from = (*from).min(http.now() - SETTLES);
            (format!("start_time={}", from.timestamp()), from)
        }
    };
    let path =
        format!("/api/v2/incremental/tickets/cursor.json?{place}&include={BESIDE}&per_page=1000");
    let page = http.get::<wire::Tickets>(&path).await.map_err(|error| lost(error, &at))?;
    let (body, asked_at) = (page.body, page.asked_at);
    let reached_at = match body.end_of_stream {
        true => asked_at - SETTLES,
        false => body.tickets.iter().filter_map(wire::Ticket::generated_at).max().unwrap_or(from),
    };
    let next = match body.after_cursor {
        // Where an export ends is where the next one goes on.
        Some(cursor) => Checkpoint::Token { cursor, from: reached_at },
        None => at,
    };
    let customers = Customers::of(&body.users, &body.organizations);
    let tickets = body.tickets.into_iter();
    let items = tickets.map(|ticket| Item::Ticket(Box::new(ticket.row(&customers)))).collect();
    Ok(Step { items, next, has_more: !body.end_of_stream, reached_at, within: None })
}

async fn ticket_events(desk: &Desk<'_>, at: Checkpoint) -> Result<Step, VendorError> {
    let path = "ticket_events?include=comment_events&per_page=1000&";
    let rows = |mut told: Vec<events::TicketEvent>| {
        // Of one second, their numbers tell the order.
        told.sort_by_key(events::TicketEvent::order);
        let rows = told.into_iter().map(|event| event.row(desk.agents));
        rows.map(|row| Item::Ticket(Box::new(row))).collect()
    };
    by_time(desk.http, path, at, rows).await
}

/// Who has no policy promises nothing. Clocks run there all the same, and are not asked for until there is one.
async fn metric_events(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    if matches!(at, Checkpoint::Start { .. }) && !has_policies(http).await? {
        let (items, reached_at) = (Vec::new(), http.now() - SETTLES);
        return Ok(Step { items, next: at, has_more: false, reached_at, within: None });
    }
    // With what is taken back of what was told before.
    let path = "ticket_metric_events?include_changes=true&";
    let told = |told: Vec<targets::MetricEvent>| {
        told.into_iter().filter_map(targets::MetricEvent::item).collect()
    };
    by_time(http, path, at, told).await
}

async fn has_policies(http: &Http) -> Result<bool, VendorError> {
    match http.get::<targets::Policies>("/api/v2/slas/policies").await {
        Ok(page) => Ok(!page.body.sla_policies.is_empty()),
        // Whose plan has none is refused them; who is not let in at all has been told before.
        Err(VendorError::Auth(_) | VendorError::Missing(_) | VendorError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn organisations(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let named = |told: Vec<wire::Organisation>| {
        told.into_iter().map(|it| Item::Organisation(it.into())).collect()
    };
    by_time(http, "organizations?", at, named).await
}

/// By the time when they were given; the newest minute is read again by the next run.
async fn ratings(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let from = at.from();
    let path =
        format!("/api/v2/satisfaction_ratings.json?score=received&start_time={}", from.timestamp());
    let page = http.get::<wire::Ratings>(&listed(&path, at.cursor())).await;
    let page = page.map_err(|error| lost(error, &at))?;
    let wire::Ratings { satisfaction_ratings, meta } = page.body;
    let items = satisfaction_ratings.into_iter().filter_map(wire::Rating::given);
    let items = items.map(Item::Rating).collect();
    let reached_at = page.asked_at - SETTLES;
    let cursor = meta.after_cursor.filter(|_| meta.has_more);
    let has_more = cursor.is_some();
    let next = match cursor {
        Some(cursor) => Checkpoint::Token { cursor, from },
        None => Checkpoint::Mark { at: reached_at.max(from) },
    };
    Ok(Step {
        items,
        next,
        has_more,
        reached_at: if has_more { from } else { reached_at },
        within: None,
    })
}

/// Of a token that was good once, a refusal says that it is good no more.
fn lost(error: VendorError, at: &Checkpoint) -> VendorError {
    match (error, at) {
        (VendorError::Refused(told) | VendorError::Missing(told), Checkpoint::Token { .. }) => {
            VendorError::Lost(told)
        }
        (error, _) => error,
    }
}
