//! Search by JQL, page by page: a token leads to the next page, and only the last page has none. The index is a little behind.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::issues::Parts;
use super::jql::{Order, Query};
use super::service::{Asked, Outcome, Problem, Service};
use crate::model::Ticket;
use crate::server::Answer;

/// What is younger than this is not found.
const BEHIND: i64 = 10;
const USUAL: usize = 50;
/// Where more than numbers is asked for.
const MOST: usize = 100;
const MOST_BARE: usize = 5_000;
/// A token is good for so many seconds.
const EXPIRES: i64 = 7 * 86_400;
/// So many events of its issues make a page full.
const FULL: usize = 700;
/// So many issues are looked at at once.
const AT_ONCE: usize = 500;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    jql: String,
    next_page_token: Option<String>,
    max_results: Option<usize>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    expand: String,
    #[serde(default)]
    properties: Vec<String>,
    #[serde(rename = "fieldsByKeys")]
    _by_keys: Option<bool>,
    #[serde(rename = "reconcileIssues")]
    _reconcile: Option<Vec<u64>>,
}

impl Wanted {
    fn of(asked: &Asked<'_>) -> Result<Self, Problem> {
        if asked.request.method == "POST" {
            return asked.body();
        }
        let parameter = |name| asked.request.parameter(name).map(str::to_owned);
        let size = parameter("maxResults").map(|size| size.parse()).transpose();
        Ok(Self {
            jql: parameter("jql").unwrap_or_default(),
            next_page_token: parameter("nextPageToken"),
            max_results: size.map_err(|_no| Problem::invalid("maxResults must be a number"))?,
            fields: asked.listed("fields"),
            expand: asked.listed("expand").join(","),
            properties: asked.listed("properties"),
            _by_keys: None,
            _reconcile: None,
        })
    }
}

/// When an issue last changed, and its number: where a search is.
type Place = (i64, u64);

pub(super) fn answer(service: &Service, asked: &Asked<'_>) -> Outcome {
    let wanted = Wanted::of(asked)?;
    let query = Query::read(service, &wanted.jql)?;
    if !asked.is_known {
        return Ok(Answer::json(200, &json!({ "issues": [], "isLast": true })));
    }
    if wanted.properties.len() > 5 {
        return Err(Problem::invalid("At most 5 properties can be asked for."));
    }
    let begins = match wanted.next_page_token.as_deref().filter(|token| !token.is_empty()) {
        Some(token) => {
            let place = read_token(service, token, &wanted.jql);
            place.filter(|_| !asked.hits.expired_cursor).ok_or_else(Problem::bad_token)?
        }
        None => beginning(&query),
    };
    let Wanted { fields, expand, properties, .. } = wanted;
    let parts = Parts::of_search(fields, &expand, properties, asked.version);
    let most = if parts.is_bare() { MOST_BARE } else { MOST };
    let size = wanted.max_results.unwrap_or(USUAL).clamp(1, most);
    let mut page =
        Page { service, query: &query, size, is_bare: parts.is_bare(), found: Vec::new() };
    let next = page.fill(begins);
    let issues: Vec<Value> = page.found.iter().map(|ticket| parts.shown(service, ticket)).collect();
    let size = issues.len() * 4_000 + 100;
    let mut body = json!({ "issues": issues, "isLast": next.is_none() });
    if let Some(next) = next {
        let next = if asked.hits.duplicated_page { begins } else { next };
        body["nextPageToken"] = json!(token(service, next, &wanted.jql));
    }
    Ok(Answer::sized(200, size, &body))
}

/// Nobody counts as far as that: it says about how many there are.
pub(super) fn count(service: &Service, asked: &Asked<'_>) -> Outcome {
    #[derive(Deserialize)]
    struct Counted {
        jql: String,
    }
    let Counted { jql } = asked.body()?;
    let query = Query::read(service, &jql)?;
    let tickets = (1..=service.desk.count()).filter_map(|number| service.visible(number).ok());
    let count = tickets.filter(|ticket| query.fits(service, ticket)).count();
    Ok(Answer::json(200, &json!({ "count": count })))
}

const fn beginning(query: &Query) -> Place {
    match query.order {
        Order::Updated { falls: true } | Order::Created { falls: true } => (i64::MAX, u64::MAX),
        Order::Updated { falls: false } | Order::Created { falls: false } => (i64::MIN, 0),
    }
}

struct Page<'p> {
    service: &'p Service,
    query: &'p Query,
    size: usize,
    is_bare: bool,
    found: Vec<Ticket>,
}

impl Page<'_> {
    /// Fills the page from a place on, and tells where the next one begins. That one may be empty.
    fn fill(&mut self, begins: Place) -> Option<Place> {
        let mut at = begins;
        let mut events = 0;
        loop {
            let places = self.after(at);
            for place in &places {
                at = *place;
                let ticket = self.service.visible(place.1).ok();
                let ticket = ticket.filter(|it| self.query.fits(self.service, it));
                let Some(ticket) = ticket else { continue };
                events += ticket.events.len();
                self.found.push(ticket);
                if self.found.len() >= self.size || (!self.is_bare && events >= FULL) {
                    return Some(at);
                }
            }
            if places.len() < AT_ONCE {
                return None;
            }
        }
    }

    fn after(&self, at: Place) -> Vec<Place> {
        let desk = &self.service.desk;
        let until = desk.clock().now() - BEHIND;
        match self.query.order {
            Order::Updated { falls: false } => {
                let from = (self.query.updated_from() - 1, u64::MAX);
                desk.touched_after(at.max(from), until, AT_ONCE)
            }
            Order::Updated { falls: true } => {
                let mut all = desk.touched_after((i64::MIN / 2, 0), until, usize::MAX);
                all.reverse();
                all.into_iter().skip_while(|place| *place >= at).take(AT_ONCE).collect()
            }
            Order::Created { falls: false } => {
                let first = self.created_before(self.query.created_from()).max(at.1) + 1;
                let last = self.created_before(until + 1);
                (first..=last).take(AT_ONCE).map(|number| (0, number)).collect()
            }
            Order::Created { falls: true } => {
                let last = self.created_before(until + 1).min(at.1.saturating_sub(1));
                (1..=last).rev().take(AT_ONCE).map(|number| (0, number)).collect()
            }
        }
    }

    /// How many were created before an instant: a higher number was never created earlier.
    fn created_before(&self, at: i64) -> u64 {
        let desk = &self.service.desk;
        let (mut least, mut most) = (1, desk.count() + 1);
        while least < most {
            let middle = least + (most - least) / 2;
            if desk.ticket(middle).is_some_and(|ticket| ticket.created_at < at) {
                least = middle + 1;
            } else {
                most = middle;
            }
        }
        least - 1
    }
}

/// A token is good for one query.
fn token(service: &Service, (at, number): Place, jql: &str) -> String {
    let now = service.desk.clock().now();
    URL_SAFE_NO_PAD.encode(format!("{now}|{at}|{number}|{}", fingerprint(jql)))
}

fn read_token(service: &Service, token: &str, jql: &str) -> Option<Place> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let mut parts = text.split('|');
    let issued: i64 = parts.next()?.parse().ok()?;
    let place = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let is_good = issued + EXPIRES >= service.desk.clock().now()
        && parts.next()? == fingerprint(jql).to_string();
    is_good.then_some(place)
}

/// FNV-1a.
fn fingerprint(text: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}
