//! Which issues are there: of those that are not any more, Jira says nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::me;
use super::search::{again, find, oldest};
use super::zone::Zone;
use crate::connectors::contract::{Checkpoint, Item, Step, VendorError};
use crate::connectors::http::{Http, encoded};

/// How much of the past one step asks for.
const WINDOW: TimeDelta = TimeDelta::days(30);
/// What is younger than this may not be in the index.
const TOO_YOUNG: TimeDelta = TimeDelta::minutes(10);
const PER_PAGE: usize = 5_000;

/// All issues of a window of time.
pub(super) async fn step(http: &Http, at: Checkpoint) -> Result<Step, VendorError> {
    let zone = me(http).await?.time_zone;
    let minutes = Zone::of(zone.as_deref());
    let minute = |at: DateTime<Utc>| {
        minutes.minute(at).ok_or_else(|| {
            let zone = zone.as_deref().unwrap_or("none");
            VendorError::Refused(format!("the time zone of these credentials is not known: {zone}"))
        })
    };
    let (ends, _) = minute(http.now() - TOO_YOUNG)?;
    let (from, since) = match &at {
        Checkpoint::Mark { at } => {
            let (from, since) = minute(*at)?;
            (from, Some(since))
        }
        // Whatever is older than the oldest one is gone.
        Checkpoint::Start { .. } | Checkpoint::Token { .. } => (DateTime::UNIX_EPOCH, None),
    };
    let begins = match since {
        Some(_) => from,
        None => first(http).await?,
    };
    let (to, until) = minute((begins + WINDOW).min(ends))?;
    let has_more = to < ends && to > from;
    let next = Checkpoint::Mark { at: to };
    let mut jql = format!("projectType = service_desk AND created < \"{until}\"");
    if let Some(since) = since {
        jql.push_str(&format!(" AND created >= \"{since}\""));
    }
    let items = issues(http, &format!("{jql} ORDER BY created ASC")).await?;
    Ok(Step { items, next, has_more, reached_at: http.now(), within: Some((from, to)) })
}

/// When the oldest issue was created. Where there is none at all, it is likelier that the credentials see nothing any more than that
/// everything was deleted.
async fn first(http: &Http) -> Result<DateTime<Utc>, VendorError> {
    let jql = "projectType = service_desk AND created >= \"2000-01-01\" ORDER BY created ASC";
    let path = format!("/rest/api/3/search/jql?jql={}&maxResults=1&fields=created", encoded(jql));
    let page = find(http, &path).await?;
    oldest(&page.body).ok_or_else(|| {
        VendorError::Refused(
            "no issue of a service project is to be seen: check what these credentials may browse"
                .to_owned(),
        )
    })
}

async fn issues(http: &Http, jql: &str) -> Result<Vec<Item>, VendorError> {
    let path =
        format!("/rest/api/3/search/jql?jql={}&maxResults={PER_PAGE}&fields=id", encoded(jql));
    let mut items = Vec::new();
    let mut token = String::new();
    loop {
        let page = find(http, &format!("{path}{token}")).await.map_err(again)?.body;
        items.extend(page.issues.into_iter().map(|issue| Item::Exists(issue.id)));
        match page.next_page_token {
            Some(next) => token = format!("&nextPageToken={}", encoded(&next)),
            None => return Ok(items),
        }
    }
}
