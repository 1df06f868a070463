//! Jira Service Management in the cloud. Issues come from a search by the time of their last change, each with its changelog and comments;
//! who works there, and the components that stand for queues, are read whole at every run.
//!
//! A query knows minutes in the zone of whoever asks, and the index behind it is late by some seconds: so a run begins somewhat before where
//! the last one ended, and what is read twice changes nothing. Of deletions only webhooks tell; the sweep finds what they did not.

mod history;
mod search;
mod site;
mod statuses;
mod sweep;
mod wire;
mod zone;

use std::time::Duration;

use async_trait::async_trait;

use domain::connections::SWEEP;

use super::contract::{
    Checkpoint, Connector, Desk, Item, Mode, Step, Stream, VendorError, each_of,
};
use super::http::{Http, LimitHeaders, Manners, Reset, read};

const AGENTS: Stream = Stream { name: "agents", mode: Mode::Snapshot };
const QUEUES: Stream = Stream { name: "queues", mode: Mode::Snapshot };
const ISSUES: Stream = Stream { name: "issues", mode: Mode::Feed };
const GONE: Stream = Stream { name: SWEEP, mode: Mode::Sweep };

/// How many accounts a page has.
const ACCOUNTS: usize = 1_000;
/// How many projects are asked for their components at once.
const AT_ONCE: usize = 4;

/// The connector.
pub(super) struct Jira;

#[async_trait]
impl Connector for Jira {
    fn streams(&self) -> &'static [Stream] {
        &[AGENTS, QUEUES, ISSUES, GONE]
    }

    fn manners(&self) -> Manners {
        // Of each endpoint, in fact: whoever comes too near one waits a second.
        let limits = LimitHeaders {
            limit: "x-ratelimit-limit",
            remaining: Some("x-ratelimit-remaining"),
            reset: Reset::Untold,
            window: Duration::from_secs(1),
        };
        Manners { headers: &[], limits: Some(limits), wait: Duration::from_secs(60) }
    }

    /// Whoever asks has to see who there is, and at least one service project.
    async fn check(&self, http: &Http) -> Result<String, VendorError> {
        let me = me(http).await?;
        let _: Vec<wire::User> = http.get("/rest/api/3/users/search?maxResults=1").await?.body;
        let projects: wire::Projects = http.get(&projects(0)).await?.body;
        if projects.values.is_empty() {
            let told =
                "these credentials see no service project; give them the right to browse one";
            return Err(VendorError::Auth(told.to_owned()));
        }
        Ok(me.display_name.unwrap_or_default())
    }

    async fn step(
        &self,
        desk: &Desk<'_>,
        stream: &Stream,
        at: Checkpoint,
    ) -> Result<Step, VendorError> {
        match stream.name {
            "agents" => agents(desk.http, at).await,
            "queues" => queues(desk.http, at).await,
            "issues" => search::step(desk, at).await,
            SWEEP => sweep::step(desk.http, at).await,
            other => Err(VendorError::Refused(format!("Jira has no `{other}`"))),
        }
    }

    /// Whoever signs in wrongly is told that there is no such issue, so that is asked too.
    async fn fetch(&self, desk: &Desk<'_>, ticket: &str) -> Result<Option<Vec<Item>>, VendorError> {
        let found = search::one(desk, ticket).await?;
        if found.is_none() {
            me(desk.http).await?;
        }
        Ok(found)
    }

    fn hints(&self, delivery: &[u8]) -> Result<Vec<String>, VendorError> {
        let happened: wire::Happened = read("the webhook", delivery)?;
        Ok(happened.issue.into_iter().map(|issue| issue.id).collect())
    }
}

async fn me(http: &Http) -> Result<wire::Me, VendorError> {
    Ok(http.get("/rest/api/3/myself").await?.body)
}

/// Where a list goes on that is asked for by numbers.
fn start(at: &Checkpoint) -> usize {
    at.cursor().and_then(|cursor| cursor.parse().ok()).unwrap_or_default()
}

fn snapshot(items: Vec<Item>, http: &Http, at: Checkpoint, next: Option<usize>) -> Step {
    let (from, has_more) = (at.from(), next.is_some());
    let next = next.map_or(at, |next| Checkpoint::Token { cursor: next.to_string(), from });
    Step { items, next, has_more, reached_at: http.now(), within: None }
}

/// Pages are cut before those are left out who may not be seen: only an empty one is the last.
async fn agents(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let start = start(&at);
    let path = format!("/rest/api/3/users/search?startAt={start}&maxResults={ACCOUNTS}");
    let users: Vec<wire::User> = http.get(&path).await?.body;
    let next = (!users.is_empty()).then_some(start + ACCOUNTS);
    let agents = users.iter().filter(|user| user.is_staff());
    let items = agents.map(|user| Item::Agent(user.agent())).collect();
    Ok(snapshot(items, http, at, next))
}

fn projects(start: usize) -> String {
    format!("/rest/api/3/project/search?typeKey=service_desk&startAt={start}&maxResults=50")
}

/// The components of every service project, and the project itself for what lies in none.
async fn queues(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let start = start(&at);
    let page: wire::Projects = http.get(&projects(start)).await?.body;
    let is_over = page.is_last || page.values.is_empty();
    let next = (!is_over).then_some(start + page.values.len());
    let components = async |project: &wire::Named| {
        let path = format!("/rest/api/3/project/{}/components", project.id);
        Ok(http.get::<Vec<wire::Named>>(&path).await?.body)
    };
    let (found, error) = each_of(&page.values, AT_ONCE, components).await;
    if let Some(error) = error {
        return Err(error);
    }
    let of_projects = page.values.iter().map(wire::Named::project_queue);
    let of_components = found.into_iter().flatten().map(wire::Named::queue);
    let items = of_projects.chain(of_components).map(Item::Queue).collect();
    Ok(snapshot(items, http, at, next))
}
