//! What things are called. Every kind has numbers of its own; some are told as texts and some as numbers, as the vendor does.

use crate::model::Queue;

pub(super) const APP: &str = "q7sim1ab";
pub(super) const MANAGER: u64 = 7_600_000;
/// The program that assigns and talks.
pub(super) const OPERATOR: u64 = 7_599_999;

const ADMINS: u64 = 7_600_001;
const TEAMS: u64 = 5_017_001;
const TAGS: u64 = 8_400_000;
const CONVERSATIONS: u64 = 215_470_000_000_000;
const SOURCES: u64 = 2_300_000_000;
const PARTS: u64 = 1 << 44;
/// The first half of a contact's 24 digits.
const CONTACTS: &str = "6762f0f3";

pub(super) const fn admin(number: u16) -> u64 {
    ADMINS + number as u64
}

pub(super) const fn team(queue: Queue) -> u64 {
    TEAMS + queue as u64
}

pub(super) const fn conversation(number: u64) -> u64 {
    CONVERSATIONS + number
}

/// The number of a conversation.
pub(super) fn number(conversation: u64) -> Option<u64> {
    conversation.checked_sub(CONVERSATIONS).filter(|number| *number > 0)
}

pub(super) const fn source(number: u64) -> u64 {
    SOURCES + number
}

/// An event of a ticket has room for sixteen parts.
pub(super) const fn part(number: u64, event: usize, ordinal: usize) -> u64 {
    PARTS + (number << 14 | (event as u64) << 4 | ordinal as u64)
}

pub(super) fn contact(number: u64) -> String {
    format!("{CONTACTS}{number:016x}")
}

/// The number of a contact.
pub(super) fn contact_number(id: &str) -> Option<u64> {
    let digits = id.strip_prefix(CONTACTS).filter(|digits| digits.len() == 16)?;
    u64::from_str_radix(digits, 16).ok().filter(|number| *number > 0)
}

/// A tag's number follows from its name.
pub(super) fn tag(name: &str) -> u64 {
    TAGS + name.bytes().fold(7, |sum, byte| (sum * 31 + u64::from(byte)) % 99_991)
}

/// Something like a UUID: the same things have the same one.
pub(super) fn uuid(first: u64, second: u64) -> String {
    let (a, b, c) = (first >> 32 & 0xffff_ffff, first >> 16 & 0xffff, first & 0xfff);
    format!("{a:08x}-{b:04x}-4{c:03x}-8000-{:012x}", second & 0xffff_ffff_ffff)
}
