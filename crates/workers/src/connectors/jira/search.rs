//! Issues, page by page, each made whole: what a search cuts off is asked for.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::try_join;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::history::Reader;
use super::site::Customs;
use super::statuses::Statuses;
use super::wire::{ChangelogOf, Changelogs, Comments, Field, History, Issue, Search, Status};
use super::zone::Zone;
use super::{AT_ONCE, me};
use crate::connectors::contract::{Checkpoint, Desk, Item, Step, VendorError, each_of};
use crate::connectors::http::{Http, Page, encoded};

/// How far before where the last run ended the next one begins: a query knows minutes, and the index is late.
const OVERLAP: TimeDelta = TimeDelta::minutes(2);
const SETTLES: TimeDelta = TimeDelta::minutes(1);
const PER_PAGE: usize = 100;
/// A search cuts changelogs off here, whether it says so or not.
const CUT_OFF: usize = 40;

const FIELDS: &str = "created,updated,resolutiondate,project,status,priority,assignee,reporter,creator,labels,components,description,comment";
/// The fields whose changes are read.
const CHANGES: [&str; 6] = ["status", "resolution", "assignee", "priority", "labels", "components"];

/// Where a search is: what it began with has to be said again on every page.
#[derive(Serialize, Deserialize)]
struct Place {
    /// The minute, as the query calls it.
    since: String,
    customs: Customs,
    token: Option<String>,
}

impl Place {
    async fn of(http: &Http, at: &Checkpoint) -> Result<Self, VendorError> {
        if let Some(cursor) = at.cursor() {
            let read = serde_json::from_str(cursor);
            return read.map_err(|error| VendorError::Lost(format!("the checkpoint: {error}")));
        }
        let (me, customs) = try_join!(me(http), customs(http))?;
        let since = Zone::of(me.time_zone.as_deref()).since(at.from() - OVERLAP);
        Ok(Self { since, customs, token: None })
    }

    fn path(&self) -> String {
        let jql = format!(
            "projectType = service_desk AND updated >= \"{}\" ORDER BY updated ASC, key ASC",
            self.since
        );
        let token = self.token.as_deref().map(|token| format!("&nextPageToken={}", encoded(token)));
        format!(
            "/rest/api/3/search/jql?jql={}&maxResults={PER_PAGE}&{}{}",
            encoded(&jql),
            parts(&self.customs),
            token.unwrap_or_default()
        )
    }
}

/// What is asked for of an issue.
fn parts(customs: &Customs) -> String {
    let fields = customs.names().fold(FIELDS.to_owned(), |all, name| format!("{all},{name}"));
    format!("fields={fields}&expand=changelog&properties=request.channel.type")
}

async fn customs(http: &Http) -> Result<Customs, VendorError> {
    let fields: Vec<Field> = http.get("/rest/api/3/field").await?.body;
    Ok(Customs::of(fields))
}

async fn statuses(http: &Http) -> Result<Statuses, VendorError> {
    let list: Vec<Status> = http.get("/rest/api/3/status").await?.body;
    Ok(Statuses::of(list))
}

/// A page of a search. Whoever signs in wrongly is not refused, but finds nothing; a header says so.
pub(super) async fn find(http: &Http, path: &str) -> Result<Page<Search>, VendorError> {
    let page: Page<Search> = http.get(path).await?;
    let login = page.headers.get("x-seraph-loginreason").and_then(|it| it.to_str().ok());
    match login {
        Some("AUTHENTICATED_FAILED" | "AUTHENTICATION_DENIED") => Err(VendorError::Auth(
            "the helpdesk does not know these credentials: check the e-mail address and the API token"
                .to_owned(),
        )),
        _ => Ok(page),
    }
}

/// One page, oldest change first.
pub(super) async fn step(desk: &Desk<'_>, at: Checkpoint) -> Result<Step, VendorError> {
    let http = desk.http;
    let place = Place::of(http, &at).await?;
    let path = place.path();
    let (page, statuses) =
        try_join!(find(http, &path), statuses(http)).map_err(|error| lost(error, &at))?;
    let Page { body: Search { issues, next_page_token }, asked_at, .. } = page;
    let (issues, error) = whole(http, issues).await?;
    let read_to = issues.iter().map(Issue::updated).max();
    let reached = read_to.map_or(at.from(), |last| last.max(at.from()));
    let reader = Reader { agents: desk.agents, statuses: &statuses, customs: &place.customs };
    let items = issues.into_iter().flat_map(|issue| items(&reader, issue)).collect();
    if let Some(error) = error {
        // What came before the failure is kept, unless it would be read for ever.
        let next = Checkpoint::Mark { at: reached };
        let is_further = reached - at.from() > OVERLAP;
        return if is_further {
            Ok(Step { items, next, has_more: true, reached_at: reached, within: None })
        } else {
            Err(error)
        };
    }
    let has_more = next_page_token.is_some();
    let next = match next_page_token {
        Some(token) => {
            let place = Place { token: Some(token), ..place };
            Checkpoint::Token { cursor: json!(place).to_string(), from: reached }
        }
        None => Checkpoint::Mark { at: reached },
    };
    let reached_at = if has_more { reached } else { asked_at - SETTLES };
    Ok(Step { items, next, has_more, reached_at, within: None })
}

/// One issue, as it is now.
pub(super) async fn one(desk: &Desk<'_>, id: &str) -> Result<Option<Vec<Item>>, VendorError> {
    let http = desk.http;
    let (customs, statuses) = try_join!(customs(http), statuses(http))?;
    let path = format!("/rest/api/3/issue/{}?{}", encoded(id), parts(&customs));
    let Some(page) = http.find::<Issue>(&path).await? else { return Ok(None) };
    let (issues, error) = whole(http, vec![page.body]).await?;
    if let Some(error) = error {
        return Err(error);
    }
    let reader = Reader { agents: desk.agents, statuses: &statuses, customs: &customs };
    Ok(Some(issues.into_iter().flat_map(|issue| items(&reader, issue)).collect()))
}

fn items(reader: &Reader<'_>, issue: Issue) -> impl Iterator<Item = Item> {
    let rating = issue.rating(reader.customs).map(Item::Rating);
    std::iter::once(Item::Ticket(Box::new(reader.row(issue)))).chain(rating)
}

/// Each issue once and with all that it has, oldest change first; where something fails, those before it.
async fn whole(
    http: &Http,
    mut issues: Vec<Issue>,
) -> Result<(Vec<Issue>, Option<VendorError>), VendorError> {
    let mut seen = HashSet::new();
    issues.retain(|issue| seen.insert(issue.id.clone()));
    issues.sort_by_key(Issue::updated);
    let mut logs = changelogs(http, &issues).await?;
    for issue in &mut issues {
        if let (Some(log), Some(all)) = (&mut issue.changelog, logs.remove(&issue.id)) {
            log.histories = all;
        }
    }
    Ok(each_of(issues, AT_ONCE, |issue| with_comments(http, issue)).await)
}

/// The changelogs that a page has cut off, all at once.
async fn changelogs(
    http: &Http,
    issues: &[Issue],
) -> Result<HashMap<String, Vec<History>>, VendorError> {
    let is_cut_off = |issue: &&Issue| {
        issue.changelog.as_ref().is_some_and(|log| {
            let known = log.histories.len();
            log.total.map_or(known >= CUT_OFF, |total| total > known)
        })
    };
    let ids: Vec<&str> = issues.iter().filter(is_cut_off).map(|issue| issue.id.as_str()).collect();
    let mut found: HashMap<String, Vec<History>> = HashMap::new();
    let mut token = None;
    while !ids.is_empty() {
        let mut body = json!({ "issueIdsOrKeys": ids, "fieldIds": CHANGES, "maxResults": 1_000 });
        if let Some(token) = token {
            body["nextPageToken"] = json!(token);
        }
        let page = http.post::<Changelogs>("/rest/api/3/changelog/bulkfetch", &body).await;
        let page = page.map_err(again)?.body;
        for ChangelogOf { issue_id, change_histories } in page.issue_change_logs {
            found.entry(issue_id).or_default().extend(change_histories);
        }
        token = page.next_page_token;
        if token.is_none() {
            break;
        }
    }
    Ok(found)
}

async fn with_comments(http: &Http, mut issue: Issue) -> Result<Issue, VendorError> {
    let Some(comments) = &mut issue.fields.comment else { return Ok(issue) };
    let is_whole =
        |comments: &Comments| comments.total.is_none_or(|it| it <= comments.comments.len());
    if is_whole(comments) {
        return Ok(issue);
    }
    comments.comments.clear();
    loop {
        let start = comments.comments.len();
        let path = format!(
            "/rest/api/3/issue/{}/comment?startAt={start}&maxResults=100&orderBy=created",
            encoded(&issue.id)
        );
        // Somebody may delete it meanwhile.
        let Some(page) = http.find::<Comments>(&path).await? else { return Ok(issue) };
        let Comments { comments: more, total } = page.body;
        let is_empty = more.is_empty();
        comments.comments.extend(more);
        comments.total = total;
        if is_empty || is_whole(comments) {
            return Ok(issue);
        }
    }
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

/// The same of a token that nobody keeps: all is asked for again.
pub(super) fn again(error: VendorError) -> VendorError {
    if let VendorError::Refused(told) = error { VendorError::Transient(told) } else { error }
}

/// When the oldest issue of a search was created.
pub(super) fn oldest(page: &Search) -> Option<DateTime<Utc>> {
    page.issues.iter().filter_map(|issue| issue.fields.created).min().map(|at| at.0)
}
