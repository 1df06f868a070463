//! Facts that wait, and the job that makes them.

use std::sync::Arc;

use sea_orm::{DbBackend, EntityTrait, FromQueryResult, QueryOrder};

use crate::kernel::bulk::{Keys, Lookup};
use crate::kernel::jobs::{Job, Outcome};
use crate::kernel::{App, Caller, Scope, TenantId};
use crate::kpis::commands::derive;
use crate::kpis::entity::fact;
use crate::kpis::jobs::Drain;
use crate::kpis::{
    self, DRAIN_UNIT, KpiQuery, Metric, answer, answer_from_facts, drain_soon, is_pending,
};
use crate::testing::TestApp;
use crate::tickets::Follow;
use crate::tickets::import::{Intake, IntakeOptions, Mapping, Rejects, write};

const LOG: &str = "\
ticket,time,kind,actor,assignee,queue,channel
1,2024-05-01T10:00:00Z,created,,,Billing,email
1,2024-05-01T10:10:00Z,message,Ada,Ada,Billing,email
1,2024-05-01T11:00:00Z,status:solved,Ada,Ada,Billing,email
2,2024-05-02T10:00:00Z,created,,,Billing,chat
2,2024-05-02T10:30:00Z,status:solved,Bob,Bob,Billing,chat
";
const MORE: &str = "\
ticket,time,kind,actor,assignee,queue,channel
1,2024-05-03T09:00:00Z,status:open,,Ada,Billing,email
1,2024-05-03T12:00:00Z,status:solved,Ada,Ada,Billing,email
";

async fn import(app: &App, caller: &Caller, file: &str, follow: Follow) {
    let options = IntakeOptions { temp_dir: std::env::temp_dir(), rejects: Rejects::default() };
    let mut intake = Intake::new(Arc::new(Mapping::default()), options);
    intake.feed(file.as_bytes()).unwrap();
    let sorted = intake.finish().unwrap();
    write(app, caller, "desk", sorted, follow, |_| ()).await.unwrap();
}

/// Measure, time, value and whether it counts: what does not depend on ids.
async fn facts(app: &App, caller: &Caller) -> Vec<(i16, i64, i64, i16)> {
    use fact::Column;
    let read = async |scope: &Scope| {
        let all = scope.find::<fact::Entity>().order_by_asc(Column::Measure);
        Ok(all.order_by_asc(Column::AtMicros).order_by_asc(Column::Value).all(scope.tx()).await?)
    };
    let all: Vec<<fact::Entity as EntityTrait>::Model> = app.read(caller, read).await.unwrap();
    all.iter().map(|fact| (fact.measure, fact.at_micros, fact.value, fact.exclusion)).collect()
}

async fn drain(app: &App, caller: &Caller) {
    while app.write(caller, async |scope| kpis::drain(scope, DRAIN_UNIT).await).await.unwrap() > 0 {
    }
}

#[tokio::test]
async fn facts_that_waited_are_those_that_did_not() {
    let test = TestApp::new().await;
    let (app, now, later) = (&test.app, test.tenant("now").await, test.tenant("later").await);
    for file in [LOG, MORE] {
        import(app, &now, file, kpis::follow).await;
        import(app, &later, file, kpis::follow_later).await;
    }
    assert!(facts(app, &later).await.is_empty());
    assert!(app.read(&later, is_pending).await.unwrap());
    for caller in [&now, &later] {
        drain(app, caller).await;
        assert!(!app.read(caller, is_pending).await.unwrap());
    }
    let expected = facts(app, &now).await;
    assert!(expected.len() > 6, "{expected:?}");
    assert_eq!(facts(app, &later).await, expected);
    // Told again, it changes nothing and marks nothing.
    import(app, &later, MORE, kpis::follow_later).await;
    assert!(!app.read(&later, is_pending).await.unwrap());
}

#[derive(FromQueryResult)]
struct Held {
    external_id: String,
}

#[tokio::test]
async fn what_somebody_holds_stays_marked() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    import(app, &caller, LOG, kpis::follow_later).await;
    if app.database().backend() == DbBackend::Postgres {
        let hold = app.write(&caller, async |scope| {
            let held = Lookup::of("tickets").locking();
            let held: Vec<Held> =
                held.by(scope, "external_id", Keys::Text(["1".to_owned()].into())).await?;
            assert_eq!(held[0].external_id, "1");
            let derived = app.write(&caller, async |scope| derive(scope).await).await?;
            assert_eq!(derived, 1, "the other one");
            let derived = app.write(&caller, async |scope| derive(scope).await).await?;
            assert_eq!(derived, 0, "it is still held");
            Ok(())
        });
        hold.await.unwrap();
        assert!(app.read(&caller, is_pending).await.unwrap());
    }
    drain(app, &caller).await;
    let now = test.tenant("now").await;
    import(app, &now, LOG, kpis::follow).await;
    assert_eq!(facts(app, &caller).await, facts(app, &now).await);
}

#[tokio::test]
async fn an_answer_says_that_facts_wait() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let query = KpiQuery {
        from: Some("2024-05-01".parse().unwrap()),
        to: Some("2024-06-01".parse().unwrap()),
        ..KpiQuery::default()
    };
    let ask = async || {
        let read = async |scope: &Scope| {
            let answered = answer(scope, Metric::TicketsSolved, &query).await?;
            let facts = answer_from_facts(scope, Metric::TicketsSolved, &query).await?;
            Ok([(answered.pending, answered.rows[0].n), (facts.pending, facts.rows[0].n)])
        };
        app.read(&caller, read).await.unwrap()
    };
    import(app, &caller, LOG, kpis::follow_later).await;
    assert_eq!(ask().await, [(true, Some(0)); 2]);
    drain(app, &caller).await;
    assert_eq!(ask().await, [(false, Some(2)); 2]);
}

#[tokio::test]
async fn facts_wait_for_more_until_somebody_says_that_all_is_told() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let claim = async || app.claim(TenantId::NONE, &[Drain::KIND]).await.unwrap();
    import(app, &caller, LOG, kpis::follow_later).await;
    assert!(claim().await.is_none());
    app.write(&caller, async |scope| drain_soon(scope).await).await.unwrap();
    assert!(claim().await.is_some(), "all is told");
    drain(app, &caller).await;
    // What was marked on the way asks for the job once more.
    while let Some(job) = claim().await {
        app.finish(&job, &Outcome::Done, None).await.unwrap();
    }
    // Where nobody says so, they do not wait for ever.
    import(app, &caller, MORE, kpis::follow_later).await;
    assert!(claim().await.is_none());
    app.clock().advance(chrono::TimeDelta::minutes(5));
    assert!(claim().await.is_some());
}
