//! Pages of lists: by cursor where `page[size]` is asked for, else by number.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use super::service::{Asked, Outcome, Problem, Service};
use crate::iso::Iso;
use crate::server::{Answer, Request};

const PER_PAGE: usize = 100;
/// Pages by number end here; what lies beyond is to be had by cursor.
const LAST_PAGE: usize = 100;

/// What a list is of, in its order.
pub(super) struct Keys<'k> {
    count: usize,
    order: Order,
    keys: Box<dyn Iterator<Item = u64> + 'k>,
}

/// How keys follow each other. Where they rise or fall, a page goes on at the right place also when the last item of the page before is gone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Rising,
    Falling,
    Listed,
}

impl Order {
    /// Whether a key comes before another.
    const fn is_before(self, key: u64, other: u64) -> bool {
        match self {
            Self::Rising => key < other,
            Self::Falling => key > other,
            Self::Listed => key != other,
        }
    }
}

impl<'k> Keys<'k> {
    pub(super) fn new(count: usize, order: Order, keys: impl Iterator<Item = u64> + 'k) -> Self {
        Self { count, order, keys: Box::new(keys) }
    }

    pub(super) fn listed(keys: Vec<u64>) -> Self {
        Self { count: keys.len(), order: Order::Listed, keys: Box::new(keys.into_iter()) }
    }
}

/// What stands beside the items of a page.
enum Beside {
    Cursor { meta: Value, links: Value },
    Number { count: usize, next_page: Option<String>, previous_page: Option<String> },
}

struct Page<T> {
    name: &'static str,
    items: Vec<T>,
    sideloads: Vec<(&'static str, Value)>,
    beside: Beside,
}

/// A page of a list.
pub(super) fn list<T: Serialize>(
    service: &Service,
    asked: &Asked<'_>,
    name: &'static str,
    keys: Keys<'_>,
    render: impl Fn(u64) -> Option<T>,
) -> Outcome {
    list_with(service, asked, name, keys, render, |_| Vec::new())
}

/// The same with lists beside it that are made from its items.
pub(super) fn list_with<T: Serialize>(
    service: &Service,
    asked: &Asked<'_>,
    name: &'static str,
    keys: Keys<'_>,
    render: impl Fn(u64) -> Option<T>,
    sideload: impl Fn(&[T]) -> Vec<(&'static str, Value)>,
) -> Outcome {
    let is_by_cursor = asked
        .request
        .query
        .iter()
        .any(|(name, _)| name.starts_with("page[") && name.ends_with(']'));
    let (keys, beside) = if is_by_cursor {
        by_cursor(service, asked, keys)?
    } else {
        by_number(service, asked.request, keys)?
    };
    let items: Vec<T> = keys.into_iter().filter_map(render).collect();
    let sideloads = sideload(&items);
    let page = Page { name, items, sideloads, beside };
    Ok(Answer::sized(200, PER_PAGE * 1_024, &page))
}

pub(super) fn count(service: &Service, value: usize) -> Outcome {
    let refreshed_at = Iso(service.desk.clock().now());
    Ok(Answer::json(200, &json!({ "count": { "value": value, "refreshed_at": refreshed_at } })))
}

fn by_cursor(
    service: &Service,
    asked: &Asked<'_>,
    keys: Keys<'_>,
) -> Result<(Vec<u64>, Beside), Problem> {
    let request = asked.request;
    let size = match request.parameter("page[size]").map(str::parse::<usize>) {
        None => PER_PAGE,
        Some(Ok(size @ 1..=PER_PAGE)) => size,
        Some(_) => return Err(Problem::bad_page("page[size] must be from 1 to 100")),
    };
    let cursor = |name| match request.parameter(name) {
        None => Ok(None),
        Some(text) => {
            let key = decode(text).filter(|_| !asked.hits.expired_cursor);
            key.map(Some).ok_or_else(|| Problem::bad_page(&format!("{name} is not valid")))
        }
    };
    let (after, before) = (cursor("page[after]")?, cursor("page[before]")?);
    let (found, has_more) = match (after, before) {
        (Some(after), _) => {
            let order = keys.order;
            let rest = keys.keys.skip_while(|key| order.is_before(*key, after));
            let mut rest = rest.skip_while(|key| *key == after);
            (rest.by_ref().take(size).collect::<Vec<_>>(), rest.next().is_some())
        }
        (None, Some(before)) => {
            let earlier: Vec<u64> =
                keys.keys.take_while(|key| keys.order.is_before(*key, before)).collect();
            let first = earlier.len().saturating_sub(size);
            (earlier[first..].to_vec(), first > 0)
        }
        (None, None) => {
            let mut all = keys.keys;
            (all.by_ref().take(size).collect(), all.next().is_some())
        }
    };
    let [first, last] = [found.first(), found.last()].map(|key| key.map(|key| encode(*key)));
    let link = |name: &str, key: &Option<String>| {
        let key = key.as_ref()?;
        let pairs = [("page[size]", size.to_string()), (name, key.clone())];
        Some(address(service, request, &["page[size]", "page[after]", "page[before]"], &pairs))
    };
    let links = json!({ "next": link("page[after]", &last), "prev": link("page[before]", &first) });
    let meta = json!({ "has_more": has_more, "after_cursor": last, "before_cursor": first });
    Ok((found, Beside::Cursor { meta, links }))
}

fn by_number(
    service: &Service,
    request: &Request,
    keys: Keys<'_>,
) -> Result<(Vec<u64>, Beside), Problem> {
    let number = |name, usual| match request.parameter(name).map(str::parse::<usize>) {
        None => Ok(usual),
        Some(Ok(number)) if number > 0 => Ok(number),
        Some(_) => Err(Problem::bad_page(&format!("{name} must be a number from 1 on"))),
    };
    let (page, size) = (number("page", 1)?, number("per_page", PER_PAGE)?.min(PER_PAGE));
    if page > LAST_PAGE {
        return Err(Problem::bad_page(
            "pages by number end at page 100; use cursor pagination for what lies beyond",
        ));
    }
    let found: Vec<u64> = keys.keys.skip((page - 1) * size).take(size).collect();
    let link = |page: usize| {
        let pairs = [("page", page.to_string()), ("per_page", size.to_string())];
        address(service, request, &["page", "per_page"], &pairs)
    };
    let next_page = (page * size < keys.count).then(|| link(page + 1));
    let previous_page = (page > 1).then(|| link(page - 1));
    Ok((found, Beside::Number { count: keys.count, next_page, previous_page }))
}

/// The request's address with some parameters changed.
pub(super) fn address(
    service: &Service,
    request: &Request,
    without: &[&str],
    with: &[(&str, String)],
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(request.query.iter().filter(|(name, _)| !without.contains(&name.as_str())));
    query.extend_pairs(with);
    format!("{}{}?{}", service.base, request.path, query.finish())
}

fn encode(key: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("k:{key}"))
}

fn decode(cursor: &str) -> Option<u64> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("k:")?.parse().ok()
}

impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry(self.name, &self.items)?;
        for (name, list) in &self.sideloads {
            map.serialize_entry(name, list)?;
        }
        match &self.beside {
            Beside::Cursor { meta, links } => {
                map.serialize_entry("meta", meta)?;
                map.serialize_entry("links", links)?;
            }
            Beside::Number { count, next_page, previous_page } => {
                map.serialize_entry("count", count)?;
                map.serialize_entry("next_page", next_page)?;
                map.serialize_entry("previous_page", previous_page)?;
            }
        }
        map.end()
    }
}
