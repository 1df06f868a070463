//! The Table API: pages of records, and single ones.
//!
//! A page is cut before it is looked at who may see what is on it. So it may be short, or empty, where more comes after it; only the
//! count and the links tell.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::account::Rights;
use super::cells::{Display, Row, Style};
use super::ids::Id;
use super::query::{Query, compare};
use super::service::{Asked, Outcome, Problem, Service};
use super::tables::Table;
use crate::server::{Answer, Request};

const LIMIT: usize = 10_000;
/// So many more records are kept than are asked for, before they are sorted and the last ones forgotten.
const SPARE: usize = 4_096;

/// A page of a table.
pub(super) fn list(service: &Service, asked: &Asked<'_>, table: Table, version: &str) -> Outcome {
    let request = asked.request;
    let number = |name: &str| request.parameter(name).and_then(|text| text.trim().parse().ok());
    let offset: usize = number("sysparm_offset").unwrap_or(0);
    let limit: usize = number("sysparm_limit").unwrap_or(LIMIT);
    let query = query(service, asked, table);
    let (found, count) = find(service, table, &query, offset.saturating_add(limit));
    let rows = found.into_iter().skip(offset).take(limit);
    let mut rows: Vec<Row> = rows.filter_map(|row| service.whole(table, row)).collect();
    rows.retain(|row| is_visible(table, row, asked.caller.rights));
    let has_more = count > offset.saturating_add(limit);
    if asked.hits.duplicated_page && has_more {
        // All of it is somebody else's.
        rows.clear();
    }
    let is_cancelled = asked.hits.expired_cursor;
    if is_cancelled {
        rows.truncate(rows.len() / 2);
    }
    let style = style(service, request);
    let told: Vec<Value> = rows.iter().map(|row| tell(service, request, row, &style)).collect();
    if told.is_empty() && version == "v1" {
        return Err(Problem::no_record());
    }
    let mut body = json!({ "result": told });
    if is_cancelled {
        let why = "Transaction cancelled: maximum execution time exceeded";
        body["error"] = json!({ "message": why, "detail": "maximum execution time exceeded" });
        body["status"] = json!("failure");
    }
    let mut answer = Answer::sized(200, 512 * rows.len(), &body);
    if !is(request, "sysparm_no_count") {
        answer = answer.with("X-Total-Count", count);
    }
    if !is(request, "sysparm_suppress_pagination_header") && limit > 0 {
        answer = answer.with("Link", links(service, request, offset, limit, count));
    }
    Ok(answer)
}

/// One record.
pub(super) fn one(service: &Service, asked: &Asked<'_>, table: Table, id: &str) -> Outcome {
    let row = service.record(table, id);
    let row = row.filter(|row| is_visible(table, row, asked.caller.rights));
    let row = row.ok_or_else(Problem::no_record)?;
    let told = tell(service, asked.request, &row, &style(service, asked.request));
    Ok(Answer::json(200, &json!({ "result": told })))
}

fn query(service: &Service, asked: &Asked<'_>, table: Table) -> Query {
    let is_field = |field: &str| service.is_field(table, field);
    if let Some(text) = asked.request.parameter("sysparm_query").filter(|text| !text.is_empty()) {
        return Query::parse(text, &asked.caller.user.text(), is_field);
    }
    let pairs = asked.request.query.iter();
    let pairs = pairs.filter(|(name, _)| !name.starts_with("sysparm_") && is_field(name));
    Query::of_pairs(pairs.cloned().collect())
}

/// The first records of a query, and how many there are.
fn find(service: &Service, table: Table, query: &Query, most: usize) -> (Vec<Row>, usize) {
    let mut found: Vec<(Vec<String>, Row)> = Vec::new();
    let mut count = 0;
    let sort = |found: &mut Vec<(Vec<String>, Row)>| {
        found.sort_by(|(one, _), (other, _)| order(query, one, other));
        found.truncate(most);
    };
    for row in service.candidates(table, query) {
        let field = |name: &str| {
            let cell = service.cell(&row, name);
            cell.map(|cell| (cell.value(), cell.display(&service.zone))).unwrap_or_default()
        };
        if !query.finds(field) {
            continue;
        }
        count += 1;
        if query.order.is_empty() && found.len() >= most {
            continue;
        }
        let keys = query.order.iter().map(|order| field(&order.field).0).collect();
        found.push((keys, row));
        if found.len() > most.saturating_mul(2).saturating_add(SPARE) {
            sort(&mut found);
        }
    }
    sort(&mut found);
    (found.into_iter().map(|(_, row)| row).collect(), count)
}

fn order(query: &Query, one: &[String], other: &[String]) -> Ordering {
    let each = query.order.iter().zip(one.iter().zip(other)).map(|(order, (one, other))| {
        let rises = compare(one, other);
        if order.falls { rises.reverse() } else { rises }
    });
    each.fold(Ordering::Equal, Ordering::then)
}

/// Whether somebody may see a record.
fn is_visible(table: Table, row: &Row, rights: Rights) -> bool {
    let is_restricted = || matches!(Id::parse(&row.value("sys_id")), Some(Id::Restricted(_)));
    match rights {
        Rights::Admin => true,
        Rights::Reader => !is_restricted(),
        Rights::Agent => !table.is_history() && !is_restricted(),
    }
}

/// A flag of the address; clients write it as their language does.
fn is(request: &Request, name: &str) -> bool {
    request.parameter(name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn style<'s>(service: &'s Service, request: &Request) -> Style<'s> {
    let display = match request.parameter("sysparm_display_value").unwrap_or_default() {
        "all" => Display::All,
        text if text.eq_ignore_ascii_case("true") => Display::Names,
        _ => Display::Values,
    };
    let has_links = !is(request, "sysparm_exclude_reference_link");
    Style { display, has_links, zone: &service.zone, base: &service.base }
}

fn tell(service: &Service, request: &Request, row: &Row, style: &Style<'_>) -> Value {
    let mut told = Map::new();
    let fields = request.parameter("sysparm_fields").unwrap_or_default();
    let fields = fields.split(',').map(str::trim).filter(|field| !field.is_empty());
    for field in fields {
        if let Some(cell) = service.cell(row, field) {
            told.insert(field.to_owned(), style.told(&cell));
        } else if field.contains('.') {
            // What an empty reference leads to is empty.
            told.insert(field.to_owned(), style.told(&super::cells::Cell::Empty));
        }
    }
    if told.is_empty() {
        told.extend(row.0.iter().map(|(name, cell)| ((*name).to_owned(), style.told(cell))));
    }
    Value::Object(told)
}

/// Where the pages before and after this one are, and the first and the last.
fn links(
    service: &Service,
    request: &Request,
    offset: usize,
    limit: usize,
    count: usize,
) -> String {
    let link = |to: usize, rel: &str| {
        let others = request
            .query
            .iter()
            .filter(|(name, _)| !["sysparm_offset", "sysparm_limit"].contains(&name.as_str()));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others);
        query.append_pair("sysparm_limit", &limit.to_string());
        query.append_pair("sysparm_offset", &to.to_string());
        format!("<{}{}?{}>;rel=\"{rel}\"", service.base, request.path, query.finish())
    };
    let mut links = vec![link(0, "first")];
    if offset > 0 {
        links.push(link(offset.saturating_sub(limit), "prev"));
    }
    if count > offset.saturating_add(limit) {
        links.push(link(offset + limit, "next"));
    }
    if !is(request, "sysparm_no_count") {
        links.push(link(count.saturating_sub(1) / limit * limit, "last"));
    }
    links.join(",")
}
