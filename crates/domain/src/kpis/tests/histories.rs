//! Histories to test with: written by hand in a few words, and generated.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use crate::kernel::PersonId;
use crate::tickets::{
    ActorKind, Channel, Effect, History, HistoryEvent, InitiatedBy, QueueId, StatusCategory,
};

pub(super) fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(0x100 + number))
}

pub(super) fn queue(number: u128) -> QueueId {
    QueueId(Uuid::from_u128(0x200 + number))
}

pub(super) fn minute(minute: i64) -> DateTime<Utc> {
    "2024-03-30T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
}

pub(super) fn status(status: StatusCategory) -> Effect {
    Effect::Status(status)
}

pub(super) const REPLY: Effect = Effect::Message { public: true };
pub(super) const NOTE: Effect = Effect::Message { public: false };

/// An event: minute, actor, effects. Actor 0 is the customer, others are humans.
pub(super) fn event(at: i64, actor: u128, effects: &[Effect]) -> HistoryEvent {
    let human = actor > 0;
    HistoryEvent {
        at: minute(at),
        actor_kind: if human { ActorKind::Human } else { ActorKind::Customer },
        actor: human.then(|| person(actor)),
        effects: effects.to_vec(),
    }
}

/// The same by a program.
pub(super) fn program(at: i64, kind: ActorKind, effects: &[Effect]) -> HistoryEvent {
    HistoryEvent { actor_kind: kind, ..event(at, 0, effects) }
}

pub(super) fn history(events: Vec<HistoryEvent>) -> History {
    History { channel: Channel::Email, initiated_by: InitiatedBy::Customer, is_test: false, events }
}

/// Any history within `days` days of the spring change of clocks, in which everything happens that can.
pub(super) fn any_history(days: i64) -> impl Strategy<Value = History> {
    let at = prop_oneof![0..days * 1440, (0..days).prop_map(|day| day * 1440 + 720)];
    let kind = prop_oneof![
        4 => Just(ActorKind::Human),
        2 => Just(ActorKind::Customer),
        1 => prop::sample::select(vec![ActorKind::Bot, ActorKind::Automation, ActorKind::System]),
    ];
    let actor = prop::option::weighted(0.9, 1u128..5);
    let effects = prop::collection::vec(any_effect(), 0..3);
    let event = (at, kind, actor, effects).prop_map(|(at, kind, actor, effects)| HistoryEvent {
        at: minute(at),
        actor_kind: kind,
        actor: actor.filter(|_| kind == ActorKind::Human).map(person),
        effects,
    });
    let initiated_by = prop_oneof![
        8 => Just(InitiatedBy::Customer),
        1 => Just(InitiatedBy::Agent),
        1 => Just(InitiatedBy::System),
    ];
    let channel = prop::sample::select(vec![Channel::Email, Channel::Chat, Channel::Phone]);
    let events = prop::collection::vec(event, 1..14);
    (events, channel, initiated_by, prop::bool::weighted(0.05)).prop_map(
        |(mut events, channel, initiated_by, is_test)| {
            events.sort_by_key(|event| event.at);
            History { channel, initiated_by, is_test, events }
        },
    )
}

fn any_effect() -> impl Strategy<Value = Effect> {
    let status = prop::sample::select(StatusCategory::ALL);
    prop_oneof![
        8 => status.prop_map(Effect::Status),
        6 => any::<bool>().prop_map(|public| Effect::Message { public }),
        4 => prop::option::of(1u128..5).prop_map(|who| Effect::Assignee(who.map(person))),
        2 => prop::option::of(1u128..3).prop_map(|which| Effect::Queue(which.map(queue))),
        2 => Just(Effect::Escalated),
        2 => Just(Effect::Restored),
        1 => Just(Effect::Created),
        1 => Just(Effect::Spam),
        1 => Just(Effect::Deleted),
        1 => Just(Effect::Merged(None)),
        1 => Just(Effect::Tag("refund".to_owned())),
    ]
}
