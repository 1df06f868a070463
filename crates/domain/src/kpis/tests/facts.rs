//! Facts of single histories: cases by hand, and a plain calculation of each definition over generated ones.

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::histories::{
    NOTE, REPLY, any_history, event, history, minute, person, program, queue, status,
};
use crate::kernel::PersonId;
use crate::kpis::{Exclusion, Fact, Measure, facts_of};
use crate::tickets::{
    ActorKind, Channel, Effect, History, HistoryEvent, InitiatedBy, StatusCategory,
};

fn of(history: &History, measure: Measure) -> Vec<Fact> {
    facts_of(history).into_iter().filter(|fact| fact.measure == measure).collect()
}

fn only(history: &History, measure: Measure) -> Fact {
    let mut facts = of(history, measure);
    assert_eq!(facts.len(), 1, "{measure:?}");
    facts.remove(0)
}

fn solved() -> Effect {
    status(StatusCategory::Solved)
}

fn closed() -> Effect {
    status(StatusCategory::Closed)
}

fn open() -> Effect {
    status(StatusCategory::Open)
}

#[test]
fn the_clock_starts_at_the_customers_message_and_stops_at_a_humans() {
    let told = history(vec![
        event(0, 0, &[Effect::Created]),
        program(1, ActorKind::Bot, &[REPLY]),
        event(2, 0, &[NOTE]),
        event(3, 1, &[NOTE]),
        event(4, 2, &[REPLY]),
        event(5, 1, &[REPLY]),
    ]);
    let fact = only(&told, Measure::FirstResponse);
    assert_eq!((fact.value, fact.at, fact.agent), (120, minute(0), Some(person(2))));
    assert_eq!(fact.exclusion, None);
}

#[test]
fn a_question_after_the_answer_does_not_start_the_clock() {
    let told = history(vec![
        event(0, 1, &[Effect::Created]),
        event(2, 1, &[REPLY]),
        event(3, 0, &[REPLY]),
    ]);
    assert_eq!(only(&told, Measure::FirstResponse).value, 120);
    // Nor does one that comes between an answer and a creation that the source dates after it.
    let told = history(vec![
        event(0, 1, &[REPLY]),
        event(1, 0, &[REPLY]),
        event(2, 0, &[Effect::Created]),
    ]);
    assert_eq!(only(&told, Measure::FirstResponse).value, 0);
}

#[test]
fn an_answer_in_the_same_second_counts_as_0() {
    let told = history(vec![event(0, 1, &[Effect::Created, REPLY])]);
    let fact = only(&told, Measure::FirstResponse);
    assert_eq!((fact.value, fact.exclusion), (0, None));
}

#[test]
fn no_answer_and_conversations_of_our_own_are_kept_with_the_reason() {
    let mut told = history(vec![event(0, 0, &[]), program(1, ActorKind::Automation, &[REPLY])]);
    let fact = only(&told, Measure::FirstResponse);
    assert_eq!((fact.exclusion, fact.agent), (Some(Exclusion::NoResponse), None));
    told.initiated_by = InitiatedBy::System;
    let fact = only(&told, Measure::FirstResponse);
    assert_eq!(fact.exclusion, Some(Exclusion::InitiatedBySystem));
    told.initiated_by = InitiatedBy::Agent;
    let fact = only(&told, Measure::FirstResponse);
    assert_eq!(fact.exclusion, Some(Exclusion::InitiatedByAgent));
    assert_eq!(only(&told, Measure::Creation).exclusion, None);
}

#[test]
fn the_last_word_that_says_solved_is_the_resolution() {
    let told = history(vec![
        event(0, 0, &[]),
        event(1, 1, &[solved()]),
        event(5, 2, &[solved(), Effect::Queue(Some(queue(1)))]),
        program(6, ActorKind::System, &[closed()]),
    ]);
    let fact = only(&told, Measure::Resolution);
    assert_eq!((fact.value, fact.at, fact.agent), (300, minute(5), Some(person(2))));
    assert_eq!(fact.queue, Some(queue(1)));
}

#[test]
fn a_solve_by_a_program_is_the_assignees() {
    let told = history(vec![
        event(0, 1, &[Effect::Assignee(Some(person(2)))]),
        program(1, ActorKind::Automation, &[solved()]),
    ]);
    assert_eq!(only(&told, Measure::Resolution).agent, Some(person(2)));
    let both =
        vec![program(1, ActorKind::Automation, &[solved(), Effect::Assignee(Some(person(3)))])];
    assert_eq!(only(&history(both), Measure::Resolution).agent, Some(person(3)));
}

#[test]
fn a_reopening_does_not_take_the_solve_back() {
    let told = history(vec![event(0, 0, &[]), event(1, 1, &[solved()]), event(2, 0, &[open()])]);
    assert_eq!(only(&told, Measure::Resolution).exclusion, None);
    let fact = only(&told, Measure::Reopening);
    assert_eq!((fact.at, fact.agent), (minute(2), Some(person(1))));
}

#[test]
fn closing_a_solved_ticket_is_no_reopening_and_closing_alone_no_solve() {
    let told = history(vec![event(0, 0, &[]), event(1, 1, &[solved()]), event(2, 1, &[closed()])]);
    assert_eq!(of(&told, Measure::Reopening), []);
    let told = history(vec![event(0, 0, &[]), event(2, 1, &[closed()]), event(3, 0, &[open()])]);
    let fact = only(&told, Measure::Resolution);
    assert_eq!((fact.exclusion, fact.at), (Some(Exclusion::ClosedWithoutSolve), minute(2)));
    assert_eq!(only(&told, Measure::Reopening).agent, None);
}

#[test]
fn the_first_escalation_counts_and_a_program_gets_no_credit() {
    let escalated = [Effect::Escalated];
    let told = history(vec![event(0, 0, &[]), event(1, 1, &escalated), event(2, 2, &escalated)]);
    let fact = only(&told, Measure::Escalation);
    assert_eq!((fact.at, fact.agent), (minute(1), Some(person(1))));
    let told = history(vec![
        event(0, 1, &[Effect::Assignee(Some(person(1)))]),
        program(1, ActorKind::Automation, &escalated),
    ]);
    assert_eq!(only(&told, Measure::Escalation).agent, None);
}

#[test]
fn the_backlog_follows_whoever_has_the_ticket() {
    let told = history(vec![
        event(0, 0, &[]),
        event(1, 1, &[Effect::Assignee(Some(person(1)))]),
        event(2, 1, &[status(StatusCategory::Pending)]),
        event(3, 1, &[Effect::Assignee(Some(person(2))), Effect::Queue(Some(queue(1)))]),
        event(4, 2, &[solved()]),
        event(5, 2, &[Effect::Assignee(Some(person(1)))]),
        event(6, 2, &[open()]),
    ]);
    let deltas: Vec<_> = of(&told, Measure::OpenDelta)
        .into_iter()
        .map(|fact| (fact.at, fact.value, fact.agent, fact.queue))
        .collect();
    let (one, two, front) = (Some(person(1)), Some(person(2)), Some(queue(1)));
    let expected = [
        (minute(0), 1, None, None),
        (minute(1), -1, None, None),
        (minute(1), 1, one, None),
        (minute(3), -1, one, None),
        (minute(3), 1, two, front),
        (minute(4), -1, two, front),
        (minute(6), 1, one, front),
    ];
    assert_eq!(deltas, expected);
}

#[test]
fn what_hides_a_ticket_hides_all_its_facts_until_it_is_taken_back() {
    let mut events = vec![event(0, 0, &[]), event(1, 1, &[REPLY, solved()])];
    for (effect, reason) in [
        (Effect::Deleted, Exclusion::Deleted),
        (Effect::Merged(None), Exclusion::Merged),
        (Effect::Spam, Exclusion::Spam),
    ] {
        events.push(event(2, 1, &[effect]));
        let facts = facts_of(&history(events.clone()));
        assert!(facts.iter().all(|fact| fact.exclusion == Some(reason)), "{reason:?}");
    }
    events.push(event(3, 1, &[Effect::Restored]));
    assert!(facts_of(&history(events.clone())).iter().all(|fact| fact.exclusion.is_none()));
    let test = History { is_test: true, ..history(events) };
    assert!(facts_of(&test).iter().all(|fact| fact.exclusion == Some(Exclusion::Test)));
}

#[test]
fn no_events_are_no_facts() {
    assert_eq!(facts_of(&history(Vec::new())), []);
}

/// Each definition in its own words, without the walk: the past is looked through anew for each question.
mod plain {
    use super::*;

    pub(super) fn created(history: &History) -> &HistoryEvent {
        let said = history.events.iter().find(|event| event.effects.contains(&Effect::Created));
        said.unwrap_or(&history.events[0])
    }

    /// The value an effect left after all events up to and with this one.
    pub(super) fn last<T>(
        events: &[HistoryEvent],
        pick: impl Fn(&Effect) -> Option<T>,
    ) -> Option<T> {
        events.iter().flat_map(|event| &event.effects).filter_map(pick).next_back()
    }

    pub(super) fn assignee(events: &[HistoryEvent]) -> Option<PersonId> {
        last(events, |effect| if let Effect::Assignee(who) = effect { Some(*who) } else { None })?
    }

    pub(super) fn human(event: &HistoryEvent) -> Option<PersonId> {
        if event.actor_kind == ActorKind::Human { event.actor } else { None }
    }

    fn says(effect: &Effect) -> Option<StatusCategory> {
        if let Effect::Status(status) = effect { Some(*status) } else { None }
    }

    pub(super) fn credit(history: &History, place: usize) -> Option<PersonId> {
        human(&history.events[place]).or_else(|| assignee(&history.events[..=place]))
    }

    pub(super) fn first_response(history: &History) -> Option<(i64, Option<PersonId>)> {
        let public = |event: &HistoryEvent| {
            event.actor_kind == ActorKind::Human
                && event.effects.contains(&Effect::Message { public: true })
        };
        let answer = history.events.iter().position(public)?;
        let asked = history.events[..answer].iter().find(|event| {
            event.actor_kind == ActorKind::Customer
                && event.effects.iter().any(|effect| matches!(effect, Effect::Message { .. }))
        });
        let start = asked.unwrap_or(created(history)).at;
        let answer = &history.events[answer];
        Some(((answer.at - start).num_seconds().max(0), human(answer)))
    }

    pub(super) fn solve(history: &History) -> Option<usize> {
        history.events.iter().rposition(|event| event.effects.contains(&solved()))
    }

    pub(super) fn reopening(history: &History) -> Option<(DateTime<Utc>, Option<PersonId>)> {
        let ended = |status| matches!(status, StatusCategory::Solved | StatusCategory::Closed);
        let mut said = Vec::new();
        for (place, event) in history.events.iter().enumerate() {
            said.extend(event.effects.iter().filter_map(says).map(|status| (place, status)));
        }
        let pair = said.windows(2).position(|pair| ended(pair[0].1) && !ended(pair[1].1))?;
        let solve =
            said[..=pair].iter().rev().find(|(_, status)| *status == StatusCategory::Solved);
        let agent = solve.and_then(|(place, _)| credit(history, *place));
        Some((history.events[said[pair + 1].0].at, agent))
    }

    /// Who has the ticket at an instant, if it is open: everything strictly before it happened.
    pub(super) fn holder(history: &History, at: DateTime<Utc>) -> Option<Option<PersonId>> {
        let past = history.events.iter().filter(|event| event.at < at).cloned().collect::<Vec<_>>();
        let exists = created(history).at < at;
        let status = last(&past, says).unwrap_or(StatusCategory::New);
        (exists && status.is_open()).then(|| assignee(&past))
    }
}

fn counted(history: &History, measure: Measure) -> Option<Fact> {
    let mut facts = of(history, measure);
    assert!(facts.len() <= 1);
    facts.pop().filter(|fact| fact.exclusion.is_none())
}

proptest! {
    #[test]
    fn facts_are_what_the_definitions_say(mut told in any_history(20)) {
        told.is_test = false;
        told.initiated_by = InitiatedBy::Customer;
        let hides = |effect: &Effect| matches!(effect, Effect::Spam | Effect::Deleted | Effect::Merged(_));
        told.events.iter_mut().for_each(|event| event.effects.retain(|effect| !hides(effect)));

        let created = plain::created(&told).at;
        let creation = counted(&told, Measure::Creation).unwrap();
        prop_assert_eq!((creation.at, creation.agent), (created, None));

        let response = counted(&told, Measure::FirstResponse);
        let response = response.map(|fact| { assert_eq!(fact.at, created); (fact.value, fact.agent) });
        prop_assert_eq!(response, plain::first_response(&told));

        let resolution = counted(&told, Measure::Resolution).map(|fact| (fact.at, fact.value, fact.agent));
        let solve = plain::solve(&told).map(|place| {
            let at = told.events[place].at;
            (at, (at - created).num_seconds().max(0), plain::credit(&told, place))
        });
        prop_assert_eq!(resolution, solve);

        let reopening = counted(&told, Measure::Reopening).map(|fact| (fact.at, fact.agent));
        prop_assert_eq!(reopening, plain::reopening(&told));

        let escalated = told.events.iter().find(|event| event.effects.contains(&Effect::Escalated));
        let escalation = counted(&told, Measure::Escalation).map(|fact| (fact.at, fact.agent));
        prop_assert_eq!(escalation, escalated.map(|event| (event.at, plain::human(event))));
    }

    #[test]
    fn the_changes_of_the_backlog_add_up_to_who_has_the_ticket(
        told in any_history(20), at in 0i64..21 * 1440,
    ) {
        let at = minute(at);
        let deltas = of(&told, Measure::OpenDelta);
        for who in [None, Some(person(1)), Some(person(2)), Some(person(3)), Some(person(4))] {
            let own = deltas.iter().filter(|fact| fact.agent == who && fact.at < at);
            let balance: i64 = own.map(|fact| fact.value).sum();
            prop_assert_eq!(balance == 1, plain::holder(&told, at) == Some(who));
            prop_assert!(balance == 0 || balance == 1);
        }
    }

    #[test]
    fn a_hidden_ticket_has_the_facts_it_would_have_otherwise(told in any_history(20)) {
        let facts = facts_of(&told);
        let hidden = facts_of(&History { is_test: true, channel: Channel::Other, ..told });
        let bare = |facts: &[Fact]| -> Vec<_> {
            let bare = |fact: &Fact| Fact { exclusion: None, channel: Channel::Api, ..fact.clone() };
            facts.iter().map(bare).collect()
        };
        prop_assert_eq!(bare(&facts), bare(&hidden));
        prop_assert!(hidden.iter().all(|fact| fact.exclusion.is_some()));
    }
}
