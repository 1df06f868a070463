//! Which tickets a list has, and in which order.
//!
//! What is deleted or spam is in lists of its own, for a month. Without a time since when they changed, only tickets of the last month are
//! listed. A list ends after its 300th page, whatever comes after it.

use std::collections::BTreeMap;

use super::ids;
use super::pages::{Place, list, time};
use super::service::{Asked, Outcome, Problem, Service};
use super::tickets::{Include, Ticket};
use crate::live::Removal;
use crate::server::Request;

/// What nobody asks for by time is not listed when it is older than so many seconds, and so long the trash is kept.
const MONTH: i64 = 30 * 86_400;
const LAST_PAGE: usize = 300;
/// So many tickets are looked up at once.
const AT_ONCE: usize = 1_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shelf {
    Usual,
    Spam,
    Deleted,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Created,
    Updated,
    Due,
    Status,
}

struct Query {
    shelf: Shelf,
    since: Option<i64>,
    by: By,
    rises: bool,
    contact: Option<u64>,
    company: Option<u64>,
}

impl Query {
    fn of(service: &Service, request: &Request) -> Result<Self, Problem> {
        let unknown = |name: &str| Problem::invalid(name, "It should be one of the known values");
        let shelf = match request.parameter("filter") {
            None => Shelf::Usual,
            Some("spam") => Shelf::Spam,
            Some("deleted") => Shelf::Deleted,
            Some(_) => return Err(unknown("filter")),
        };
        let by = match request.parameter("order_by") {
            None | Some("created_at") => By::Created,
            Some("updated_at") => By::Updated,
            Some("due_by") => By::Due,
            Some("status") => By::Status,
            Some(_) => return Err(unknown("order_by")),
        };
        let rises = match request.parameter("order_type") {
            None | Some("desc") => false,
            Some("asc") => true,
            Some(_) => return Err(unknown("order_type")),
        };
        let number = |name: &str| match request.parameter(name) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_no| unknown(name)),
        };
        let mut contact = number("requester_id")?.map(|id| ids::contact_number(id).unwrap_or(0));
        if let Some(email) = request.parameter("email") {
            contact = Some(service.contact_of(email).unwrap_or(0));
        }
        let company = number("company_id")?.map(|id| ids::company_number(id).unwrap_or(0));
        let since = time(request, "updated_since")?;
        Ok(Self { shelf, since, by, rises, contact, company })
    }

    fn is_on_shelf(&self, removed: &BTreeMap<u64, Removal>, number: u64, now: i64) -> bool {
        match (removed.get(&number), self.shelf) {
            (None, shelf) => shelf == Shelf::Usual,
            (Some(removal), Shelf::Spam) => removal.is_spam && removal.at > now - MONTH,
            (Some(removal), Shelf::Deleted) => !removal.is_spam && removal.at > now - MONTH,
            (Some(_), Shelf::Usual) => false,
        }
    }

    fn is_whose(&self, service: &Service, number: u64) -> bool {
        if self.contact.is_none() && self.company.is_none() {
            return true;
        }
        let Some(ticket) = service.desk.ticket(number) else { return false };
        let customer = service.desk.model().customer(ticket.customer);
        let company = customer.organisation.map(|it| it.number);
        self.contact.is_none_or(|contact| contact == ticket.customer)
            && self.company.is_none_or(|wanted| company == Some(wanted))
    }

    /// The numbers of the tickets, as far as the page reaches at least.
    fn find(&self, service: &Service, reaches: usize) -> Vec<u64> {
        let desk = &service.desk;
        let (now, removed) = (desk.clock().now(), desk.removed());
        let is_listed =
            |number: u64| self.is_on_shelf(&removed, number, now) && self.is_whose(service, number);
        let is_usual = self.shelf == Shelf::Usual;
        if let (true, By::Updated, true, Some(since)) = (is_usual, self.by, self.rises, self.since)
        {
            return changed(service, since, reaches, is_listed);
        }
        let first = match self.since {
            Some(_) => 1,
            None => first_since(service, now - MONTH),
        };
        let numbers: Box<dyn Iterator<Item = u64>> = if is_usual {
            Box::new(first..=desk.count())
        } else {
            Box::new(removed.range(first..).map(|(number, _)| *number))
        };
        let is_since = |number: u64| {
            self.since.is_none_or(|since| desk.touched(number).is_some_and(|at| at >= since))
        };
        let all = numbers.filter(|number| is_since(*number) && is_listed(*number));
        let mut keyed: Vec<(i64, u64)> = all.map(|it| (self.key(service, it), it)).collect();
        keyed.sort_unstable();
        if !self.rises {
            keyed.reverse();
        }
        keyed.into_iter().map(|(_, number)| number).collect()
    }

    fn key(&self, service: &Service, number: u64) -> i64 {
        let desk = &service.desk;
        let shown = || {
            let ticket = desk.ticket(number)?;
            Some(Ticket::of(service, &ticket, Include::default()))
        };
        match self.by {
            By::Created => number.cast_signed(),
            By::Updated => desk.touched(number).unwrap_or(0),
            By::Due => shown().map_or(0, |ticket| ticket.due_by.0),
            By::Status => shown().map_or(0, |ticket| ticket.status.into()),
        }
    }
}

/// In the order in which they changed.
fn changed(
    service: &Service,
    since: i64,
    reaches: usize,
    is_listed: impl Fn(u64) -> bool,
) -> Vec<u64> {
    let mut found = Vec::new();
    let mut after = (since - 1, u64::MAX);
    loop {
        let next = service.desk.touched_after(after, i64::MAX, AT_ONCE);
        let Some(last) = next.last().copied() else { return found };
        after = last;
        found.extend(next.into_iter().map(|(_, number)| number).filter(|it| is_listed(*it)));
        if found.len() >= reaches {
            return found;
        }
    }
}

/// The first ticket that was created at an instant or later.
fn first_since(service: &Service, at: i64) -> u64 {
    let desk = &service.desk;
    let is_before = |number: u64| desk.ticket(number).is_some_and(|ticket| ticket.created_at < at);
    let (mut low, mut high) = (1, desk.count() + 1);
    while low < high {
        let middle = low.midpoint(high);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

pub(super) fn tickets(service: &Service, asked: &Asked<'_>) -> Outcome {
    let place = Place::of(asked.request)?;
    if place.page > LAST_PAGE {
        return Err(Problem::invalid("page", "There is nothing to be had after the 300th page"));
    }
    if asked.include.conversations {
        return Err(Problem::invalid("include", "A list has no conversations"));
    }
    let query = Query::of(service, asked.request)?;
    let numbers = query.find(service, place.reaches());
    let show = |number| Some(Ticket::told(service, asked, &service.desk.ticket(number)?));
    list(service, asked, place, &numbers, show)
}
