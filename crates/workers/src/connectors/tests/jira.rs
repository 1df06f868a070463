//! What is told by nobody but Jira Service Management.

use domain::connections::{self, ConnectionPatch, ConnectionState, Credentials, RunState};
use domain::kernel::Scope;
use simulators::Kind;
use simulators::server::Faults;

use super::World;

impl World {
    async fn jira(tickets: u64, faults: &str) -> Self {
        Self::of(Kind::Jira, tickets, faults.parse::<Faults>().unwrap()).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_desk_is_read_to_its_end_and_its_numbers_are_its_own() {
    let world = World::jira(400, "").await;
    world.work().await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Active, "{connection:?}");
    world.assert_true().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_a_service_desk_happens_here_and_what_is_gone_is_found() {
    let world = World::jira(150, "").await;
    world.work().await;
    let removed = |world: &World| world.desk.desk().removed().len();
    let before = removed(&world);
    for _ in 0..6 {
        world.desk.change(150);
        world.later().await;
        world.next_day().await;
    }
    assert!(removed(&world) > before, "nothing was deleted");
    world.assert_true().await;
    world.next_day().await;
    let runs = world.runs().await;
    let last = runs.iter().max_by_key(|run| run.started_at).unwrap();
    assert_eq!((last.state, last.changed), (RunState::Succeeded, 0), "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_finds_nothing_and_deletes_nothing() {
    let world = World::jira(60, "").await;
    world.work().await;
    let email = world.desk.credential("email");
    let change = async |token: &str| {
        let credentials = Credentials::new([("email", email.as_str()), ("api_token", token)]);
        let patch = ConnectionPatch { credentials: Some(credentials), ..Default::default() };
        let change = async |scope: &Scope| connections::update(scope, world.id, patch).await;
        world.app().write(&world.acme, change).await.unwrap();
    };
    change("not the token").await;
    world.next_day().await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Error, "{connection:?}");
    world.assert_true().await;
    change(&world.desk.credential("api_token")).await;
    world.next_day().await;
    assert_eq!(world.connection().await.state, ConnectionState::Active);
    world.assert_true().await;
}
