//! What the API does not ask for itself, beside tenants with the same ids: jobs, and the chain of events.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::Count;
use crate::kernel::bulk::{Keys, Lookup};
use crate::kernel::condition::is_waiting;
use crate::kernel::jobs::{Claimed, Job as _, Outcome};
use crate::kernel::{App, Caller, Scope, TenantId, verify_events};
use crate::testing::TestApp;

/// What a worker does with a job it has.
#[derive(Debug)]
enum Deed {
    Heartbeat,
    Write,
    Finish(Outcome),
}

impl Deed {
    async fn on(&self, app: &App, job: &Claimed) {
        let holds = match self {
            Self::Heartbeat => app.heartbeat(job).await,
            Self::Write => app.write_for(job, async |_| Ok(true)).await,
            Self::Finish(outcome) => app.finish(job, outcome, None).await,
        };
        assert!(holds.unwrap(), "{self:?}: the claim was lost to another tenant's");
    }
}

/// A tenant with a job.
async fn with_a_job() -> (TestApp, Caller) {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    (test, acme)
}

/// The first tenant after the shadows is the one they are of.
async fn claim(test: &TestApp, shadows: &[TenantId]) -> Claimed {
    let last = shadows.iter().copied().max().unwrap_or(TenantId::NONE);
    test.app.claim(last, &[Count::KIND]).await.unwrap().unwrap()
}

async fn rows(test: &TestApp, of: &[TenantId]) -> Vec<String> {
    let mut rows = Vec::new();
    for tenant in of {
        rows.extend(test.rows(*tenant).await);
    }
    rows
}

#[tokio::test]
async fn a_claim_takes_no_job_of_another_with_the_same_id() {
    let (test, acme) = with_a_job().await;
    let shadows = test.shadow(acme.tenant).await;
    let before = rows(&test, &shadows).await;
    assert_eq!(claim(&test, &shadows).await.tenant, acme.tenant);
    assert_eq!(rows(&test, &shadows).await, before);
    let again = test.app.claim(acme.tenant, &[Count::KIND]).await.unwrap().unwrap();
    assert_ne!(again.tenant, acme.tenant, "its only job is taken");
}

#[tokio::test]
async fn what_is_done_with_a_job_is_done_to_no_other_with_the_same_id() {
    let moment = std::time::Duration::from_secs(1);
    for deed in [
        Deed::Heartbeat,
        Deed::Write,
        Deed::Finish(Outcome::Done),
        Deed::Finish(Outcome::Retry(moment)),
        Deed::Finish(Outcome::Snooze(moment)),
    ] {
        let (test, acme) = with_a_job().await;
        let job = claim(&test, &[]).await;
        // They are running too, with the same token.
        let shadows = test.shadow(acme.tenant).await;
        let before = rows(&test, &shadows).await;
        deed.on(&test.app, &job).await;
        assert_eq!(rows(&test, &shadows).await, before, "{deed:?}");
    }
}

#[tokio::test]
async fn the_same_work_of_others_does_not_stand_in_for_ones_own() {
    let (test, acme) = with_a_job().await;
    let shadows = test.shadow(acme.tenant).await;
    let job = claim(&test, &shadows).await;
    let waits = async |tenant| {
        let read = async |scope: &Scope| is_waiting::<Count>(scope).await;
        test.app.read(&Caller::system(tenant), read).await.unwrap()
    };
    // Theirs still waits, with the same id and the same key.
    let outcome = Outcome::Retry(std::time::Duration::from_secs(1));
    assert!(test.app.finish(&job, &outcome, None).await.unwrap());
    assert!(waits(acme.tenant).await, "it was taken for done");
    test.app.clock().advance(TimeDelta::seconds(2));
    let job = claim(&test, &shadows).await;
    assert!(test.app.finish(&job, &Outcome::Done, None).await.unwrap());
    assert!(!waits(acme.tenant).await);
}

#[derive(FromQueryResult)]
struct Row {
    tenant_id: Uuid,
}

#[tokio::test]
async fn rows_are_looked_up_among_ones_own() {
    let (test, acme) = with_a_job().await;
    test.shadow(acme.tenant).await;
    let kinds = || Keys::Text(BTreeSet::from([Count::KIND.to_owned()]));
    for lookup in [Lookup::of("jobs"), Lookup::of("jobs").with("state", "ready")] {
        let read = async |scope: &Scope| lookup.by::<Row>(scope, "kind", kinds()).await;
        let rows = test.app.read(&acme, read).await.unwrap();
        let owners: Vec<_> = rows.iter().map(|row| row.tenant_id).collect();
        assert_eq!(owners, [acme.tenant.0]);
    }
}

#[tokio::test]
async fn a_chain_of_events_is_one_tenants() {
    let (test, acme) = with_a_job().await;
    let before = test.app.read(&acme, verify_events).await.unwrap();
    test.shadow(acme.tenant).await;
    assert_eq!(test.app.read(&acme, verify_events).await.unwrap(), before);
}
