//! What comes in: who writes, where, about what, and what will become of it.

use crate::model::chance::{Chance, Subject};
use crate::model::{Channel, InitiatedBy, Model, Priority, Topic, customers};

/// What happens to a ticket that does not simply take its course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Plain,
    /// Somebody at the desk tries something out.
    Test,
    Spam,
    /// No question at all: closed without a word.
    Junk,
    /// Solved without a word.
    Silent,
    /// Deleted before it was answered.
    Deleted,
    /// In the wrong queue.
    Misrouted,
    /// The customer had asked before, in the ticket of this number.
    Duplicate(u64),
}

/// A ticket as it comes in.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub(super) created_at: i64,
    pub(super) channel: Channel,
    pub(super) initiated_by: InitiatedBy,
    pub(super) customer: u64,
    pub(super) topic: &'static Topic,
    pub(super) priority: Priority,
    pub(super) difficulty: i64,
    pub(super) fate: Fate,
}

const CHANNELS: [(Channel, u64); 7] = [
    (Channel::Email, 46),
    (Channel::Web, 16),
    (Channel::Chat, 16),
    (Channel::Messaging, 8),
    (Channel::Phone, 9),
    (Channel::Social, 3),
    (Channel::Api, 2),
];
const PRIORITIES: [(Priority, u64); 4] =
    [(Priority::Low, 20), (Priority::Normal, 62), (Priority::High, 14), (Priority::Urgent, 4)];

/// One in so many tickets asks what the customer has just asked before.
const DUPLICATES: u64 = 45;
/// How many tickets may lie between the two.
const APART: u64 = 6;

impl Opening {
    /// The opening, and the rest of the ticket's chance.
    pub(super) fn of(model: &Model, number: u64) -> (Self, Chance) {
        let (opening, chance) = Self::original(model, number);
        let first = is_duplicate(model, number)
            .and_then(|chance| first_of(model, number, chance))
            .map(|first| (first, Self::original(model, first).0));
        match first {
            Some((number, first)) if opening.is_question() && first.is_question() => {
                let (customer, topic) = (first.customer, first.topic);
                (Self { customer, topic, fate: Fate::Duplicate(number), ..opening }, chance)
            }
            Some(_) | None => (opening, chance),
        }
    }

    /// The opening as it would be if it asked nothing that was asked before.
    fn original(model: &Model, number: u64) -> (Self, Chance) {
        let mut chance = Chance::of(model.settings.seed, Subject::Ticket, number);
        let created_at = model.arrival(number);
        let channel = draw(&CHANNELS, &mut chance);
        let pressure = model.arrivals.pressure(created_at);
        let mut topic = Topic::draw(pressure, &mut chance);
        let initiated_by = match channel {
            Channel::Api => InitiatedBy::System,
            Channel::Email | Channel::Phone if chance.percent(7) => InitiatedBy::Agent,
            _ => InitiatedBy::Customer,
        };
        if initiated_by == InitiatedBy::System {
            topic = Topic::alert();
        }
        let customer = customers::draw(&model.settings, &mut chance);
        let priority = draw(&PRIORITIES, &mut chance);
        let difficulty = chance.around(100, 0.45).clamp(35, 400);
        let fate = fate(channel, initiated_by, &mut chance);
        let opening =
            Self { created_at, channel, initiated_by, customer, topic, priority, difficulty, fate };
        (opening, chance)
    }

    fn is_question(&self) -> bool {
        self.initiated_by == InitiatedBy::Customer && self.fate == Fate::Plain
    }
}

fn draw<T: Copy>(shares: &[(T, u64)], chance: &mut Chance) -> T {
    shares[chance.weighted(shares.iter().map(|(_, share)| *share))].0
}

fn fate(channel: Channel, initiated_by: InitiatedBy, chance: &mut Chance) -> Fate {
    let draw = chance.below(1_000);
    let written = matches!(channel, Channel::Email | Channel::Web | Channel::Social);
    match (initiated_by, draw) {
        (_, 0..3) => Fate::Test,
        (InitiatedBy::Customer, 3..33) if written => Fate::Spam,
        (InitiatedBy::Customer, 33..43) if written => Fate::Junk,
        (InitiatedBy::Customer, 43..50) => Fate::Deleted,
        (InitiatedBy::Customer, 50..95) => Fate::Misrouted,
        (InitiatedBy::Customer | InitiatedBy::System, 95..107) => Fate::Silent,
        _ => Fate::Plain,
    }
}

/// The chance of a duplicate, if a ticket is one.
fn is_duplicate(model: &Model, number: u64) -> Option<Chance> {
    let mut chance = Chance::of(model.settings.seed, Subject::Duplicate, number);
    (chance.below(DUPLICATES) == 0).then_some(chance)
}

/// The ticket that a duplicate repeats: one shortly before it that is no duplicate itself.
fn first_of(model: &Model, number: u64, mut chance: Chance) -> Option<u64> {
    let latest = number.checked_sub(1 + chance.below(APART))?;
    let least = number.saturating_sub(APART).max(1);
    (least..=latest).rev().find(|first| is_duplicate(model, *first).is_none())
}
