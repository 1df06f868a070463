use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use domain::kernel::jobs::{Claimed, Job, Outcome};
use domain::kernel::{App, Caller, Error, Result, TenantId};
use domain::testing::TestApp;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Options, Runner};
use crate::bus::Bus;
use crate::connectors::http::Budgets;
use crate::context::Context;
use crate::egress::Egress;
use crate::kinds::{Kinds, Run};

/// Long enough that only a runner that hangs meets it.
const PATIENCE: Duration = Duration::from_secs(60);

const KINDS: Kinds = crate::jobs! { Probe };

/// A job that tells its test what happens to it.
#[derive(Serialize, Deserialize)]
struct Probe {
    test: String,
    deed: Deed,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Deed {
    Return,
    Fail,
    Panic,
    Hang,
}

#[derive(Debug, PartialEq)]
enum Note {
    Began(TenantId, i32),
    Ended,
}

static TESTS: LazyLock<Mutex<HashMap<String, UnboundedSender<Note>>>> =
    LazyLock::new(Mutex::default);

impl Job for Probe {
    const KIND: &'static str = "tests.probe";
}

impl Run for Probe {
    async fn run(&self, _: &Context, job: &Claimed) -> Result<Outcome> {
        let notes = TESTS.lock().unwrap()[&self.test].clone();
        notes.send(Note::Began(job.tenant, job.attempt)).unwrap();
        let _ended = Ended(notes);
        match self.deed {
            Deed::Return => Ok(Outcome::Done),
            Deed::Fail => Err(Error::internal("it would not")),
            Deed::Panic => panic!("it could not"),
            Deed::Hang => std::future::pending().await,
        }
    }
}

struct Ended(UnboundedSender<Note>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.send(Note::Ended).ok();
    }
}

/// A job that no worker of this version knows.
#[derive(Serialize, Deserialize)]
struct Newer {}

impl Job for Newer {
    const KIND: &'static str = "tests.newer";
}

struct Bench {
    home: TestApp,
    app: App,
    bus: Bus,
    test: &'static str,
    notes: UnboundedReceiver<Note>,
}

impl Bench {
    async fn new(test: &'static str) -> Self {
        let home = TestApp::new().await;
        let bus = Bus::local();
        let app = home.app.clone().waking(bus.waker());
        let (sender, notes) = unbounded_channel();
        TESTS.lock().unwrap().insert(test.to_owned(), sender);
        Self { home, app, bus, test, notes }
    }

    async fn enqueue(&self, caller: &Caller, deed: Deed) {
        let test = self.test.to_owned();
        let probe = Probe { test, deed };
        let enqueued = self.app.write(caller, async |scope| scope.enqueue(&probe).await);
        enqueued.await.unwrap();
    }

    fn runner(&self, options: Options) -> Runner {
        let egress = Egress::new(Vec::new()).unwrap();
        let budgets = Budgets::new(self.bus.clone());
        let context = Context { app: self.app.clone(), egress, budgets };
        Runner::new(context, KINDS, self.bus.clone(), options)
    }

    /// A runner that is told to stop as soon as it begins: it claims once, and ends what it claimed.
    async fn run_once(&self) {
        self.runner(options()).run(async {}).await;
    }

    async fn note(&mut self) -> Note {
        let note = timeout(PATIENCE, self.notes.recv()).await;
        note.expect("the runner does something").unwrap()
    }

    async fn due_after(&self, seconds: i64) -> Option<Claimed> {
        self.app.clock().advance(TimeDelta::seconds(seconds));
        self.app.claim(TenantId::NONE, &[Probe::KIND, Newer::KIND]).await.unwrap()
    }
}

fn options() -> Options {
    Options {
        at_once: 1,
        heartbeat: Duration::from_millis(20),
        look: Duration::from_millis(20),
        grace: PATIENCE,
    }
}

#[tokio::test]
async fn a_job_runs_once() {
    let mut bench = Bench::new("a_job_runs_once").await;
    let acme = bench.home.tenant("acme").await;
    bench.enqueue(&acme, Deed::Return).await;
    bench.run_once().await;
    bench.run_once().await;
    assert_eq!(bench.note().await, Note::Began(acme.tenant, 1));
    assert_eq!(bench.note().await, Note::Ended);
    assert!(bench.notes.try_recv().is_err());
    assert!(bench.due_after(1_000_000).await.is_none());
}

#[tokio::test]
async fn a_failed_job_is_tried_again_later() {
    for (test, deed) in
        [("a_failed_job_is_tried_again_later", Deed::Fail), ("a_panic_is_a_failure", Deed::Panic)]
    {
        let bench = Bench::new(test).await;
        let acme = bench.home.tenant("acme").await;
        bench.enqueue(&acme, deed).await;
        bench.run_once().await;
        assert!(bench.due_after(0).await.is_none());
        assert_eq!(bench.due_after(2).await.unwrap().attempt, 2);
    }
}

#[tokio::test]
async fn a_kind_of_a_newer_version_is_left_alone() {
    let bench = Bench::new("a_kind_of_a_newer_version_is_left_alone").await;
    let acme = bench.home.tenant("acme").await;
    let enqueued = bench.app.write(&acme, async |scope| scope.enqueue(&Newer {}).await);
    enqueued.await.unwrap();
    bench.enqueue(&acme, Deed::Return).await;
    bench.run_once().await;
    let job = bench.due_after(0).await.unwrap();
    assert_eq!((job.kind.as_str(), job.attempt), (Newer::KIND, 1), "nobody had claimed it");
    assert!(bench.due_after(0).await.is_none(), "what came after it has run");
}

#[tokio::test]
async fn a_job_whose_lease_is_lost_is_stopped() {
    let mut bench = Bench::new("a_job_whose_lease_is_lost_is_stopped").await;
    let acme = bench.home.tenant("acme").await;
    bench.enqueue(&acme, Deed::Hang).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = bench.runner(options()).run(async {
        stopped.await.ok();
    });
    let script = async {
        assert_eq!(bench.note().await, Note::Began(acme.tenant, 1));
        // A heartbeat may come between the two.
        let taken = loop {
            if let Some(taken) = bench.due_after(5).await {
                break taken;
            }
        };
        assert_eq!(bench.note().await, Note::Ended);
        stop.send(()).unwrap();
        taken
    };
    let ((), taken) = tokio::join!(running, script);
    assert!(bench.app.finish(&taken, &Outcome::Done, None).await.unwrap());
}

#[tokio::test]
async fn a_stop_hands_back_what_takes_too_long() {
    let mut bench = Bench::new("a_stop_hands_back_what_takes_too_long").await;
    let acme = bench.home.tenant("acme").await;
    bench.enqueue(&acme, Deed::Hang).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let options = Options { grace: Duration::ZERO, ..options() };
    let running = bench.runner(options).run(async {
        stopped.await.ok();
    });
    let script = async {
        assert_eq!(bench.note().await, Note::Began(acme.tenant, 1));
        stop.send(()).unwrap();
    };
    tokio::join!(running, script);
    assert_eq!(bench.note().await, Note::Ended);
    assert_eq!(bench.due_after(0).await.unwrap().attempt, 1);
}

#[tokio::test]
async fn a_tenant_with_many_jobs_delays_another_by_one() {
    let mut bench = Bench::new("a_tenant_with_many_jobs_delays_another_by_one").await;
    let busy = bench.home.tenant("busy").await;
    let calm = bench.home.tenant("calm").await;
    for _ in 0..8 {
        bench.enqueue(&busy, Deed::Return).await;
    }
    bench.app.clock().advance(TimeDelta::seconds(1));
    bench.enqueue(&calm, Deed::Return).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = bench.runner(options()).run(async {
        stopped.await.ok();
    });
    let script = async {
        let mut order = Vec::new();
        while order.len() < 9 {
            if let Note::Began(tenant, _) = bench.note().await {
                order.push(tenant);
            }
        }
        stop.send(()).unwrap();
        order
    };
    let ((), order) = tokio::join!(running, script);
    let place = order.iter().position(|tenant| *tenant == calm.tenant);
    assert!(place.unwrap() <= 1, "{order:?}");
}

#[tokio::test]
async fn a_commit_wakes_a_runner_that_would_not_look() {
    let mut bench = Bench::new("a_commit_wakes_a_runner_that_would_not_look").await;
    let acme = bench.home.tenant("acme").await;
    let (stop, stopped) = oneshot::channel::<()>();
    let options = Options { look: Duration::from_secs(3_600), ..options() };
    let running = bench.runner(options).run(async {
        stopped.await.ok();
    });
    let script = async {
        for _ in 0..3 {
            bench.enqueue(&acme, Deed::Return).await;
            assert_eq!(bench.note().await, Note::Began(acme.tenant, 1));
            assert_eq!(bench.note().await, Note::Ended);
        }
        stop.send(()).unwrap();
    };
    tokio::join!(running, script);
}
