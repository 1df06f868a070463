//! The tickets that changed since a moment, a page at a time.
//!
//! Pages have numbers alone, and a list ends with its 300th; a ticket that changes between two pages moves to the end of the list, and what
//! stood behind it moves up by one, out of sight. So every page is the first one of a list that begins where the page before it ended: only
//! where more than a page changed within one second is there a second page, and with it the one before is read again.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::de::DeserializeOwned;

use super::super::contract::{Checkpoint, VendorError};
use super::super::http::{Http, Page};
use super::ticket::Ticket;
use super::wire::Changed;

pub(super) const PER_PAGE: usize = 100;
const LAST_PAGE: usize = 300;
/// What changed more lately is left for the next time: of a second that is not over, more may come.
const SETTLES: TimeDelta = TimeDelta::seconds(60);

/// Something of a list of tickets.
pub(super) trait Listed: DeserializeOwned {
    /// Which ticket, and when it changed.
    fn key(&self) -> (DateTime<Utc>, i64);
}

impl Listed for Ticket {
    fn key(&self) -> (DateTime<Utc>, i64) {
        (self.updated_at, self.id)
    }
}

impl Listed for Changed {
    fn key(&self) -> (DateTime<Utc>, i64) {
        (self.updated_at, self.id)
    }
}

/// How far a list was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Everything that changed before this second was read.
    pub(super) since: DateTime<Utc>,
    /// And these of what changed within it.
    done: Vec<i64>,
    page: usize,
}

impl Place {
    pub(super) fn of(at: &Checkpoint) -> Self {
        let mut numbers = at.cursor().unwrap_or_default().split(['/', ',']);
        let page = numbers.next().and_then(|page| page.parse().ok()).unwrap_or(1);
        Self { since: at.from(), done: numbers.filter_map(|id| id.parse().ok()).collect(), page }
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        let done: Vec<String> = self.done.iter().map(i64::to_string).collect();
        let cursor = format!("{}/{}", self.page, done.join(","));
        Checkpoint::Token { cursor, from: self.since }
    }

    /// After this ticket.
    pub(super) fn pass(&mut self, (updated_at, id): (DateTime<Utc>, i64)) {
        if updated_at > self.since {
            *self = Self { since: updated_at, done: Vec::new(), page: 1 };
        }
        self.done.push(id);
    }
}

/// What a page gave.
pub(super) struct Changes<T> {
    /// In the order in which they changed.
    pub(super) tickets: Vec<T>,
    /// Whether there is more now.
    pub(super) has_more: bool,
    /// Before this moment nothing more will be told, where there is no more.
    pub(super) settled_at: DateTime<Utc>,
    /// Whether the page was one of several of one second.
    is_of_second: bool,
}

impl<T: Listed> Changes<T> {
    /// Where to go on when all of them are done.
    pub(super) fn passed(&self, mut place: Place) -> Place {
        for ticket in &self.tickets {
            place.pass(ticket.key());
        }
        match self.has_more {
            true if self.is_of_second => place.page += 1,
            true => {}
            // By the next time, what is done may have moved away.
            false => place.page = 1,
        }
        place
    }
}

/// The next page of tickets, of the list that a part of a query asks for.
pub(super) async fn changes<T: Listed>(
    http: &Http,
    list: &str,
    place: &Place,
) -> Result<Changes<T>, VendorError> {
    // Whether the second itself is in the list is not said.
    let since = (place.since - TimeDelta::seconds(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let page = |number: usize| {
        let path = format!(
            "/api/v2/tickets?updated_since={since}&order_by=updated_at&order_type=asc&per_page={PER_PAGE}&page={number}{list}"
        );
        async move { http.get(&path).await }
    };
    changes_of(place, page).await
}

/// The same of pages that are to be had by their numbers.
pub(super) async fn changes_of<T: Listed, F: Future<Output = Result<Page<Vec<T>>, VendorError>>>(
    place: &Place,
    page: impl Fn(usize) -> F,
) -> Result<Changes<T>, VendorError> {
    if place.page > LAST_PAGE {
        let told = format!(
            "more tickets changed within {} than Freshdesk lists: it ends after {LAST_PAGE} pages",
            place.since
        );
        return Err(VendorError::Refused(told));
    }
    let first = page(place.page).await?;
    let settled_at = settled_at(&first);
    let mut told = first.body;
    let is_full = told.len() >= PER_PAGE;
    if place.page > 1 {
        told.extend(page(place.page - 1).await?.body);
    }
    let last = told.iter().map(Listed::key).max();
    let is_old = last.is_some_and(|(updated_at, _)| updated_at <= settled_at);
    let is_of_second = is_full && last.is_some_and(|(updated_at, _)| updated_at <= place.since);
    let mut found: HashMap<i64, T> = HashMap::with_capacity(told.len());
    for ticket in told {
        let (updated_at, id) = ticket.key();
        let is_done = updated_at == place.since && place.done.contains(&id);
        let is_asked = updated_at >= place.since && updated_at <= settled_at;
        let is_newer = found.get(&id).is_none_or(|known| known.key() <= ticket.key());
        if is_asked && !is_done && is_newer {
            found.insert(id, ticket);
        }
    }
    let mut tickets: Vec<T> = found.into_values().collect();
    tickets.sort_unstable_by_key(Listed::key);
    Ok(Changes { tickets, has_more: is_full && is_old, settled_at, is_of_second })
}

/// Before this moment of the vendor's clock, nothing more will happen.
pub(super) fn settled_at<T>(page: &Page<T>) -> DateTime<Utc> {
    page.asked_at - SETTLES
}
