//! What is promised, told piece by piece, beside tenants with the same ids.

use super::*;
use crate::kernel::Scope;
use crate::tickets::source::{
    self, References, SlaProgress, SourcePromise, SourceRow, SourceTarget, SourceTicket, Told, Unit,
};

const APPLIED: &str = "2024-05-01T09:00:00Z";

fn blank(ticket: &Ticket) -> SourceTarget {
    SourceTarget {
        ticket: ticket.external_id.clone(),
        source_metric: "reply_time".to_owned(),
        instance: 1,
        metric: SlaMetric::FirstReplyTime,
        promise: None,
        progress: None,
        breach: None,
    }
}

fn micros(text: &str) -> i64 {
    at(text).timestamp_micros()
}

fn promised(ticket: &Ticket, order: i64, minutes: i64) -> SourceTarget {
    let what = SourcePromise {
        policy: Some("Gold".to_owned()),
        target_seconds: Some(minutes * 60),
        clock: Some(SlaClock::Business),
        applied_at: micros(APPLIED),
        due_at: None,
    };
    SourceTarget { promise: Some(source::Told { order, what: Some(what) }), ..blank(ticket) }
}

fn stands(ticket: &Ticket, order: i64, progress: SlaProgress, since: &str) -> SourceTarget {
    let progress = Some(Told { order, what: (progress, micros(since)) });
    SourceTarget { progress, ..blank(ticket) }
}

fn broken(ticket: &Ticket, order: i64, since: Option<&str>) -> SourceTarget {
    SourceTarget { breach: Some(Told { order, what: since.map(micros) }), ..blank(ticket) }
}

async fn tell(test: &TestApp, caller: &Caller, ticket: &Ticket, target: SourceTarget) -> u64 {
    let mut unit = Unit::default();
    unit.target(target);
    let write = async |scope: &Scope| {
        let known = References::default();
        source::write(scope, ticket.connection_id, &known, &unit, nothing_follows).await
    };
    test.app.write(caller, write).await.unwrap().changed
}

async fn targets(test: &TestApp, caller: &Caller, ticket: &Ticket) -> Vec<SlaTarget> {
    let read = async |scope: &Scope| sla_targets(scope, ticket.id).await;
    test.app.read(caller, read).await.unwrap()
}

async fn state(test: &TestApp, caller: &Caller, ticket: &Ticket) -> SlaState {
    targets(test, caller, ticket).await.pop().unwrap().state
}

#[tokio::test]
async fn a_target_is_of_no_other_with_the_same_id() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    import(&test.app, &acme, LOG).await;
    let ticket = one(&test.app, &acme, "1").await;
    assert_eq!(tell(&test, &acme, &ticket, promised(&ticket, 1, 60)).await, 1);
    let shadows = test.shadow(acme.tenant).await;
    let mut before = Vec::new();
    for shadow in &shadows {
        before.push(test.rows(*shadow).await);
    }
    assert_eq!(tell(&test, &acme, &ticket, promised(&ticket, 1, 60)).await, 0);
    assert_eq!(tell(&test, &acme, &ticket, promised(&ticket, 2, 30)).await, 1);
    let found = targets(&test, &acme, &ticket).await;
    let expected = SlaTarget {
        metric: SlaMetric::FirstReplyTime,
        source_metric: "reply_time".to_owned(),
        instance: 1,
        policy: Some("Gold".to_owned()),
        target_seconds: Some(1_800),
        clock: Some(SlaClock::Business),
        applied_at: Some(at(APPLIED)),
        due_at: None,
        breached_at: None,
        fulfilled_at: None,
        state: SlaState::Active,
    };
    assert_eq!(found, [expected]);
    let other = one(&test.app, &acme, "2").await;
    assert_eq!(targets(&test, &acme, &other).await, []);
    for (shadow, before) in shadows.iter().zip(before) {
        assert_eq!(test.rows(*shadow).await, before);
    }
}

#[tokio::test]
async fn in_which_order_pieces_come_changes_nothing() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    import(&test.app, &acme, LOG).await;
    let ticket = one(&test.app, &acme, "1").await;
    let pieces = || {
        [
            promised(&ticket, 1, 60),
            stands(&ticket, 2, SlaProgress::Running, APPLIED),
            promised(&ticket, 3, 30),
            broken(&ticket, 8, Some("2024-05-01T09:30:00Z")),
            stands(&ticket, 5, SlaProgress::Fulfilled, "2024-05-01T10:00:00Z"),
        ]
    };
    let count = pieces().len();
    let mut seen = Vec::new();
    for first in 0..count {
        // Each in another order, and everything twice.
        for place in 0..count * 2 {
            let step = if first % 2 == 0 { place } else { count * 2 - place };
            let piece = pieces()[(first + step) % count].clone();
            let piece = SourceTarget { instance: first as i64 + 1, ..piece };
            tell(&test, &acme, &ticket, piece).await;
        }
        let mut found = targets(&test, &acme, &ticket).await.pop().unwrap();
        found.instance = 0;
        seen.push(found);
    }
    let found = &seen[0];
    assert_eq!((found.state, found.target_seconds), (SlaState::BreachedClosed, Some(1_800)));
    assert!(seen.iter().all(|other| other == found), "{seen:?}");
}

#[tokio::test]
async fn what_came_of_a_promise_is_read_off_its_pieces() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    import(&test.app, &acme, LOG).await;
    let ticket = one(&test.app, &acme, "2").await;
    let steps = [
        // A clock of which nothing is promised is no target.
        (stands(&ticket, 1, SlaProgress::Running, APPLIED), None),
        (promised(&ticket, 2, 60), Some(SlaState::Active)),
        (stands(&ticket, 3, SlaProgress::Paused, "2024-05-01T09:10:00Z"), Some(SlaState::Paused)),
        (stands(&ticket, 4, SlaProgress::Running, "2024-05-01T09:20:00Z"), Some(SlaState::Active)),
        (broken(&ticket, 10, Some("2024-05-01T10:10:00Z")), Some(SlaState::BreachedOpen)),
        (broken(&ticket, 11, None), Some(SlaState::Active)),
        // What is said beforehand has not happened.
        (broken(&ticket, 12, Some("2999-01-01T00:00:00Z")), Some(SlaState::Active)),
        (stands(&ticket, 5, SlaProgress::Fulfilled, "2024-05-01T11:00:00Z"), Some(SlaState::Met)),
        (stands(&ticket, 6, SlaProgress::Running, "2024-05-01T12:00:00Z"), Some(SlaState::Active)),
        (
            SourceTarget { promise: Some(Told { order: 7, what: None }), ..blank(&ticket) },
            Some(SlaState::Cancelled),
        ),
        (promised(&ticket, 8, 60), Some(SlaState::Active)),
    ];
    for (piece, expected) in steps {
        assert_eq!(tell(&test, &acme, &ticket, piece.clone()).await, 1, "{piece:?}");
        let found = targets(&test, &acme, &ticket).await.pop().map(|target| target.state);
        assert_eq!(found, expected, "{piece:?}");
    }
    let mut unit = Unit::default();
    let gone = SourceRow::gone("2".to_owned(), test.app.clock().now());
    unit.add(SourceTicket::of_rows("2".to_owned(), vec![gone]));
    let write = async |scope: &Scope| {
        let known = References::default();
        source::write(scope, ticket.connection_id, &known, &unit, nothing_follows).await
    };
    test.app.write(&acme, write).await.unwrap();
    assert_eq!(state(&test, &acme, &ticket).await, SlaState::Cancelled);
}
