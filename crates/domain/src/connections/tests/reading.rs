//! What whoever reads connections asks and tells.

use chrono::TimeDelta;

use super::Desk;
use crate::connections::sync::{self, Advance, Trouble};
use crate::connections::{
    self, ConnectionAction, ConnectionState, Credentials, NewResync, RunState, Sync, SyncRun,
    SyncRunFilter, SyncRunId, SyncRunSort, Vendor,
};
use crate::kernel::jobs::{Job, Outcome};
use crate::kernel::{Actor, Caller, PageArgs, Result, Scope};

pub(super) const STREAM: &str = "tickets";

impl Desk {
    pub(super) async fn begin(&self) -> SyncRunId {
        let begun = async |scope: &Scope| sync::begin_run(scope, self.id).await;
        self.write(begun).await.unwrap()
    }

    pub(super) async fn advance(&self, run: SyncRunId, name: &str, checkpoint: &str) -> Result<()> {
        let reached_at = self.test.app.clock().now();
        let step =
            Advance { checkpoint: Some(checkpoint.to_owned()), reached_at, items: 5, changed: 2 };
        self.write(async |scope| sync::advance(scope, self.id, run, name, &step).await).await
    }

    pub(super) async fn stumble(&self, run: SyncRunId) -> Result<u32> {
        let trouble = trouble();
        self.write(async |scope| sync::stumble(scope, self.id, run, STREAM, &trouble).await).await
    }

    pub(super) async fn end(
        &self,
        run: SyncRunId,
        state: RunState,
        trouble: Option<Trouble>,
    ) -> Result<()> {
        self.write(async |scope| sync::end_run(scope, self.id, run, state, trouble).await).await
    }

    pub(super) async fn checkpoint(&self) -> Option<String> {
        self.read(async |scope| Ok(sync::read_to(scope, self.id, STREAM).await?.checkpoint)).await
    }

    async fn run(&self, id: SyncRunId) -> SyncRun {
        self.read(async |scope| connections::run(scope, id).await).await
    }

    pub(super) async fn health(&self) -> connections::ConnectionHealth {
        self.read(async |scope| connections::health(scope, self.id).await).await
    }
}

fn trouble() -> Trouble {
    Trouble { code: "unauthorized", text: format!("no\nentry{}", "!".repeat(600)) }
}

#[tokio::test]
async fn a_run_reads_on_where_the_one_before_it_came() {
    let desk = Desk::new().await;
    assert_eq!(desk.checkpoint().await, None);
    let run = desk.begin().await;
    desk.advance(run, STREAM, "one").await.unwrap();
    desk.advance(run, STREAM, "two").await.unwrap();
    desk.advance(run, "unheard_of", "x").await.unwrap();
    assert_eq!(desk.checkpoint().await.as_deref(), Some("two"));
    let under_way = desk.run(run).await;
    assert_eq!((under_way.pages, under_way.items, under_way.changed), (3, 15, 6));
    desk.end(run, RunState::Succeeded, None).await.unwrap();
    assert_eq!(desk.seen().await.state, ConnectionState::Active, "it works");
    assert_eq!(desk.run(run).await.state, RunState::Succeeded);
    let streams = desk.read(async |scope| connections::streams(scope, desk.id).await).await;
    let names: Vec<_> = streams.iter().map(|stream| stream.name.as_str()).collect();
    let known = Vendor::Zendesk.descriptor().streams;
    assert_eq!(names, [known, &["unheard_of"]].concat());
    let tickets = streams.iter().find(|stream| stream.name == STREAM).unwrap();
    assert_eq!((tickets.items, tickets.changed, tickets.failures), (10, 4, 0));
}

#[tokio::test]
async fn health_is_that_of_the_stream_that_is_farthest_behind() {
    let desk = Desk::new().await;
    let run = desk.begin().await;
    desk.advance(run, STREAM, "one").await.unwrap();
    assert_eq!(desk.health().await.lag_seconds, None, "the others were never read");
    desk.test.app.clock().advance(TimeDelta::seconds(90));
    for name in Vendor::Zendesk.descriptor().streams.iter().filter(|it| **it != STREAM) {
        desk.advance(run, name, "x").await.unwrap();
    }
    desk.test.app.clock().advance(TimeDelta::seconds(10));
    assert_eq!(desk.stumble(run).await.unwrap(), 1);
    assert_eq!(desk.stumble(run).await.unwrap(), 2);
    desk.end(run, RunState::Partial, Some(trouble())).await.unwrap();
    let health = desk.health().await;
    assert_eq!((health.lag_seconds, health.failing_streams), (Some(100), 1));
    assert_eq!((health.state, health.synced_at), (ConnectionState::Testing, None));
    let said = health.trouble.unwrap();
    assert!(said.starts_with("noentry!") && said.len() == 500, "{said}");
    let run = desk.begin().await;
    desk.advance(run, STREAM, "two").await.unwrap();
    desk.end(run, RunState::Succeeded, None).await.unwrap();
    let health = desk.health().await;
    assert_eq!((health.lag_seconds, health.failing_streams, health.trouble), (Some(10), 0, None));
    assert!(health.synced_at.is_some());
}

#[tokio::test]
async fn nothing_is_kept_of_a_run_that_is_over() {
    let desk = Desk::new().await;
    let first = desk.begin().await;
    // Whoever read before is no more, or was put off.
    assert_eq!(desk.begin().await, first);
    desk.advance(first, STREAM, "x").await.unwrap();
    desk.end(first, RunState::Succeeded, None).await.unwrap();
    assert_ne!(desk.begin().await, first);
    let over = async |run| {
        let none = desk.advance(run, STREAM, "late").await.unwrap_err();
        assert_eq!(none.code(), "run_over");
        assert_eq!(desk.stumble(run).await.unwrap_err().code(), "run_over");
        let ended = desk.end(run, RunState::Succeeded, None).await;
        assert_eq!(ended.unwrap_err().code(), "run_over");
    };
    over(first).await;
    for action in [ConnectionAction::Resync, ConnectionAction::Pause, ConnectionAction::Revoke] {
        let run = desk.begin().await;
        desk.act(action).await.unwrap();
        over(run).await;
        if action == ConnectionAction::Pause {
            let begun = async |scope: &Scope| sync::begin_run(scope, desk.id).await;
            assert_eq!(desk.write(begun).await.unwrap_err().code(), "run_over");
            desk.act(ConnectionAction::Resume).await.unwrap();
        }
    }
    assert_ne!(desk.checkpoint().await.as_deref(), Some("late"));
}

#[tokio::test]
async fn a_resync_forgets_how_far_it_came() {
    let desk = Desk::new().await;
    let run = desk.begin().await;
    desk.advance(run, STREAM, "one").await.unwrap();
    desk.end(run, RunState::Succeeded, None).await.unwrap();
    desk.worked_off().await;
    let from = desk.test.app.clock().now() - TimeDelta::days(3);
    let resync = async |from| {
        let new = NewResync { from };
        desk.write(async |scope| connections::resync(scope, desk.id, new).await).await
    };
    let later = resync(from + TimeDelta::days(4)).await.unwrap_err();
    assert_eq!(later.fields()[0].code, "out_of_range");
    let resynced = resync(from).await.unwrap();
    assert_eq!((resynced.state, resynced.sync_from), (ConnectionState::Active, Some(from)));
    assert_eq!(desk.account().await.unwrap().sync_from, from);
    assert_eq!(desk.checkpoint().await, None);
    assert_eq!(desk.health().await.lag_seconds, None);
    assert!(desk.waits().await);
}

#[tokio::test]
async fn a_helpdesk_that_does_not_let_us_in_is_left_alone_until_somebody_looks() {
    let desk = Desk::new().await;
    desk.write(async |scope| sync::checked(scope, desk.id, "Acme Support").await).await.unwrap();
    let seen = desk.seen().await;
    assert_eq!(seen.state, ConnectionState::Active);
    assert_eq!(seen.account_name.as_deref(), Some("Acme Support"));
    let run = desk.begin().await;
    let disable = async |scope: &Scope| sync::disable(scope, desk.id, trouble()).await;
    desk.write(disable).await.unwrap();
    let told = desk.log().await.pop().unwrap();
    assert_eq!((told.0.as_str(), &told.1["from"]), ("connection.failed", &"active".into()));
    assert_eq!(desk.run(run).await.state, RunState::Failed);
    let failed = desk.seen().await;
    assert_eq!(failed.state, ConnectionState::Error);
    let allowed = [ConnectionAction::Check, ConnectionAction::Revoke];
    assert_eq!(failed.allowed_actions, allowed);
    assert!(desk.account().await.is_none());
    let before = desk.log().await.len();
    desk.write(disable).await.unwrap();
    assert_eq!(desk.log().await.len(), before, "it is told once");
    desk.act(ConnectionAction::Check).await.unwrap();
    assert_eq!(desk.account().await.unwrap().state, ConnectionState::Testing);
    desk.write(async |scope| sync::checked(scope, desk.id, "Acme").await).await.unwrap();
    assert_eq!(desk.seen().await.state, ConnectionState::Active);
    assert_eq!(desk.health().await.trouble, None);
}

#[tokio::test]
async fn runs_are_listed_and_not_kept_for_ever() {
    let desk = Desk::new().await;
    let first = desk.begin().await;
    desk.end(first, RunState::Succeeded, None).await.unwrap();
    desk.test.app.clock().advance(TimeDelta::days(20));
    let second = desk.begin().await;
    let list = async |state, sort| {
        let filter = SyncRunFilter { connection_id: Some(desk.id), state, kind: None, sort };
        let args = PageArgs::default();
        let page = desk.read(async |scope| connections::runs(scope, &filter, &args).await).await;
        page.items.iter().map(|run| run.id).collect::<Vec<_>>()
    };
    assert_eq!(list(None, Some(SyncRunSort::StartedAtDesc)).await, [second, first]);
    assert_eq!(list(Some(RunState::Running), None).await, [second]);
    desk.end(second, RunState::Succeeded, None).await.unwrap();
    desk.test.app.clock().advance(TimeDelta::days(20));
    let third = desk.begin().await;
    assert_eq!(list(None, None).await, [second, third]);
}

#[tokio::test]
async fn nobody_else_tells_how_it_goes() {
    let desk = Desk::new().await;
    let new = crate::accounts::clients::NewApiClient {
        name: "all".to_owned(),
        scopes: vec!["connections.admin".to_owned(), "tickets.write".to_owned()],
    };
    let made = async |scope: &Scope| crate::accounts::clients::create(scope, new).await;
    let client = desk.write(made).await.unwrap().client.id;
    let client = Caller { actor: Actor::Client(client), ..desk.acme.clone() };
    let (app, id, run) = (&desk.test.app, desk.id, desk.begin().await);
    let credentials = Credentials::default();
    let step = Advance { checkpoint: None, reached_at: app.clock().now(), items: 0, changed: 0 };
    let refused = app.write(&client, async |scope: &Scope| {
        let state = RunState::Succeeded;
        Ok([
            sync::account(scope, id).await.map(drop),
            sync::begin_run(scope, id).await.map(drop),
            sync::end_run(scope, id, run, state, None).await,
            sync::checked(scope, id, "Acme").await,
            sync::disable(scope, id, trouble()).await,
            sync::read_to(scope, id, STREAM).await.map(drop),
            sync::advance(scope, id, run, STREAM, &step).await,
            sync::stumble(scope, id, run, STREAM, &trouble()).await.map(drop),
            sync::begin_renewal(scope, id, None).await.map(drop),
            sync::end_renewal(scope, id, &credentials, None).await,
        ])
    });
    for (place, told) in refused.await.unwrap().into_iter().enumerate() {
        assert_eq!(told.unwrap_err().code(), "operator_only", "{place}");
    }
}

/// As long as nobody can run it, it waits: it is neither tried nor given up.
#[tokio::test]
async fn the_next_run_waits_for_its_time_and_for_somebody_who_can() {
    let desk = Desk::new().await;
    let (app, tenant) = (&desk.test.app, desk.acme.tenant);
    for _ in 0..30 {
        app.clock().advance(TimeDelta::days(1));
        assert!(app.claim(tenant, &["kpis.drain"]).await.unwrap().is_none());
    }
    let job = app.claim(tenant, &[Sync::KIND]).await.unwrap().unwrap();
    assert_eq!((job.kind.as_str(), job.attempt), ("connections.sync", 1));
    let next = app.clock().now() + TimeDelta::seconds(60);
    let again = Sync { connection: desk.id };
    let write = async |scope: &Scope| scope.enqueue_at(&again, next).await;
    app.write_for(&job, write).await.unwrap();
    assert!(app.finish(&job, &Outcome::Done, None).await.unwrap());
    assert!(app.claim(tenant, &[Sync::KIND]).await.unwrap().is_none(), "it is not time yet");
    app.clock().advance(TimeDelta::seconds(60));
    assert!(app.claim(tenant, &[Sync::KIND]).await.unwrap().is_some());
}
