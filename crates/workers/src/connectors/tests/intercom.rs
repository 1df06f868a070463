//! Intercom: what is deleted there is told by webhooks alone, so a day goes by until it is missed.

use domain::connections::ConnectionState;
use simulators::Kind;
use simulators::server::Faults;

use super::World;

#[tokio::test(flavor = "multi_thread")]
async fn intercom_is_read_to_its_end_and_its_numbers_are_its_own() {
    let world = World::of(Kind::Intercom, 400, Faults::default()).await;
    world.work().await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Active, "{connection:?}");
    world.assert_true().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_intercom_happens_here_and_what_is_gone_is_missed() {
    let world = World::of(Kind::Intercom, 150, Faults::default()).await;
    world.work().await;
    let deleted = || {
        let desk = world.desk.desk();
        (1..=desk.count()).filter(|number| desk.was_deleted(*number)).count()
    };
    let before = deleted();
    for _ in 0..4 {
        world.desk.change(150);
        world.later().await;
    }
    assert!(world.desk.desk().count() > 150 && deleted() > before);
    world.next_day().await;
    world.assert_true().await;
}
