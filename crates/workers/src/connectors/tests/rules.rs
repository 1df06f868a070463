//! What holds for every connector.

use domain::connections::{
    self, ConnectionPatch, ConnectionState, Credentials, NewResync, RunKind, RunState, SyncRun,
    SyncRunFilter, Vendor,
};
use domain::kernel::{PageArgs, Scope};
use simulators::server::Faults;

use super::World;

impl World {
    pub(super) async fn runs(&self) -> Vec<SyncRun> {
        let read = async |scope: &Scope| {
            connections::runs(scope, &SyncRunFilter::default(), &PageArgs::default()).await
        };
        self.app().read(&self.acme, read).await.unwrap().items
    }
}

#[test]
fn what_a_vendor_is_said_to_be_read_for_is_what_is_read() {
    for vendor in Vendor::ALL {
        let streams = crate::connectors::of(*vendor).streams();
        let names: Vec<_> = streams.iter().map(|stream| stream.name).collect();
        assert_eq!(names, vendor.descriptor().streams, "{vendor:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_changes_nothing() {
    let world = World::new(60, Faults::default()).await;
    world.work().await;
    world.later().await;
    world.later().await;
    let runs = world.runs().await;
    let told: Vec<_> = runs.iter().map(|run| (run.kind, run.state, run.changed > 0)).collect();
    let expected = [
        (RunKind::Backfill, RunState::Succeeded, true),
        (RunKind::Incremental, RunState::Succeeded, false),
        (RunKind::Incremental, RunState::Succeeded, false),
    ];
    assert_eq!(told, expected);
    let health = async |scope: &Scope| connections::health(scope, world.id).await;
    let health = world.app().read(&world.acme, health).await.unwrap();
    assert!(health.lag_seconds.is_some() && health.failing_streams == 0, "{health:?}");
    let from = NewResync { from: world.app().clock().now() };
    let again = async |scope: &Scope| connections::resync(scope, world.id, from).await;
    world.app().write(&world.acme, again).await.unwrap();
    world.work().await;
    assert_eq!(world.runs().await.last().unwrap().kind, RunKind::Backfill);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_let_in_stops_and_says_so_until_it_is_mended() {
    let world = World::new(30, Faults::default()).await;
    let email = world.desk.credential("email");
    let change = async |token: &str| {
        let credentials = Credentials::new([("email", email.as_str()), ("api_token", token)]);
        let patch = ConnectionPatch { credentials: Some(credentials), ..Default::default() };
        let change = async |scope: &Scope| connections::update(scope, world.id, patch).await;
        world.app().write(&world.acme, change).await.unwrap();
    };
    change("not the token").await;
    world.work().await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Error, "{connection:?}");
    let health = async |scope: &Scope| connections::health(scope, world.id).await;
    let told = format!("{:?}", world.app().read(&world.acme, health).await.unwrap());
    assert!(told.contains("helpdesk_sign_in_failed") && !told.contains("not the token"), "{told}");
    change(&world.desk.credential("api_token")).await;
    world.work().await;
    assert_eq!(world.connection().await.state, ConnectionState::Active);
}
