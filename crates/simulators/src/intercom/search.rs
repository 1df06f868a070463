//! Lists of conversations, a page at a time. A cursor is a place in the order, so who changes while others read moves to the end.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::conversations::{Shape, show};
use super::query::{Bounds, Filter};
use super::service::{Asked, Outcome, Problem, Service};
use crate::live::LiveDesk;
use crate::server::Answer;

const USUAL: usize = 20;
const AT_MOST: usize = 150;

#[derive(Deserialize)]
struct Search {
    query: Filter,
    #[serde(default)]
    pagination: Pagination,
    #[serde(default)]
    sort: Sort,
}

#[derive(Default, Deserialize)]
struct Pagination {
    per_page: Option<usize>,
    starting_after: Option<String>,
}

/// Which the vendor's documents know and its specification does not.
#[derive(Clone, Copy, Deserialize)]
struct Sort {
    field: Field,
    order: Order,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Field {
    CreatedAt,
    UpdatedAt,
    Id,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    Ascending,
    Descending,
}

impl Default for Sort {
    /// What was touched last comes first.
    fn default() -> Self {
        Self { field: Field::UpdatedAt, order: Order::Descending }
    }
}

/// What a conversation is sorted by, and its number.
type Place = (i64, u64);

pub(super) fn search(service: &Service, asked: &Asked<'_>) -> Outcome {
    let search: Search = serde_json::from_slice(&asked.request.body)
        .map_err(|error| Problem::invalid(&format!("the search is not valid: {error}")))?;
    search.query.check().map_err(|told| Problem::invalid(&told))?;
    let (bounds, is_all) = search.query.bounds();
    let mut places = places(&service.desk, &bounds, search.sort);
    if !is_all {
        places.retain(|(_, number)| {
            let shown = shown(service, *number, Shape::Whole { is_plain: false });
            shown.is_some_and(|shown| search.query.passes(&shown))
        });
    }
    page(service, asked, &places, search.sort, &search.pagination)
}

pub(super) fn list(service: &Service, asked: &Asked<'_>) -> Outcome {
    let per_page = asked.request.parameter("per_page").map(str::parse::<usize>).transpose();
    let per_page = per_page.map_err(|_no| Problem::invalid("per_page is not a number"))?;
    let starting_after = asked.request.parameter("starting_after").map(str::to_owned);
    let everything = Bounds { created: (i64::MIN, i64::MAX), updated: (i64::MIN, i64::MAX) };
    let sort = Sort::default();
    let places = places(&service.desk, &everything, sort);
    page(service, asked, &places, sort, &Pagination { per_page, starting_after })
}

/// A conversation that is not deleted.
pub(super) fn shown(service: &Service, number: u64, shape: Shape) -> Option<Value> {
    if service.desk.was_deleted(number) {
        return None;
    }
    let (ticket, updated_at) = (service.desk.ticket(number)?, service.desk.touched(number)?);
    Some(show(service, &ticket, updated_at, shape))
}

/// The conversations whose times lie within the bounds, in order.
fn places(desk: &LiveDesk, bounds: &Bounds, sort: Sort) -> Vec<Place> {
    let now = desk.clock().now();
    let created_at = |number: u64| desk.ticket(number).map_or(i64::MAX, |it| it.created_at);
    let all_created = bounds.created == (i64::MIN, i64::MAX);
    let is_within = |(from, until): (i64, i64), at: i64| from <= at && at <= until;
    let mut places: Vec<Place> = if sort.field == Field::UpdatedAt {
        let (from, until) = bounds.updated;
        let touched =
            desk.touched_after((from.saturating_sub(1), u64::MAX), until.min(now), usize::MAX);
        let is_right =
            |place: &Place| all_created || is_within(bounds.created, created_at(place.1));
        touched.into_iter().filter(is_right).collect()
    } else {
        // A higher number never came earlier.
        let first = |at: i64| first_where(desk.count(), |number| created_at(number) >= at);
        let until = bounds.created.1.saturating_add(1);
        let numbers = first(bounds.created.0)..first(until);
        let is_right =
            |number: &u64| desk.touched(*number).is_some_and(|at| is_within(bounds.updated, at));
        let key = |number: u64| match sort.field {
            Field::Id => number.cast_signed(),
            _ => created_at(number),
        };
        numbers.filter(is_right).map(|number| (key(number), number)).collect()
    };
    places.retain(|(_, number)| !desk.was_deleted(*number));
    if sort.order == Order::Descending {
        places.reverse();
    }
    places
}

/// The first number from 1 to the count that passes, or the one after them.
fn first_where(count: u64, passes: impl Fn(u64) -> bool) -> u64 {
    let (mut from, mut until) = (1, count + 1);
    while from < until {
        let middle = u64::midpoint(from, until);
        if passes(middle) {
            until = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

fn page(
    service: &Service,
    asked: &Asked<'_>,
    places: &[Place],
    sort: Sort,
    pagination: &Pagination,
) -> Outcome {
    let per_page = pagination.per_page.unwrap_or(USUAL);
    if per_page == 0 || per_page > AT_MOST {
        return Err(Problem::invalid(&format!("per_page must be from 1 to {AT_MOST}")));
    }
    let after = pagination.starting_after.as_deref();
    let after = match after.filter(|cursor| !cursor.is_empty()) {
        None => None,
        Some(_) if asked.hits.expired_cursor => return Err(Problem::bad_cursor()),
        Some(cursor) => Some(decode(cursor).ok_or_else(Problem::bad_cursor)?),
    };
    let first = after.map_or(0, |(place, _)| match sort.order {
        Order::Ascending => places.partition_point(|it| *it <= place),
        Order::Descending => places.partition_point(|it| *it >= place),
    });
    let number = after.map_or(1, |(_, number)| number);
    let found = &places[first..places.len().min(first + per_page)];
    let mut pages = json!({
        "type": "pages",
        "page": number,
        "per_page": per_page,
        "total_pages": places.len().div_ceil(per_page),
    });
    if let Some(last) = found.last().filter(|_| first + found.len() < places.len()) {
        let again = asked.hits.duplicated_page.then(|| pagination.starting_after.clone()).flatten();
        let next = again.unwrap_or_else(|| encode(*last, number + 1));
        pages["next"] = json!({ "per_page": per_page, "starting_after": next });
    }
    let items: Vec<Value> =
        found.iter().filter_map(|(_, number)| shown(service, *number, Shape::Listed)).collect();
    let body = json!({
        "type": "conversation.list",
        "pages": pages,
        "total_count": places.len(),
        "conversations": items,
    });
    Ok(Answer::sized(200, items_size(found.len()), &body))
}

const fn items_size(count: usize) -> usize {
    count * 1_400 + 512
}

fn encode((at, number): Place, page: u64) -> String {
    STANDARD.encode(json!([at.saturating_mul(1_000), number, page]).to_string())
}

fn decode(cursor: &str) -> Option<(Place, u64)> {
    let text = STANDARD.decode(cursor).ok()?;
    let (at, number, page): (i64, u64, u64) = serde_json::from_slice(&text).ok()?;
    Some(((at / 1_000, number), page))
}
