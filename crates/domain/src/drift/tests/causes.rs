//! Every cause, from the figures or the history that tell it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::connections::Vendor;
use crate::drift::causes::{Glance, Pair, Source};
use crate::drift::types::DriftCause::{self, *};
use crate::drift::types::DriftMetric::{self, FirstResponseTime, FullResolutionTime, Reopens};
use crate::kpis::{Exclusion, Measure, facts_of};
use crate::tickets::StatusCategory::{Closed, Open, Solved};
use crate::tickets::{
    ActorKind, Channel, Effect, History, HistoryEvent, InitiatedBy, StatusCategory, TicketId,
};

const ASKED: Effect = Effect::Message { public: true };
/// A day after everything.
const DAY: i64 = 1_440;

fn minute(minute: i64) -> DateTime<Utc> {
    "2026-03-02T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
}

fn event(at: i64, actor_kind: ActorKind, effects: &[Effect]) -> HistoryEvent {
    HistoryEvent { at: minute(at), actor_kind, actor: None, effects: effects.to_vec() }
}

fn history(events: Vec<HistoryEvent>) -> History {
    let created = event(0, ActorKind::Customer, &[Effect::Created]);
    let events = std::iter::once(created).chain(events).collect();
    History { channel: Channel::Email, initiated_by: InitiatedBy::Customer, is_test: false, events }
}

fn says(at: i64, kind: ActorKind) -> HistoryEvent {
    event(at, kind, &[ASKED])
}

fn is(at: i64, status: StatusCategory) -> HistoryEvent {
    event(at, ActorKind::Human, &[Effect::Status(status)])
}

/// A source that has been read to a day after everything.
fn source(vendor: Vendor) -> Source {
    Source { reached_at: Some(minute(2 * DAY)), ..Source::of(vendor.word()) }
}

/// What is compared of a ticket whose source says this, in seconds or times, as of a minute.
fn pair(metric: DriftMetric, history: &History, says: Option<i64>, of: i64) -> Pair {
    let measure = match metric {
        FirstResponseTime => Measure::FirstResponse,
        FullResolutionTime => Measure::Resolution,
        Reopens => Measure::Reopening,
    };
    let fact = facts_of(history).into_iter().find(|fact| fact.measure == measure);
    let exclusion = fact.as_ref().and_then(|fact| fact.exclusion);
    let value = fact.filter(|fact| fact.exclusion.is_none()).map(|fact| fact.value);
    Pair {
        metric,
        ticket: TicketId(Uuid::nil()),
        created_at: minute(0),
        ours: if metric == Reopens { value.or(Some(0)) } else { value },
        exclusion,
        source: says,
        version: Some(minute(of).timestamp()),
        is_uncounted: metric == Reopens && value.is_some(),
    }
}

/// The cause that figures and history come to, as asked of a database; nothing where figures are the same.
fn cause(source: &Source, mut pair: Pair, history: &History) -> Option<DriftCause> {
    let glance = pair.at_a_glance(source);
    if glance == Glance::Unclear {
        pair.count(history);
    }
    match pair.at_a_glance(source) {
        Glance::Same => None,
        Glance::Because(cause) => Some(cause),
        Glance::Unclear => Some(pair.in_history(source, history)),
    }
}

/// Of a Zendesk that has been read whole, in minutes, as of the end.
fn of_minutes(
    metric: DriftMetric,
    says: Option<i64>,
    events: Vec<HistoryEvent>,
) -> Option<DriftCause> {
    let history = history(events);
    let pair = pair(metric, &history, says.map(|minutes| minutes * 60), DAY);
    cause(&source(Vendor::Zendesk), pair, &history)
}

fn answered(at: i64) -> Vec<HistoryEvent> {
    vec![says(0, ActorKind::Customer), says(at, ActorKind::Human)]
}

#[test]
fn what_is_the_same_has_no_cause() {
    assert_eq!(of_minutes(FirstResponseTime, Some(9), answered(9)), None);
    assert_eq!(of_minutes(FirstResponseTime, None, vec![says(0, ActorKind::Customer)]), None);
    assert_eq!(of_minutes(FullResolutionTime, Some(30), vec![is(30, Solved)]), None);
    let twice = || vec![is(1, Solved), is(2, Open), is(3, Solved), is(4, Open)];
    for (says, events) in [(0, vec![is(1, Solved)]), (2, twice())] {
        let history = history(events);
        let pair = pair(Reopens, &history, Some(says), DAY);
        assert_eq!(cause(&source(Vendor::Zendesk), pair, &history), None);
    }
}

#[test]
fn what_is_rounded_is_the_same_within_that() {
    let history = history(answered(9));
    let pair = |says| pair(FirstResponseTime, &history, Some(says), DAY);
    assert_eq!(cause(&source(Vendor::Zendesk), pair(9 * 60 - 59), &history), Some(Rounding));
    assert_ne!(cause(&source(Vendor::Zendesk), pair(9 * 60 - 61), &history), Some(Rounding));
    assert_ne!(cause(&source(Vendor::Intercom), pair(9 * 60 - 59), &history), Some(Rounding));
    // A number of times is not rounded.
    let reopened = self::history(vec![is(1, Solved), is(2, Open)]);
    let pair = self::pair(Reopens, &reopened, Some(2), DAY);
    assert_ne!(cause(&source(Vendor::Zendesk), pair, &reopened), Some(Rounding));
}

#[test]
fn clocks_start_with_the_ticket_or_with_the_customer() {
    let events = vec![says(20, ActorKind::Customer), says(30, ActorKind::Human)];
    assert_eq!(of_minutes(FirstResponseTime, Some(30), events), Some(ClockStart));
}

#[test]
fn an_answer_that_came_with_the_ticket_is_none_there() {
    let opening = || vec![says(0, ActorKind::Human)];
    assert_eq!(of_minutes(FirstResponseTime, None, opening()), Some(AnsweredAtCreation));
    let again = vec![says(0, ActorKind::Human), says(40, ActorKind::Human)];
    assert_eq!(of_minutes(FirstResponseTime, Some(40), again), Some(AnsweredAtCreation));
}

#[test]
fn a_program_answers_there_and_not_here() {
    for program in [ActorKind::Bot, ActorKind::Automation, ActorKind::System] {
        let events = || vec![says(0, ActorKind::Customer), says(2, program)];
        assert_eq!(of_minutes(FirstResponseTime, Some(2), events()), Some(AutomatedReply));
        let later = [events(), vec![says(90, ActorKind::Human)]].concat();
        assert_eq!(of_minutes(FirstResponseTime, Some(2), later), Some(AutomatedReply));
    }
}

#[test]
fn who_is_no_agent_here_may_be_one_there() {
    let events = vec![says(0, ActorKind::Customer), says(5, ActorKind::Customer)];
    assert_eq!(of_minutes(FirstResponseTime, Some(5), events), Some(ReplierUnknown));
}

#[test]
fn what_came_before_the_customer_wrote_is_counted_by_us_alone() {
    let told = |vendor, metric, says, events: &[HistoryEvent]| {
        let history = history(events.to_vec());
        cause(&source(vendor), pair(metric, &history, says, DAY), &history)
    };
    let begun = [says(0, ActorKind::Human), is(10, Solved), is(20, Open), is(30, Solved)];
    let wrote = |at| {
        let events = begun.iter().cloned().chain([says(at, ActorKind::Customer)]);
        let mut events: Vec<_> = events.collect();
        events.sort_by_key(|event| event.at);
        events
    };
    for (events, solved, reopened) in [
        (begun.to_vec(), Some(BeforeCustomerWrote), Some(BeforeCustomerWrote)),
        (wrote(40), Some(BeforeCustomerWrote), Some(BeforeCustomerWrote)),
        (wrote(25), Some(Unknown), Some(BeforeCustomerWrote)),
        (wrote(5), Some(Unknown), Some(Unknown)),
    ] {
        assert_eq!(told(Vendor::Intercom, FullResolutionTime, None, &events), solved);
        assert_eq!(told(Vendor::Intercom, Reopens, None, &events), reopened);
        assert_eq!(told(Vendor::Intercom, Reopens, Some(0), &events), reopened);
        // Nobody else counts like that.
        assert_eq!(told(Vendor::Zendesk, FullResolutionTime, None, &events), Some(Unknown));
        assert_eq!(told(Vendor::Zendesk, Reopens, Some(0), &events), Some(Unknown));
    }
    let unopened = [says(0, ActorKind::Human)];
    assert_eq!(told(Vendor::Intercom, Reopens, None, &unopened), Some(BeforeCustomerWrote));
    assert_eq!(told(Vendor::Intercom, Reopens, Some(1), &begun), None);
    assert_eq!(told(Vendor::Intercom, Reopens, Some(2), &begun), Some(Unknown));
}

#[test]
fn what_is_left_out_is_left_out_for_its_reason() {
    let reasons = [
        (InitiatedByAgent, Exclusion::InitiatedByAgent),
        (InitiatedBySystem, Exclusion::InitiatedBySystem),
        (Spam, Exclusion::Spam),
        (Merged, Exclusion::Merged),
        (Deleted, Exclusion::Deleted),
        (Test, Exclusion::Test),
        (ClosedWithoutSolve, Exclusion::ClosedWithoutSolve),
    ];
    let history = history(answered(9));
    for (expected, exclusion) in reasons {
        let told = pair(FirstResponseTime, &history, Some(540), DAY);
        let excluded = Pair { ours: None, exclusion: Some(exclusion), ..told };
        assert_eq!(cause(&source(Vendor::Zendesk), excluded.clone(), &history), Some(expected));
        let nowhere = Pair { source: None, ..excluded };
        assert_eq!(cause(&source(Vendor::Zendesk), nowhere, &history), None);
    }
}

#[test]
fn closing_is_a_solution_there() {
    let closed = vec![is(30, Closed)];
    assert_eq!(of_minutes(FullResolutionTime, Some(30), closed), Some(ClosedWithoutSolve));
    let later = vec![is(10, Solved), is(20, Open), is(30, Closed)];
    assert_eq!(of_minutes(FullResolutionTime, Some(30), later), Some(ClosedWithoutSolve));
}

#[test]
fn what_is_open_again_is_not_solved_there() {
    let reopened = vec![is(10, Solved), is(20, Open)];
    assert_eq!(of_minutes(FullResolutionTime, None, reopened), Some(ReopenedSince));
}

#[test]
fn what_is_solved_twice_is_solved_at_the_first_time_there() {
    let solved = || vec![is(10, Solved), is(50, Solved)];
    assert_eq!(of_minutes(FullResolutionTime, Some(10), solved()), Some(SolvedAgain));
    let reopened = vec![is(10, Solved), is(20, Open), is(50, Solved)];
    assert_eq!(of_minutes(FullResolutionTime, Some(10), reopened), Some(Unknown));
}

#[test]
fn what_is_not_in_the_history_was_not_read() {
    assert_eq!(of_minutes(FirstResponseTime, Some(5), answered(9)), Some(HistoryIncomplete));
    assert_eq!(of_minutes(FirstResponseTime, Some(5), Vec::new()), Some(HistoryIncomplete));
    assert_eq!(of_minutes(FullResolutionTime, Some(5), Vec::new()), Some(HistoryIncomplete));
    let solved = vec![is(10, Solved)];
    assert_eq!(of_minutes(FullResolutionTime, Some(50), solved), Some(HistoryIncomplete));
    // Of a number of times nobody knows which one is missing: but that it was not read to the end, or not from the beginning.
    let (history, whole) = (history(Vec::new()), source(Vendor::Zendesk));
    let told = |source: &Source| cause(source, pair(Reopens, &history, Some(1), DAY), &history);
    assert_eq!(told(&whole), Some(Unknown));
    let behind = Source { reached_at: Some(minute(DAY - 1)), ..whole };
    let never = Source { reached_at: None, ..whole };
    let since = Source { sync_from: Some(minute(1)), ..whole };
    for source in [behind, never, since] {
        assert_eq!(told(&source), Some(HistoryIncomplete), "{source:?}");
    }
}

#[test]
fn what_happened_since_is_not_in_their_figure() {
    let told = |metric, says, of, events| {
        let history = history(events);
        cause(&source(Vendor::Zendesk), pair(metric, &history, says, of), &history)
    };
    assert_eq!(told(FirstResponseTime, None, 5, answered(9)), Some(SourceOutdated));
    assert_eq!(told(FullResolutionTime, None, 5, vec![is(9, Solved)]), Some(SourceOutdated));
    let again = || vec![is(10, Solved), is(20, Open), is(50, Solved)];
    assert_eq!(told(FullResolutionTime, Some(600), 10, again()), Some(SourceOutdated));
    assert_eq!(told(Reopens, Some(0), 10, again()), Some(SourceOutdated));
    // It was never read.
    let history = history(answered(9));
    let unread = Pair { version: None, ..pair(FirstResponseTime, &history, None, 0) };
    assert_eq!(cause(&source(Vendor::Zendesk), unread, &history), Some(SourceOutdated));
    // Versions are not seconds everywhere.
    let history = self::history(vec![is(9, Solved)]);
    let millis = Some(minute(5).timestamp() * 1_000);
    let jira = Pair { version: millis, ..pair(FullResolutionTime, &history, None, 0) };
    assert_eq!(cause(&source(Vendor::Jira), jira, &history), Some(SourceOutdated));
}

#[test]
fn who_has_no_such_figure_has_none_of_any_ticket() {
    for (vendor, metric) in [
        (Vendor::Servicenow, FirstResponseTime),
        (Vendor::Jira, FirstResponseTime),
        (Vendor::Jira, Reopens),
        (Vendor::Freshdesk, Reopens),
    ] {
        let history = history(answered(9));
        let pair = pair(metric, &history, None, DAY);
        assert_eq!(cause(&source(vendor), pair, &history), Some(NoSourceMetric), "{vendor:?}");
    }
    let import = Source::of("import");
    let history = history(answered(9));
    let pair = pair(FirstResponseTime, &history, None, DAY);
    assert_eq!(cause(&import, pair, &history), Some(NoSourceMetric));
}

#[test]
fn what_nothing_explains_is_said_to_be_so() {
    assert_eq!(of_minutes(FirstResponseTime, None, answered(9)), Some(Unknown));
    let twice =
        vec![says(0, ActorKind::Customer), says(9, ActorKind::Human), says(30, ActorKind::Human)];
    assert_eq!(of_minutes(FirstResponseTime, Some(30), twice), Some(Unknown));
    assert_eq!(of_minutes(FullResolutionTime, None, vec![is(9, Solved)]), Some(Unknown));
}

#[test]
fn every_cause_says_something_else() {
    let said: BTreeSet<_> = DriftCause::ALL.iter().map(|cause| cause.says()).collect();
    assert_eq!(said.len(), DriftCause::ALL.len());
}
