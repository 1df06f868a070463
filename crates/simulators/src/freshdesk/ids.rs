//! What things are called. Tickets have the small numbers that people see; everything else has large ones.

use crate::model::Queue;

pub(super) const ADMINISTRATOR: u64 = 80_000_000_000;
pub(super) const SURVEY: u64 = 41_000_000_001;
pub(super) const PRODUCT: u64 = 42_000_000_001;
pub(super) const POLICY: u64 = 43_000_000_001;
pub(super) const FIELDS: u64 = 44_000_000_000;

const GROUPS: u64 = 70_000_000_001;
const AGENTS: u64 = ADMINISTRATOR + 1;
const COMPANIES: u64 = 81_000_000_000;
const CONTACTS: u64 = 82_000_000_000;
const CONVERSATIONS: u64 = 1 << 47;
const RATINGS: u64 = 1 << 48;

pub(super) const fn group(queue: Queue) -> u64 {
    GROUPS + queue as u64
}

pub(super) fn queue(group: u64) -> Option<Queue> {
    Queue::ALL.into_iter().find(|queue| self::group(*queue) == group)
}

pub(super) const fn agent(number: u16) -> u64 {
    AGENTS + number as u64
}

/// The number of an agent, if it can be one's.
pub(super) fn agent_number(agent: u64) -> Option<u16> {
    u16::try_from(agent.checked_sub(AGENTS)?).ok()
}

pub(super) const fn company(number: u64) -> u64 {
    COMPANIES + number
}

pub(super) const fn company_number(company: u64) -> Option<u64> {
    company.checked_sub(COMPANIES)
}

pub(super) const fn contact(number: u64) -> u64 {
    CONTACTS + number
}

pub(super) const fn contact_number(contact: u64) -> Option<u64> {
    contact.checked_sub(CONTACTS)
}

pub(super) const fn conversation(ticket: u64, event: usize) -> u64 {
    CONVERSATIONS + (ticket << 10 | event as u64)
}

pub(super) const fn rating(ticket: u64, event: usize) -> u64 {
    RATINGS + (ticket << 10 | event as u64)
}
