//! The Table API: pages of records.
//!
//! A page is cut before it is looked at who may see what is on it, so it may be short or empty where more comes after it: only the headers
//! say whether there is more. Pages begin after a record, never after so many records: those would shift while others are updated.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, LINK};

use super::super::contract::VendorError;
use super::super::http::{Http, encoded};
use super::wire::{Record, Rows};

/// How many records are asked for where a page has none that may be seen, before it is given up.
const MOST: usize = 10_000;

/// Some records, each once.
pub(super) struct Found<T> {
    pub(super) rows: Vec<T>,
    /// Whether there are more after them.
    pub(super) has_more: bool,
    /// How many there are, as far as the instance says: also those that may not be seen.
    pub(super) count: Option<usize>,
    pub(super) asked_at: DateTime<Utc>,
}

impl<T> Found<T> {
    /// Nothing, of what was asked for then.
    pub(super) const fn none(asked_at: DateTime<Utc>) -> Self {
        Self { rows: Vec::new(), has_more: false, count: None, asked_at }
    }
}

/// The first records that a query finds and that may be seen.
pub(super) async fn page<T: Record>(
    http: &Http,
    query: &str,
    limit: usize,
) -> Result<Found<T>, VendorError> {
    let mut most = limit;
    loop {
        let found = ask::<T>(http, query, most).await?;
        if !found.rows.is_empty() || !found.has_more {
            return Ok(found);
        }
        if most >= MOST {
            let told = "may not read: give the user a role that may";
            return Err(VendorError::Refused(format!(
                "{} has {MOST} records in a row that these credentials {told}",
                T::TABLE
            )));
        }
        most = (most * 10).min(MOST);
    }
}

async fn ask<T: Record>(http: &Http, query: &str, limit: usize) -> Result<Found<T>, VendorError> {
    let path = format!(
        "/api/now/table/{}?sysparm_query={}&sysparm_fields={}&sysparm_limit={limit}\
         &sysparm_display_value=false&sysparm_exclude_reference_link=true",
        T::TABLE,
        encoded(query),
        T::FIELDS.trim_end_matches(','),
    );
    let page = http.get::<Rows<T>>(&path).await?;
    if page.body.error.is_some() {
        let told = format!("the answer of {} took too long and was cut off", T::TABLE);
        return Err(VendorError::Transient(told));
    }
    let count = said(&page.headers, "x-total-count").and_then(|text| text.parse().ok());
    let is_linked =
        said(&page.headers, LINK.as_str()).is_some_and(|it| it.contains("rel=\"next\""));
    let has_more = is_linked || count.is_some_and(|count| count > limit);
    let mut known = HashSet::new();
    let mut rows = page.body.result;
    rows.retain(|row| known.insert(row.sys_id().to_owned()));
    Ok(Found { rows, has_more, count, asked_at: page.asked_at })
}

/// All records that a query finds and that may be seen.
pub(super) async fn all<T: Record>(http: &Http, query: &str) -> Result<Vec<T>, VendorError> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let place = if after.is_empty() { String::new() } else { format!("^sys_id>{after}") };
        let found = page::<T>(http, &format!("{query}{place}^ORDERBYsys_id"), MOST).await?;
        let last = found.rows.iter().map(Record::sys_id).max().map(str::to_owned);
        all.extend(found.rows);
        match last {
            Some(last) if found.has_more => after = last,
            _ => return Ok(all),
        }
    }
}

/// What comes after a record in the order of a time. An alternative belongs to the condition before it alone.
pub(super) fn after(time: &str, at: &str, sys_id: &str) -> String {
    let place = match sys_id {
        "" => String::new(),
        _ => format!("^{time}>{at}^ORsys_id>{sys_id}"),
    };
    format!("{time}>={at}{place}^ORDERBY{time}^ORDERBYsys_id")
}

fn said<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
