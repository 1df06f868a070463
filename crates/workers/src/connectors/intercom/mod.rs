//! Intercom. Conversations are found by a search for what was touched, and each is then asked for by itself, as only there its parts stand;
//! admins and teams are read whole at every run.
//!
//! A search is sorted by the time of the last touch and asked for from a time on, again and again: a page is never found by a cursor where a
//! time will do, since what is touched meanwhile moves. A date knows `>` alone, so the second before is named, and what was found of the newest
//! minute is read again by the next run, as the search may know it late. What is deleted is told by a webhook and nowhere else: a sweep over the
//! times of creation finds those whose webhook was lost.

mod conversation;
mod parts;
#[cfg(test)]
mod tests;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::contract::{
    Checkpoint, Connector, Desk, Item, Mode, Step, Stream, VendorError, each_of,
};
use super::http::{Http, LimitHeaders, Manners, Page, Reset, encoded, read};

/// What was touched so recently may be found only later.
const SETTLES: TimeDelta = TimeDelta::minutes(1);
/// Who was made so recently may be found only later; nobody is missed before.
const APPEARS: TimeDelta = TimeDelta::minutes(10);
/// Each costs a request more, and all of a page should fit into a window of the vendor's limits.
const TOUCHED_AT_ONCE: usize = 50;
/// As many as there may be.
const SWEPT_AT_ONCE: usize = 150;
/// How many conversations are asked for at the same time.
const REQUESTS_AT_ONCE: usize = 8;
/// How often one is asked for whose answer breaks off.
const TRIES: usize = 3;

const ADMINS: Stream = Stream { name: "admins", mode: Mode::Snapshot };
const TEAMS: Stream = Stream { name: "teams", mode: Mode::Snapshot };
const CONVERSATIONS: Stream = Stream { name: "conversations", mode: Mode::Feed };
const SWEEP: Stream = Stream { name: "sweep", mode: Mode::Sweep };

/// The connector.
pub(super) struct Intercom;

#[async_trait]
impl Connector for Intercom {
    fn streams(&self) -> &'static [Stream] {
        &[ADMINS, TEAMS, CONVERSATIONS, SWEEP]
    }

    fn manners(&self) -> Manners {
        let limits = LimitHeaders {
            limit: "x-ratelimit-limit",
            remaining: Some("x-ratelimit-remaining"),
            reset: Reset::At("x-ratelimit-reset"),
            window: Duration::from_secs(10),
        };
        Manners {
            headers: &[("intercom-version", "2.14")],
            limits: Some(limits),
            wait: Duration::from_secs(10),
        }
    }

    async fn check(&self, http: &Http) -> Result<String, VendorError> {
        let me: wire::Me = http.get("/me").await?.body;
        let workspace = me.app.and_then(|app| app.name);
        Ok(workspace.or(me.name).unwrap_or_default())
    }

    async fn step(
        &self,
        desk: &Desk<'_>,
        stream: &Stream,
        at: Checkpoint,
    ) -> Result<Step, VendorError> {
        match stream.name {
            "admins" => admins(desk.http, at).await,
            "teams" => teams(desk.http, at).await,
            "conversations" => conversations(desk, at).await,
            "sweep" => sweep(desk.http, &at).await,
            other => Err(VendorError::Refused(format!("Intercom has no `{other}`"))),
        }
    }

    async fn fetch(&self, desk: &Desk<'_>, ticket: &str) -> Result<Option<Vec<Item>>, VendorError> {
        conversation(desk, ticket).await
    }

    fn hints(&self, delivery: &[u8]) -> Result<Vec<String>, VendorError> {
        let told: wire::Notification = read("the webhook", delivery)?;
        Ok(told.conversation().into_iter().collect())
    }
}

async fn admins(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let page = http.get::<wire::Admins>("/admins").await?;
    let people = page.body.admins.into_iter().flatten().filter(|admin| !admin.is_program());
    Ok(snapshot(people.map(|admin| Item::Agent(admin.into())).collect(), page.asked_at, at))
}

async fn teams(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let page = http.get::<wire::Teams>("/teams").await?;
    let items = page.body.teams.into_iter().map(|team| Item::Queue(team.into())).collect();
    Ok(snapshot(items, page.asked_at, at))
}

/// Neither has pages.
const fn snapshot(items: Vec<Item>, asked_at: DateTime<Utc>, at: Checkpoint) -> Step {
    Step { items, next: at, has_more: false, reached_at: asked_at, within: None }
}

/// Everything of one conversation; `None` where it is no more.
async fn conversation(desk: &Desk<'_>, id: &str) -> Result<Option<Vec<Item>>, VendorError> {
    let path = format!("/conversations/{}?display_as=plaintext", encoded(id));
    let page = desk.http.find::<wire::Conversation>(&path).await?;
    Ok(page.map(|page| page.body.items(desk.agents)))
}

/// The same, where a page of many is read: that one of them breaks off is no reason to leave the others.
async fn patiently(desk: &Desk<'_>, id: &str) -> Result<Option<Vec<Item>>, VendorError> {
    for _ in 1..TRIES {
        match conversation(desk, id).await {
            Err(VendorError::Transient(_)) => {}
            answered => return answered,
        }
    }
    conversation(desk, id).await
}

async fn conversations(desk: &Desk<'_>, at: Checkpoint) -> Result<Step, VendorError> {
    let from = at.from();
    let asked = search("updated_at", from, TOUCHED_AT_ONCE, at.cursor());
    let page = found(desk.http, &asked, at.cursor()).await?;
    let asked_at = page.asked_at;
    let (listed, cursor) = page.body.in_order(|listed| listed.updated_at);
    let ask = |listed: &wire::Listed| {
        let id = listed.id.clone();
        async move { patiently(desk, &id).await }
    };
    let (done, error) = each_of(&listed, REQUESTS_AT_ONCE, ask).await;
    let read_to = done.len().checked_sub(1).map(|last| seconds(listed[last].updated_at));
    // What is not there any more, the sweep will tell.
    let items = done.into_iter().flatten().flatten().collect();
    let (next, has_more) = match (error, cursor, read_to) {
        (Some(error), _, None) => return Err(error),
        (Some(_), _, Some(last)) if last > from => (Checkpoint::Mark { at: last }, true),
        (Some(_), _, Some(_)) => (at, true),
        // A page of one second alone leads to itself.
        (None, Some(cursor), last) if last.is_none_or(|last| last <= from) => {
            (Checkpoint::Token { cursor, from }, true)
        }
        (None, Some(_), last) => (Checkpoint::Mark { at: last.unwrap_or(from) }, true),
        (None, None, last) => {
            let newest = last.map_or(from, |last| last - SETTLES);
            (Checkpoint::Mark { at: newest.max(from) }, false)
        }
    };
    let reached_at = if has_more { read_to.unwrap_or(from) } else { asked_at };
    Ok(Step { items, next, has_more, reached_at, within: None })
}

/// Who was made from a time on and is still there; all of a second come together.
async fn sweep(http: &Http, at: &Checkpoint) -> Result<Step, VendorError> {
    // Also what is older than what is read may have been touched since, and is known here.
    let from = match at {
        Checkpoint::Start { .. } => DateTime::UNIX_EPOCH,
        Checkpoint::Token { .. } | Checkpoint::Mark { .. } => at.from(),
    };
    let (mut items, mut cursor) = (Vec::new(), None);
    let (to, asked_at, has_more) = loop {
        let asked = search("created_at", from, SWEPT_AT_ONCE, cursor.as_deref());
        let page = found(http, &asked, cursor.as_deref()).await?;
        let (listed, next) = page.body.in_order(|listed| listed.created_at);
        let last = listed.last().map_or(from, |last| seconds(last.created_at));
        items.extend(listed.into_iter().map(|listed| Item::Exists(listed.id)));
        let settled = page.asked_at - APPEARS;
        match next {
            Some(_) if last > from && last < settled => break (last, page.asked_at, true),
            Some(next) if last <= from => cursor = Some(next),
            _ => break (settled, page.asked_at, false),
        }
    };
    let within = (from < to).then_some((from, to));
    let next = Checkpoint::Mark { at: to };
    Ok(Step { items, next, has_more, reached_at: asked_at, within })
}

/// What was touched or made from a moment on, the oldest first.
fn search(field: &str, from: DateTime<Utc>, at_most: usize, cursor: Option<&str>) -> Value {
    let before = (from.timestamp() - 1).max(0).to_string();
    let mut pagination = json!({ "per_page": at_most });
    if let Some(cursor) = cursor {
        pagination["starting_after"] = json!(cursor);
    }
    json!({
        "query": {
            "operator": "AND",
            "value": [{ "field": field, "operator": ">", "value": before }],
        },
        "pagination": pagination,
        "sort": { "field": field, "order": "ascending" },
    })
}

/// Where a cursor was good once, a refusal says that it is good no more.
async fn found(
    http: &Http,
    asked: &Value,
    cursor: Option<&str>,
) -> Result<Page<wire::Found>, VendorError> {
    match (http.post("/conversations/search", asked).await, cursor) {
        (Err(VendorError::Refused(told)), Some(_)) => Err(VendorError::Lost(told)),
        (found, _) => found,
    }
}

fn seconds(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(at, 0).unwrap_or_default()
}
