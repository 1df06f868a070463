//! The kernel's promises, on whichever database this run is about.

mod walls;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::jobs::{Job, LEASE, Outcome};
use super::{Caller, Error, ErrorKind, Event, TenantId, verify_events};
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
    let entries = test.app.read(&acme, verify_events).await.unwrap();
    assert_eq!(entries, 5);
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
    assert!(test.app.claim(TenantId::NONE).await.unwrap().is_none());
    for _ in 0..2 {
        test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    }
    let job = test.app.claim(TenantId::NONE).await.unwrap().unwrap();
    assert_eq!((job.kind.as_str(), job.attempt), (Count::KIND, 1));
    assert!(test.app.claim(TenantId::NONE).await.unwrap().is_none());
    // While it runs, the same work may be asked for again.
    test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    assert!(test.app.finish(&job, &Outcome::Retry(job.backoff()), Some("not yet")).await.unwrap());
    assert!(test.app.claim(TenantId::NONE).await.unwrap().is_some());
    assert!(
        test.app.claim(TenantId::NONE).await.unwrap().is_none(),
        "the older one gave way to the newer"
    );
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_cannot_write_or_finish() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    test.app.write(&acme, async |scope| scope.enqueue(&Count { of: 1 }).await).await.unwrap();
    let first = test.app.claim(TenantId::NONE).await.unwrap().unwrap();
    assert!(test.app.heartbeat(&first).await.unwrap());
    test.app.clock().advance(LEASE);
    let second = test.app.claim(TenantId::NONE).await.unwrap().unwrap();
    assert_eq!((first.id, second.attempt), (second.id, 2));
    assert!(!test.app.heartbeat(&first).await.unwrap());
    assert!(!test.app.finish(&first, &Outcome::Done, None).await.unwrap());
    let stale = test.app.write_for(&first, async |_| Ok(())).await.unwrap_err();
    assert_eq!(stale.code(), "lease_lost");
    test.app.write_for(&second, async |_| Ok(())).await.unwrap();
    assert!(test.app.finish(&second, &Outcome::Done, None).await.unwrap());
    assert!(test.app.claim(TenantId::NONE).await.unwrap().is_none());
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
        after = test.app.claim(after).await.unwrap().unwrap().tenant;
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
    while test.app.claim(TenantId::NONE).await.unwrap().is_some() {
        tries += 1;
        test.app.clock().advance(LEASE);
    }
    assert_eq!(tries, 12);
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
