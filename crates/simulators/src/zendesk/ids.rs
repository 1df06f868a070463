//! What things are called. Every kind has numbers of its own, so that none is taken for another.

use crate::model::{Queue, Ticket};

pub(super) const ACCOUNT: u64 = 22_100_417;
pub(super) const BRAND: u64 = 6_000_000_001;
pub(super) const TICKET_FORM: u64 = 6_100_000_001;
pub(super) const ORDER_FIELD: u64 = 6_200_000_001;
pub(super) const TOPIC_FIELD: u64 = 6_200_000_002;
pub(super) const MANAGER: u64 = 9_000_000_000;
/// The helpdesk itself.
pub(super) const SYSTEM: i64 = -1;

const STATUSES: u64 = 6_300_000_000;
const GROUPS: u64 = 7_000_000_001;
const ORGANISATIONS: u64 = 8_000_000_000;
const AGENTS: u64 = 9_000_000_001;
const CUSTOMERS: u64 = 10_000_000_000;
const RATINGS: u64 = 1 << 50;
const METRICS: u64 = 1 << 51;
const AUDITS: u64 = 1 << 49;
const METRIC_EVENTS: u64 = 1 << 52;

pub(super) const fn status(status: crate::model::Status) -> u64 {
    STATUSES + status as u64 + 1
}

pub(super) const fn group(queue: Queue) -> u64 {
    GROUPS + queue as u64
}

pub(super) const fn organisation(number: u64) -> u64 {
    ORGANISATIONS + number
}

pub(super) const fn agent(number: u16) -> u64 {
    AGENTS + number as u64
}

pub(super) const fn customer(number: u64) -> u64 {
    CUSTOMERS + number
}

pub(super) const fn membership(agent: u16, queue: Queue) -> u64 {
    agent as u64 * Queue::ALL.len() as u64 + queue as u64 + 1
}

pub(super) const fn metrics(ticket: u64) -> u64 {
    METRICS + ticket
}

/// Of a ticket's, the later has the higher number.
pub(super) const fn metric_event(ticket: u64, place: usize) -> u64 {
    METRIC_EVENTS + (ticket << 14 | place as u64)
}

/// An event's audit has this, and what is in the audit the numbers after it.
pub(super) const fn audit(ticket: &Ticket, event: usize) -> u64 {
    AUDITS + (ticket.number << 14 | (event as u64) << 4)
}

pub(super) const fn rating(ticket: u64, event: usize) -> u64 {
    RATINGS + (ticket << 10 | event as u64)
}

/// The ticket and the event of a rating.
pub(super) const fn rated(rating: u64) -> (u64, usize) {
    let number = rating.saturating_sub(RATINGS);
    (number >> 10, (number & 0x3ff) as usize)
}

/// Whose a number is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Manager,
    Agent(u16),
    Customer(u64),
}

/// Whose number a user's is; none if nobody can have it.
pub(super) fn who(user: u64) -> Option<Who> {
    match user {
        MANAGER => Some(Who::Manager),
        AGENTS..CUSTOMERS => u16::try_from(user - AGENTS).ok().map(Who::Agent),
        _ => user.checked_sub(CUSTOMERS).filter(|number| *number > 0).map(Who::Customer),
    }
}

/// The number of an organisation.
pub(super) fn organisation_number(organisation: u64) -> Option<u64> {
    organisation.checked_sub(ORGANISATIONS).filter(|number| *number > 0)
}
