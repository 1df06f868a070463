//! Exports by time: a page tells when it ends, and the next one begins in that second.

use chrono::DateTime;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::contract::{Checkpoint, Item, Step, VendorError};
use super::super::http::Http;
use super::SETTLES;

/// A page has so many at most, where nothing else is asked for.
const MOST: usize = 1_000;

#[derive(Deserialize)]
struct Export<T> {
    #[serde(alias = "organizations", alias = "ticket_events", alias = "ticket_metric_events")]
    items: Vec<T>,
    end_time: Option<i64>,
    /// Some exports say so, and of others a page that is not full is the last.
    end_of_stream: Option<bool>,
}

/// A page of an export.
pub(super) async fn by_time<T: DeserializeOwned>(
    http: &Http,
    path: &str,
    at: Checkpoint,
    items: impl FnOnce(Vec<T>) -> Vec<Item>,
) -> Result<Step, VendorError> {
    let from = at.from();
    if from > http.now() - SETTLES {
        let (items, reached_at) = (Vec::new(), from);
        return Ok(Step { items, next: at, has_more: false, reached_at, within: None });
    }
    let start = from.timestamp();
    let path = format!("/api/v2/incremental/{path}start_time={start}");
    let page = http.get::<Export<T>>(&path).await?;
    let Export { items: told, end_time, end_of_stream } = page.body;
    let is_last = end_of_stream.unwrap_or(told.len() < MOST);
    let end = end_time.unwrap_or(start);
    // A page of one second alone leads to itself.
    let end = if end <= start && !is_last { start + 1 } else { end.max(start) };
    let mark = DateTime::from_timestamp(end, 0).unwrap_or(from);
    Ok(Step {
        items: items(told),
        next: Checkpoint::Mark { at: mark },
        has_more: !is_last,
        reached_at: if is_last { page.asked_at - SETTLES } else { mark },
        within: None,
    })
}
