//! Incremental exports: what has changed since a time, oldest change first. The last minute is never told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use super::audits;
use super::ids;
use super::lists::address;
use super::metric_events::{Told, Wanted};
use super::people::Organisation;
use super::service::{Asked, Outcome, Problem, Service};
use super::sideloads::{includes, sideloads};
use super::ticket_events::TicketEvent;
use super::tickets::{Ticket, With};
use crate::model;
use crate::server::Answer;

const MOST: usize = 1_000;
/// Of pages by cursor where an export has them too.
const PAGE: usize = 100;
/// What is younger than this is not told.
pub(super) const TOO_YOUNG: i64 = 60;

/// When something changed, and its number: the order of an export.
type Place = (i64, u64);

/// A page of things that changed.
struct Page<T> {
    name: &'static str,
    items: Vec<T>,
    sideloads: Vec<(&'static str, Value)>,
    next: Next,
    /// Some exports do not say it.
    end_of_stream: Option<bool>,
}

enum Next {
    Cursor { after_cursor: String, after_url: String },
    Time { count: usize, end_time: i64, next_page: String },
}

/// Where an export begins.
struct Start {
    after: Place,
    until: i64,
    per_page: usize,
}

impl Start {
    fn of(service: &Service, asked: &Asked<'_>, by_cursor: bool) -> Result<Self, Problem> {
        if !asked.caller.is_admin {
            return Err(Problem::forbidden());
        }
        let request = asked.request;
        let until = service.desk.clock().now() - TOO_YOUNG;
        let per_page = match request.parameter("per_page").map(str::parse::<usize>) {
            None => MOST,
            Some(Ok(size)) if size > 0 => size.min(MOST),
            Some(_) => return Err(Problem::invalid("Invalid per_page")),
        };
        let cursor = request.parameter("cursor").filter(|text| by_cursor && !text.is_empty());
        if let Some(cursor) = cursor {
            let after = decode(cursor).filter(|_| !asked.hits.expired_cursor);
            let after = after.ok_or_else(|| Problem::bad_page("cursor is not valid"))?;
            return Ok(Self { after, until, per_page });
        }
        let time = request.parameter("start_time");
        let time = time.ok_or_else(|| Problem::invalid("start_time is required"))?;
        let time: i64 = time.parse().map_err(|_no| Problem::invalid("Invalid start_time"))?;
        if time > until {
            let why = "Too recent start_time. Use a start_time older than 1 minute";
            return Err(Problem::invalid(why));
        }
        // Whatever changed in that very second is told too.
        Ok(Self { after: (time - 1, u64::MAX), until, per_page })
    }

    /// A page by cursor; the cursor of the last page is where the next export goes on.
    fn by_cursor(&self, service: &Service, asked: &Asked<'_>, last: Option<Place>) -> Next {
        let again = asked.hits.duplicated_page;
        let after = last.filter(|_| !again).unwrap_or(self.after);
        let cursor = encode(after);
        let with = [("cursor", cursor.clone())];
        let after_url = address(service, asked.request, &["cursor", "start_time"], &with);
        Next::Cursor { after_cursor: cursor, after_url }
    }

    /// A page by time; the next one begins with the second in which this one ends, so that what shares it comes twice.
    fn by_time(
        &self,
        service: &Service,
        asked: &Asked<'_>,
        count: usize,
        last: Option<i64>,
    ) -> Next {
        let again = asked.hits.duplicated_page;
        let end_time = last.filter(|_| !again).unwrap_or(self.after.0 + 1);
        let with = [("start_time", end_time.to_string())];
        let next_page = address(service, asked.request, &["start_time"], &with);
        Next::Time { count, end_time, next_page }
    }

    /// Whole seconds: what shares one with the last item of a page is in the page too.
    fn whole(&self, find: impl Fn(Place, i64, usize) -> Vec<Place>) -> Vec<Place> {
        let mut found = find(self.after, self.until, self.per_page);
        if let Some(last) = found.last().copied().filter(|_| found.len() >= self.per_page) {
            found.extend(find(last, last.0, usize::MAX));
        }
        found
    }
}

pub(super) fn tickets_by_cursor(service: &Service, asked: &Asked<'_>) -> Outcome {
    let start = Start::of(service, asked, true)?;
    let found = service.desk.touched_after(start.after, start.until, start.per_page);
    let end_of_stream = found.len() < start.per_page && !asked.hits.duplicated_page;
    let next = start.by_cursor(service, asked, found.last().copied());
    Ok(tickets(service, asked, &found, next, end_of_stream))
}

pub(super) fn tickets_by_time(service: &Service, asked: &Asked<'_>) -> Outcome {
    let start = Start::of(service, asked, false)?;
    let found = start.whole(|after, until, limit| service.desk.touched_after(after, until, limit));
    let end_of_stream = found.len() < start.per_page && !asked.hits.duplicated_page;
    let next = start.by_time(service, asked, found.len(), found.last().map(|last| last.0));
    Ok(tickets(service, asked, &found, next, end_of_stream))
}

fn tickets(
    service: &Service,
    asked: &Asked<'_>,
    found: &[Place],
    next: Next,
    end_of_stream: bool,
) -> Answer {
    const SIZE: usize = 2_800;
    let with = With::of(asked.request);
    let without_deleted = asked.request.parameter("exclude_deleted") == Some("true");
    let told = found.iter().filter_map(|(_, number)| service.desk.ticket(*number));
    let told = told.filter(|it| !without_deleted || service.desk.removal(it.number).is_none());
    let items: Vec<Ticket<'_>> = told.map(|ticket| Ticket::of(service, &ticket, with)).collect();
    let sideloads = sideloads(service, asked.request, &items);
    let (size, end_of_stream) = (items.len() * SIZE + 1_024, Some(end_of_stream));
    Answer::sized(200, size, &Page { name: "tickets", items, sideloads, next, end_of_stream })
}

pub(super) fn ticket_events(service: &Service, asked: &Asked<'_>) -> Outcome {
    let start = Start::of(service, asked, false)?;
    let desk = &service.desk;
    let moments = desk.moments(start.after.0 + 1, start.until, start.per_page);
    let with_comments = includes(asked.request, "comment_events");
    let mut items = Vec::with_capacity(moments.len());
    let mut known: Option<(model::Ticket, Vec<audits::Audit>)> = None;
    for moment in &moments {
        if known.as_ref().is_none_or(|(ticket, _)| ticket.number != moment.ticket) {
            let ticket = desk.ticket(moment.ticket);
            known = ticket.map(|ticket| {
                let audits = audits::of(desk.model(), &ticket);
                (ticket, audits)
            });
        }
        let Some((ticket, audits)) = &known else { continue };
        // An update is told with the first of its events.
        let audit = audits.iter().find(|audit| audit.events.start == moment.event);
        items.extend(audit.map(|audit| TicketEvent::of(audit, ticket.channel, with_comments)));
    }
    let end_of_stream = Some(moments.len() < start.per_page && !asked.hits.duplicated_page);
    let last = moments.last().map(|moment| moment.at);
    let next = start.by_time(service, asked, items.len(), last);
    let size = items.len() * 900 + 1_024;
    let (name, sideloads) = ("ticket_events", Vec::new());
    Ok(Answer::sized(200, size, &Page { name, items, sideloads, next, end_of_stream }))
}

/// Where pages are asked for by cursor, these are short ones; else they are as those of every export by time, but that none says that it
/// is the last: that it is not full does.
pub(super) fn ticket_metric_events(service: &Service, asked: &Asked<'_>) -> Outcome {
    let start = Start::of(service, asked, false)?;
    let is_true = |name| asked.request.parameter(name) == Some("true");
    let with_changes = is_true("include_changes");
    let with_deleted = !is_true("exclude_deleted");
    let is_by_cursor = asked.request.query.iter().any(|(name, _)| name.starts_with("page["));
    let Start { until, per_page, .. } = start;
    let find = |from, limit| {
        service.metric_events(&Wanted { from, until, limit, with_changes, with_deleted })
    };
    if is_by_cursor {
        return metric_events_by_cursor(service, asked, start, find);
    }
    let found = find(start.after.0 + 1, per_page);
    let next = start.by_time(service, asked, found.len(), found.last().map(|it| it.at));
    let items: Vec<Value> = found.iter().map(Told::json).collect();
    let (size, sideloads) = (items.len() * 200 + 1_024, Vec::new());
    let (name, end_of_stream) = ("ticket_metric_events", None);
    Ok(Answer::sized(200, size, &Page { name, items, sideloads, next, end_of_stream }))
}

fn metric_events_by_cursor(
    service: &Service,
    asked: &Asked<'_>,
    mut start: Start,
    find: impl Fn(i64, usize) -> Vec<Told>,
) -> Outcome {
    let size = asked.request.parameter("page[size]").map_or(Ok(PAGE), str::parse::<usize>);
    let size = size.ok().filter(|size| (1..=PAGE).contains(size));
    let size = size.ok_or_else(|| Problem::bad_page("page[size] must be from 1 to 100"))?;
    if let Some(cursor) = asked.request.parameter("page[after]") {
        let after = decode(cursor).filter(|_| !asked.hits.expired_cursor);
        start.after = after.ok_or_else(|| Problem::bad_page("page[after] is not valid"))?;
    }
    // What shares the second of the last one that was told is looked at again.
    let mut found = find(start.after.0, 1);
    let from = found.last().map_or(start.until, |it| it.at) + 1;
    found.retain(|it| (it.at, it.id) > start.after);
    if found.len() <= size {
        found.extend(find(from, size + 1 - found.len()));
    }
    let more = found.len() > size;
    found.truncate(size);
    let last = found.last().map(|it| encode((it.at, it.id)));
    let items: Vec<Value> = found.iter().map(Told::json).collect();
    let next = last.as_ref().filter(|_| more).map(|cursor| {
        let with = [("page[size]", size.to_string()), ("page[after]", cursor.clone())];
        address(service, asked.request, &["page[size]", "page[after]"], &with)
    });
    let meta = json!({ "has_more": more, "after_cursor": last, "before_cursor": null });
    let links = json!({ "next": next, "prev": null });
    Ok(Answer::json(200, &json!({ "ticket_metric_events": items, "meta": meta, "links": links })))
}

pub(super) fn users_by_cursor(service: &Service, asked: &Asked<'_>) -> Outcome {
    let start = Start::of(service, asked, true)?;
    let found = users_after(service, start.after, start.until, start.per_page);
    let next = start.by_cursor(service, asked, found.last().copied());
    Ok(users(service, &start, &found, next))
}

pub(super) fn users_by_time(service: &Service, asked: &Asked<'_>) -> Outcome {
    let start = Start::of(service, asked, false)?;
    let found = start.whole(|after, until, limit| users_after(service, after, until, limit));
    let next = start.by_time(service, asked, found.len(), found.last().map(|last| last.0));
    Ok(users(service, &start, &found, next))
}

fn users(service: &Service, start: &Start, found: &[Place], next: Next) -> Answer {
    let items: Vec<_> = found.iter().filter_map(|(_, id)| service.user(*id)).collect();
    let (end_of_stream, sideloads) = (Some(found.len() < start.per_page), Vec::new());
    let size = items.len() * 900 + 1_024;
    Answer::sized(200, size, &Page { name: "users", items, sideloads, next, end_of_stream })
}

/// All users were made one second after the other; then come those who were suspended or taken back.
fn users_after(service: &Service, after: Place, until: i64, limit: usize) -> Vec<Place> {
    let first = service.user_created(0);
    let begun = (after.0 - first).clamp(0, service.users().cast_signed()) as u64;
    let suspicions = service.desk.suspicions();
    let is_later = |id: u64| match ids::who(id) {
        Some(ids::Who::Customer(number)) => suspicions.contains_key(&number),
        _ => false,
    };
    let made = (begun..service.users())
        .map(|place| (service.user_created(place), service.user_at(place)))
        .filter(|place| *place > after && !is_later(place.1));
    let mut changed: Vec<Place> =
        suspicions.iter().map(|(number, it)| (it.at, ids::customer(*number))).collect();
    changed.sort_unstable();
    let changed = changed.into_iter().filter(|place| *place > after);
    made.chain(changed).take_while(|place| place.0 <= until).take(limit).collect()
}

pub(super) fn organisations(service: &Service, asked: &Asked<'_>) -> Outcome {
    let start = Start::of(service, asked, false)?;
    let found =
        start.whole(|after, until, limit| organisations_after(service, after, until, limit));
    let items: Vec<Organisation<'_>> =
        found.iter().filter_map(|(_, id)| service.organisation(*id)).collect();
    let end_of_stream = Some(found.len() < start.per_page);
    let next = start.by_time(service, asked, found.len(), found.last().map(|last| last.0));
    let (name, sideloads) = ("organizations", Vec::new());
    Ok(Answer::json(200, &Page { name, items, sideloads, next, end_of_stream }))
}

/// All were there before the first ticket; then come those that are called otherwise now.
fn organisations_after(service: &Service, after: Place, until: i64, limit: usize) -> Vec<Place> {
    let renamings = service.desk.renamings();
    let made = (1..=service.desk.model().organisations())
        .filter(|number| !renamings.contains_key(number))
        .map(|number| (service.organisation_created(number), ids::organisation(number)));
    let mut changed: Vec<Place> =
        renamings.iter().map(|(number, it)| (it.at, ids::organisation(*number))).collect();
    changed.sort_unstable();
    let all = made.chain(changed).filter(|place| *place > after);
    all.take_while(|place| place.0 <= until).take(limit).collect()
}

fn encode((at, number): Place) -> String {
    STANDARD.encode(format!("{at}.0||{number}"))
}

fn decode(cursor: &str) -> Option<Place> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    let (at, number) = text.split_once(".0||")?;
    Some((at.parse().ok()?, number.trim_end_matches('|').parse().ok()?))
}

impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry(self.name, &self.items)?;
        for (name, list) in &self.sideloads {
            map.serialize_entry(name, list)?;
        }
        match &self.next {
            Next::Cursor { after_cursor, after_url } => {
                map.serialize_entry("after_url", after_url)?;
                map.serialize_entry("before_url", &())?;
                map.serialize_entry("after_cursor", after_cursor)?;
                map.serialize_entry("before_cursor", &())?;
            }
            Next::Time { count, end_time, next_page } => {
                map.serialize_entry("next_page", next_page)?;
                map.serialize_entry("count", count)?;
                map.serialize_entry("end_time", end_time)?;
            }
        }
        if let Some(is_end) = self.end_of_stream {
            map.serialize_entry("end_of_stream", &is_end)?;
        }
        map.end()
    }
}
