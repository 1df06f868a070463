//! What things are called: 32 hexadecimal digits that say nothing of what they name, nor of the order in which it was made.

use std::fmt::Write as _;

use crate::model::Queue;

/// What a `sys_id` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Id {
    Manager,
    /// Who is signed in as when this account is synced.
    Integration,
    /// The account that a program speaks as.
    Assistant,
    /// The account that a program reports as.
    Monitoring,
    Agent(u64),
    Customer(u64),
    Company(u64),
    Group(u64),
    Role(u64),
    /// A role that somebody has: the user's place among the staff.
    Granted(u64),
    /// The agent and the group.
    Member(u64, u64),
    Incident(u64),
    /// What not everybody may see.
    Restricted(u64),
    /// The ticket, the update, the field.
    Audit(u64, u64, u64),
    /// The ticket and the event.
    Journal(u64, u64),
    /// The ticket and the event.
    Deletion(u64, u64),
    Rule,
    /// A tag, by its place in their list.
    Label(u64),
    /// The ticket and the event that gave it the tag.
    Labelled(u64, u64),
}

const SALT: u64 = 0x5851_f42d_4c95_7f2d;

impl Id {
    pub(super) const fn group(queue: Queue) -> Self {
        Self::Group(queue as u64)
    }

    /// Its kind and its numbers in one word.
    const fn word(self) -> u64 {
        let (kind, first, second, third) = match self {
            Self::Manager => (0, 0, 0, 0),
            Self::Integration => (1, 0, 0, 0),
            Self::Assistant => (2, 0, 0, 0),
            Self::Monitoring => (3, 0, 0, 0),
            Self::Agent(it) => (4, it, 0, 0),
            Self::Customer(it) => (5, it, 0, 0),
            Self::Company(it) => (6, it, 0, 0),
            Self::Group(it) => (7, it, 0, 0),
            Self::Role(it) => (8, it, 0, 0),
            Self::Granted(it) => (9, it, 0, 0),
            Self::Member(agent, group) => (10, agent, group, 0),
            Self::Incident(it) => (11, it, 0, 0),
            Self::Restricted(it) => (12, it, 0, 0),
            Self::Audit(ticket, update, field) => (13, ticket, update, field),
            Self::Journal(ticket, event) => (14, ticket, event, 0),
            Self::Deletion(ticket, event) => (15, ticket, event, 0),
            Self::Rule => (16, 0, 0, 0),
            Self::Label(it) => (17, it, 0, 0),
            Self::Labelled(ticket, event) => (18, ticket, event, 0),
        };
        kind << 59 | first << 20 | second << 5 | third
    }

    const fn of_word(word: u64) -> Option<Self> {
        let (first, second, third) =
            (word >> 20 & ((1 << 39) - 1), word >> 5 & ((1 << 15) - 1), word & 31);
        Some(match word >> 59 {
            0 => Self::Manager,
            1 => Self::Integration,
            2 => Self::Assistant,
            3 => Self::Monitoring,
            4 => Self::Agent(first),
            5 => Self::Customer(first),
            6 => Self::Company(first),
            7 => Self::Group(first),
            8 => Self::Role(first),
            9 => Self::Granted(first),
            10 => Self::Member(first, second),
            11 => Self::Incident(first),
            12 => Self::Restricted(first),
            13 => Self::Audit(first, second, third),
            14 => Self::Journal(first, second),
            15 => Self::Deletion(first, second),
            16 => Self::Rule,
            17 => Self::Label(first),
            18 => Self::Labelled(first, second),
            _ => return None,
        })
    }

    pub(super) fn text(self) -> String {
        let hidden = hide(self.word() ^ SALT);
        let mut text = String::with_capacity(32);
        // A text can always be written to.
        write!(text, "{hidden:016x}{:016x}", hide(hidden)).ok();
        text
    }

    /// What a `sys_id` names; none if it was never given.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let half = |half: Option<&str>| u64::from_str_radix(half?, 16).ok();
        let (hidden, check) = (half(text.get(..16))?, half(text.get(16..))?);
        if text.len() != 32 || check != hide(hidden) {
            return None;
        }
        Self::of_word(show(hidden) ^ SALT)
    }
}

/// The finaliser of SplitMix64: every word becomes another, and none two.
const fn hide(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// The way back.
const fn show(word: u64) -> u64 {
    let word = (word ^ (word >> 31) ^ (word >> 62)).wrapping_mul(0x3196_42b2_d24d_8ec3);
    let word = (word ^ (word >> 27) ^ (word >> 54)).wrapping_mul(0x96de_1b17_3f11_9089);
    word ^ (word >> 30) ^ (word >> 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_what_it_names_and_tells_nothing() {
        let named = [
            Id::Manager,
            Id::Agent(3),
            Id::Member(2, 4),
            Id::Incident(1_000_000_007),
            Id::Audit(123_456, 30, 11),
            Id::Journal(123_456, 600),
            Id::Rule,
        ];
        for id in named {
            assert_eq!(Id::parse(&id.text()), Some(id));
        }
        let texts: Vec<String> = (1..100).map(|number| Id::Incident(number).text()).collect();
        assert!(!texts.is_sorted() && texts.iter().all(|text| text.len() == 32));
        assert_eq!(Id::parse(&format!("{}0", &texts[0][..31])), None);
        assert_eq!(Id::parse("no"), None);
        assert_eq!(Id::parse("é".repeat(16).as_str()), None);
    }
}
