//! The kernel's promises, on whichever database this run is about.

mod audit;
mod bulk;
mod changes;
mod given_up;
mod idempotency;
mod policies;
mod references;
mod reseal;
mod shadows;
mod slow;
mod sorting;
mod values;
mod versions;
mod walls;

use std::time::Duration;

use sea_orm::DbBackend;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::jobs::{Claimed, Job, LEASE, Outcome};
use super::{Caller, Error, ErrorKind, Event, Result, Scope, TenantId, verify_events};
use crate::testing::TestApp;

#[derive(Serialize, Deserialize)]
struct Count {
    of: u32,
}

impl Job for Count {
    const KIND: &'static str = "tests.count";

    fn unique_key(&self) -> Option<String> {
        Some(self.of.to_string())
    }
}

#[tokio::test]
async fn events_have_no_gaps_and_their_chain_verifies() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    for n in 0..5 {
        let written = test.app.write(&acme, async |scope| {
            scope.record(Event::new("test.happened", "x", json!({ "n": n })));
            if n == 2 { Err(Error::conflict("no", "taken back")) } else { Ok(()) }
        });
        assert_eq!(written.await.is_err(), n == 2);
    }
    // One for the tenant, four that were committed.
    let audited = test.app.read(&acme, verify_events).await.unwrap();
    assert_eq!((audited.entries, audited.erased), (5, 0));
}

async fn claim(test: &TestApp) -> Result<Option<Claimed>> {
    test.app.claim(TenantId::NONE, &[Count::KIND]).await
}

#[tokio::test]
async fn a_job_exists_only_if_its_change_committed_and_waits_once() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let failed = test.app.write(&acme, async |scope| {
        scope.enqueue(&Count { of: 1 }).await?;
        Err::<(), _>(Error::conflict("no", "taken back"))
    });
    assert_eq!(failed.await.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(claim(&test).await.unwrap().is_none());
    for _ in 0..2 {
        test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    }
    let job = claim(&test).await.unwrap().unwrap();
    assert_eq!((job.kind.as_str(), job.attempt), (Count::KIND, 1));
    assert!(claim(&test).await.unwrap().is_none());
    // While it runs, the same work may be asked for again.
    test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    assert!(test.app.finish(&job, &Outcome::Retry(job.backoff()), Some("not yet")).await.unwrap());
    assert!(claim(&test).await.unwrap().is_some());
    assert!(claim(&test).await.unwrap().is_none(), "the older one gave way to the newer");
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_cannot_write_or_finish() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    let first = claim(&test).await.unwrap().unwrap();
    assert!(test.app.heartbeat(&first).await.unwrap());
    test.app.clock().advance(LEASE);
    let second = claim(&test).await.unwrap().unwrap();
    assert_eq!((first.id, second.attempt), (second.id, 2));
    assert!(!test.app.heartbeat(&first).await.unwrap());
    assert!(!test.app.finish(&first, &Outcome::Done, None).await.unwrap());
    let stale = test.app.write_for(&first, async |_| Ok(())).await.unwrap_err();
    assert_eq!(stale.code(), "lease_lost");
    test.app.write_for(&second, async |_| Ok(())).await.unwrap();
    assert!(test.app.finish(&second, &Outcome::Done, None).await.unwrap());
    assert!(claim(&test).await.unwrap().is_none());
}

#[tokio::test]
async fn claiming_goes_round_the_tenants() {
    let test = TestApp::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    for of in 0..20 {
        test.app.write(&acme, async |scope| scope.enqueue(&Count { of }).await).await.unwrap();
    }
    test.app.write(&globex, async |scope| scope.enqueue(&Count { of: 0 }).await).await.unwrap();
    let mut after = TenantId::NONE;
    let mut served = Vec::new();
    for _ in 0..3 {
        after = test.app.claim(after, &[Count::KIND]).await.unwrap().unwrap().tenant;
        served.push(after);
    }
    assert!(served.contains(&globex.tenant), "one job waits for at most one of each other tenant");
}

#[tokio::test]
async fn a_job_that_kills_its_worker_is_parked() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    let mut tries = 0;
    while claim(&test).await.unwrap().is_some() {
        tries += 1;
        test.app.clock().advance(LEASE);
    }
    assert_eq!(tries, 12);
}

#[tokio::test]
async fn what_a_job_has_committed_is_progress() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    // What is taken back lets go of its rows a moment later.
    let next = async || loop {
        if let Some(job) = claim(&test).await.unwrap() {
            test.app.clock().advance(LEASE);
            break job;
        }
        tokio::task::yield_now().await;
    };
    for _ in 0..30 {
        let job = next().await;
        test.app.write_for(&job, async |_| Ok(())).await.unwrap();
        test.app.clock().advance(LEASE);
    }
    for attempt in 2..6 {
        let job = next().await;
        assert_eq!(job.attempt, attempt, "the one that got somewhere counts as the first");
        let failing = async |_: &Scope| Err::<(), _>(Error::conflict("no", "taken back"));
        assert!(test.app.write_for(&job, failing).await.is_err());
    }
}

#[tokio::test]
async fn a_new_reason_makes_a_job_due_that_was_put_off() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let enqueue = async || {
        let asked = test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await);
        asked.await.unwrap();
    };
    enqueue().await;
    let job = claim(&test).await.unwrap().unwrap();
    let later = Outcome::Retry(Duration::from_secs(3_600));
    assert!(test.app.finish(&job, &later, Some("not yet")).await.unwrap());
    assert!(claim(&test).await.unwrap().is_none());
    enqueue().await;
    assert_eq!(claim(&test).await.unwrap().unwrap().id, job.id);
}

/// The run that a job's claim begins must see everything that asked for it.
#[tokio::test]
async fn a_job_is_not_claimed_before_all_who_asked_for_it_have_committed() {
    let test = TestApp::new().await;
    if test.app.database().backend() == DbBackend::Sqlite {
        return; // One writer at a time.
    }
    let acme = test.tenant("acme").await;
    test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    let asking = test.app.write(&acme, async |scope| {
        scope.enqueue(&Count { of: 1 }).await?;
        Ok(claim(&test).await?.is_none())
    });
    assert!(asking.await.unwrap());
    assert!(claim(&test).await.unwrap().is_some());
}

#[tokio::test]
async fn nothing_of_another_tenant_is_there() {
    let test = TestApp::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let unknown = Caller::system(TenantId(uuid::Uuid::from_u128(9)));
    for (caller, slug) in [(&acme, Some("acme")), (&globex, Some("globex")), (&unknown, None)] {
        let seen = test.app.read(caller, crate::tenants::get).await.ok().map(|tenant| tenant.slug);
        assert_eq!(seen.as_deref(), slug);
    }
}
