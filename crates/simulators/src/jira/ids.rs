//! What things are called: issues have a number beside their key, accounts a text that says nothing.

use crate::model::{Queue, Status, Ticket};

/// The service project.
pub(super) const PROJECT: &str = "QM";
pub(super) const PROJECT_ID: u64 = 10_001;
/// A project of another kind, with nothing in it.
pub(super) const OTHER_PROJECT: &str = "WEB";
pub(super) const OTHER_PROJECT_ID: u64 = 10_002;
pub(super) const SERVICE_DESK: u64 = 1;
pub(super) const ISSUE_TYPE: u64 = 10_010;
pub(super) const SATISFACTION: &str = "customfield_10032";
pub(super) const SATISFACTION_DATE: &str = "customfield_10033";
pub(super) const REQUEST_TYPE: &str = "customfield_10010";
pub(super) const ORGANISATIONS: &str = "customfield_10002";

const ISSUES: u64 = 20_000;
const COMPONENTS: u64 = 10_100;
const HISTORIES: u64 = 1 << 34;
const COMMENTS: u64 = 1 << 33;

pub(super) const fn issue(number: u64) -> u64 {
    ISSUES + number
}

pub(super) fn key(number: u64) -> String {
    format!("{PROJECT}-{number}")
}

/// The number of a ticket of an issue's number or key.
pub(super) fn ticket(text: &str) -> Option<u64> {
    let number = match text.split_once('-') {
        Some((project, number)) if project.eq_ignore_ascii_case(PROJECT) => number.parse().ok(),
        Some(_) => None,
        None => text.parse::<u64>().ok()?.checked_sub(ISSUES),
    };
    number.filter(|number| *number > 0)
}

pub(super) const fn component(queue: Queue) -> u64 {
    COMPONENTS + queue as u64
}

pub(super) const fn status(status: Status) -> u64 {
    match status {
        Status::New => 1,
        Status::Open => 10_101,
        Status::Pending => 10_102,
        Status::OnHold => 10_103,
        Status::Solved => 5,
        Status::Closed => 6,
    }
}

pub(super) const fn history(ticket: &Ticket, event: usize) -> u64 {
    HISTORIES + (ticket.number << 10 | event as u64)
}

pub(super) const fn comment(ticket: &Ticket, event: usize) -> u64 {
    COMMENTS + (ticket.number << 10 | event as u64)
}

/// Whose an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Manager,
    Agent(u16),
    Customer(u64),
    /// The desk's rules.
    Automation,
    /// The program that talks.
    Assistant,
    /// A program that reports.
    Monitoring,
}

const STAFF: &str = "712020:8b5a63f0-0000-4000-8000-";
const CUSTOMERS: &str = "qm:2f0c7d11-51de-4c1c-a2a3-1f5c6b1d9e07:8b5a63f0-0000-4000-9000-";
const PROGRAMS: &str = "557058:8b5a63f0-0000-4000-a000-";

pub(super) fn account(who: Who) -> String {
    let (kind, number) = match who {
        Who::Manager => (STAFF, 0),
        Who::Agent(number) => (STAFF, u64::from(number) + 1),
        Who::Customer(number) => (CUSTOMERS, number),
        Who::Automation => (PROGRAMS, 0),
        Who::Assistant => (PROGRAMS, 1),
        Who::Monitoring => (PROGRAMS, 2),
    };
    format!("{kind}{number:012x}")
}

/// Whose an account is; none if nobody can have it.
pub(super) fn who(account: &str) -> Option<Who> {
    let number = |kind: &str| u64::from_str_radix(account.strip_prefix(kind)?, 16).ok();
    match (number(STAFF), number(CUSTOMERS), number(PROGRAMS)) {
        (Some(0), ..) => Some(Who::Manager),
        (Some(number), ..) => u16::try_from(number - 1).ok().map(Who::Agent),
        (_, Some(number), _) => Some(Who::Customer(number)).filter(|_| number > 0),
        (.., Some(0)) => Some(Who::Automation),
        (.., Some(1)) => Some(Who::Assistant),
        (.., Some(2)) => Some(Who::Monitoring),
        _ => None,
    }
}
