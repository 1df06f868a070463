//! What holds for every vendor. Each check goes through all of them, so that a new one is held to it without being named here.

mod limits;
mod refusals;
mod webhooks;

pub(super) use refusals::stub;

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::connections::{self, ConnectionState, NewResync, RunKind, RunState, SyncRun, Vendor};
use domain::kernel::jobs::Outcome;
use domain::kernel::{PageArgs, PersonId, Scope, TenantId};
use domain::people::{self, Person, PersonFilter};
use domain::privacy;
use simulators::Kind;
use simulators::server::Faults;
use tokio::time::{sleep, timeout};

use super::World;

impl World {
    /// One of each vendor's, and what was read from it.
    async fn each(tickets: u64, faults: &str) -> impl Iterator<Item = Self> {
        let mut worlds = Vec::new();
        for kind in Kind::ALL {
            worlds.push(Self::of(*kind, tickets, faults.parse::<Faults>().unwrap()).await);
        }
        worlds.into_iter()
    }

    pub(super) async fn assert_quiet(&self) {
        let last = self.runs().await.pop().unwrap();
        let told = (last.kind, last.state, last.changed);
        let expected = (RunKind::Incremental, RunState::Succeeded, 0);
        assert_eq!(told, expected, "{:?}: {last:?}", self.desk.kind());
    }

    /// Reads everything that changed since a moment, and gives the run.
    pub(super) async fn read_again(&self, from: DateTime<Utc>) -> SyncRun {
        let again =
            async |scope: &Scope| connections::resync(scope, self.id, NewResync { from }).await;
        self.app().write(&self.acme, again).await.unwrap();
        self.work().await;
        self.runs().await.pop().unwrap()
    }

    pub(super) async fn health(&self) -> String {
        let read = async |scope: &Scope| connections::health(scope, self.id).await;
        format!("{:?}", self.app().read(&self.acme, read).await.unwrap())
    }

    async fn everybody(&self) -> Vec<Person> {
        let args = PageArgs { limit: Some(200), after: None };
        let read = async |scope: &Scope| people::list(scope, &PersonFilter::default(), &args).await;
        self.app().read(&self.acme, read).await.unwrap().items
    }
}

#[test]
fn every_vendor_has_a_stand_in() {
    let words: BTreeSet<_> = Vendor::ALL.iter().map(|vendor| vendor.word()).collect();
    let kinds: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(words, kinds);
    for kind in Kind::ALL {
        let vendor = Vendor::from_word(kind.word()).unwrap();
        assert_eq!(vendor.descriptor().name, kind.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_read_to_its_end_and_a_second_time_changes_nothing() {
    for world in World::each(120, "").await {
        world.work().await;
        let connection = world.connection().await;
        assert_eq!(connection.state, ConnectionState::Active, "{connection:?}");
        assert!(connection.account_name.is_some(), "{connection:?}");
        world.assert_true().await;
        world.later().await;
        world.assert_quiet().await;
        world.next_day().await;
        world.assert_quiet().await;
        world.read_again(DateTime::UNIX_EPOCH).await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_merged_or_spam_there_is_so_here() {
    for world in World::each(60, "").await {
        world.work().await;
        let before = world.desk.desk().removed().len();
        for _ in 0..3 {
            world.desk.change(150);
            world.later().await;
        }
        assert!(world.desk.desk().removed().len() > before);
        world.next_day().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_knows_breaks_nothing() {
    for world in World::each(60, "unknown-field=1,unknown-value=0.3").await {
        world.work().await;
        world.desk.change(60);
        world.later().await;
        let health = world.health().await;
        let run = world.runs().await.pop().unwrap();
        assert_eq!(run.state, RunState::Succeeded, "{:?}: {health}", world.desk.kind());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_cursor_loses_nothing() {
    for world in World::each(60, "expired-cursor=0.3,duplicated-page=0.2").await {
        world.work().await;
        for _ in 0..3 {
            world.desk.change(60);
            world.later().await;
        }
        world.next_day().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_come_twice_or_in_no_order_change_nothing() {
    let faults = "duplicated-items=1,reordered-items=1,duplicated-page=0.3";
    for world in World::each(120, faults).await {
        world.work().await;
        for _ in 0..2 {
            world.desk.change(80);
            world.later().await;
        }
        world.next_day().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_on_the_way_is_tried_again_and_changes_nothing() {
    let faults = "429=0.02,5xx=0.04,cut=0.04,slow=0.002,duplicated-items=0.3,reordered-items=0.3,duplicated-page=0.1,expired-cursor=0.04,unknown-field=0.5";
    for world in World::each(150, faults).await {
        world.work().await;
        for _ in 0..6 {
            world.desk.change(100);
            world.later().await;
        }
        world.next_day().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_loses_nothing() {
    for skew in ["skew=-240", "skew=240"] {
        for world in World::each(60, skew).await {
            world.work().await;
            for _ in 0..4 {
                world.desk.change(30);
                world.later().await;
            }
            world.next_day().await;
            world.assert_true().await;
            world.later().await;
            world.assert_quiet().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_again_since_a_date_is_what_changed_since_then() {
    for world in World::each(150, "").await {
        world.work().await;
        let kind = world.desk.kind();
        let all = world.read_again(DateTime::UNIX_EPOCH).await;
        let model = world.desk.desk().model();
        let late = DateTime::from_timestamp(model.ends() - 15 * 86_400, 0).unwrap();
        let some = world.read_again(late).await;
        for run in [&all, &some] {
            let told = (run.kind, run.state, run.changed);
            assert_eq!(told, (RunKind::Backfill, RunState::Succeeded, 0), "{kind:?}: {run:?}");
        }
        assert!(some.items > 0 && some.items * 3 < all.items * 2, "{kind:?}: {some:?} of {all:?}");
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_paused_reads_nothing_and_goes_on_where_it_was() {
    for world in World::each(60, "").await {
        world.work().await;
        let pause = async |scope: &Scope| connections::pause(scope, world.id).await;
        world.app().write(&world.acme, pause).await.unwrap();
        let before = world.runs().await.len();
        world.desk.change(80);
        world.later().await;
        assert_eq!(world.runs().await.len(), before, "{:?}", world.desk.kind());
        let resume = async |scope: &Scope| connections::resume(scope, world.id).await;
        world.app().write(&world.acme, resume).await.unwrap();
        world.later().await;
        world.next_day().await;
        let last = world.runs().await.pop().unwrap();
        assert_eq!(last.kind, RunKind::Incremental, "{:?}", world.desk.kind());
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_may_be_cut_off_anywhere() {
    for world in World::each(120, "").await {
        let (app, mut cut) = (world.app(), 0);
        // Dropped as by a kill: what was not committed never was. Each time it gets a little further.
        for turn in 1..1_000 {
            if world.health().await.contains("synced_at: Some") {
                break;
            }
            let Some(job) = app.claim(TenantId::NONE, &crate::JOBS.names()).await.unwrap() else {
                // The database is still taking back what was dropped.
                sleep(Duration::from_millis(5)).await;
                continue;
            };
            let kind = crate::JOBS.find(&job.kind).unwrap();
            let run = kind.run(&world.context, &job);
            match timeout(Duration::from_millis(5 * turn), run).await {
                Ok(outcome) => {
                    let outcome = match outcome.unwrap() {
                        Outcome::Snooze(_) => Outcome::Snooze(Duration::ZERO),
                        ended @ (Outcome::Done | Outcome::Retry(_) | Outcome::Ended) => ended,
                    };
                    app.finish(&job, &outcome, None).await.unwrap();
                }
                Err(_dropped) => {
                    cut += 1;
                    // Its lease ends.
                    app.clock().advance(TimeDelta::seconds(5));
                }
            }
        }
        world.work().await;
        assert!(cut > 0, "{:?} was never cut off", world.desk.kind());
        world.assert_true().await;
        world.later().await;
        world.assert_quiet().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_erased_stays_erased() {
    for world in World::each(60, "").await {
        world.work().await;
        let agent = world.everybody().await.into_iter().find(|it| it.work_email.is_some());
        let agent = agent.unwrap();
        let (id, name): (PersonId, _) = (agent.id, agent.name.clone());
        let system = domain::kernel::Caller::system(world.acme.tenant);
        privacy::erase_person(world.app(), &system, id).await.unwrap();
        world.read_again(DateTime::UNIX_EPOCH).await;
        let names: Vec<_> = world.everybody().await.into_iter().map(|it| it.name).collect();
        assert!(names.len() > 3 && !names.contains(&name), "{:?}: {names:?}", world.desk.kind());
    }
}
