//! A closed team takes nothing more.

use tokio::join;

use super::{day, join, person, team};
use crate::kernel::patch::MaybeUndefined;
use crate::kernel::{Caller, Error, TeamId};
use crate::teams::memberships::{self, MembershipPatch};
use crate::teams::{self, NewTeam, Team, TeamAction, TeamPatch, TeamState};
use crate::testing::TestApp;

async fn act(
    test: &TestApp,
    caller: &Caller,
    id: TeamId,
    action: TeamAction,
) -> Result<Team, Error> {
    test.app.write(caller, async |scope| teams::act(scope, id, action).await).await
}

async fn below(test: &TestApp, caller: &Caller, name: &str, above: TeamId) -> Result<Team, Error> {
    let new = NewTeam { name: name.to_owned(), parent_id: Some(above), kind: None };
    test.app.write(caller, async |scope| teams::create(scope, new).await).await
}

#[tokio::test]
async fn a_closed_team_gets_no_team_below_it() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let north = team(&test, &acme, "North", None).await.id;
    let low = below(&test, &acme, "Low", north).await.unwrap().id;
    let free = team(&test, &acme, "Free", None).await.id;
    for team in [low, north] {
        act(&test, &acme, team, TeamAction::Close).await.unwrap();
    }
    assert_eq!(below(&test, &acme, "New", north).await.unwrap_err().code(), "team_closed");
    let patch = TeamPatch { parent_id: MaybeUndefined::Value(north), ..Default::default() };
    let hung = test.app.write(&acme, async |scope| teams::update(scope, free, patch).await).await;
    assert_eq!(hung.unwrap_err().code(), "team_closed");
    let reopened = act(&test, &acme, low, TeamAction::Reopen).await;
    assert_eq!(reopened.unwrap_err().code(), "team_closed");
}

#[tokio::test]
async fn a_closed_team_gets_no_members() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let north = team(&test, &acme, "North", None).await.id;
    let ada = person(&test, &acme, "Ada").await;
    let membership = join(&test, &acme, ada, north, "2026-01-01").await.unwrap().id;
    let until = async |to: MaybeUndefined<_>| {
        let patch = MembershipPatch { valid_to: to, ..Default::default() };
        let update = async |scope: &_| memberships::update(scope, membership, patch).await;
        test.app.write(&acme, update).await
    };
    until(MaybeUndefined::Value(day("2026-05-01"))).await.unwrap();
    act(&test, &acme, north, TeamAction::Close).await.unwrap();
    let bea = person(&test, &acme, "Bea").await;
    let joined = join(&test, &acme, bea, north, "2026-01-01").await;
    assert_eq!(joined.unwrap_err().code(), "team_closed");
    for longer in [MaybeUndefined::Null, MaybeUndefined::Value(day("2026-05-02"))] {
        assert_eq!(until(longer).await.unwrap_err().code(), "team_closed");
    }
    // What was wrong in the past can still be put right.
    until(MaybeUndefined::Value(day("2026-04-01"))).await.unwrap();
}

#[tokio::test]
async fn a_team_with_a_member_to_come_cannot_close() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let north = team(&test, &acme, "North", None).await.id;
    let ada = person(&test, &acme, "Ada").await;
    join(&test, &acme, ada, north, "2030-01-01").await.unwrap();
    let closed = act(&test, &acme, north, TeamAction::Close).await;
    assert_eq!(closed.unwrap_err().code(), "team_not_empty");
}

#[tokio::test]
async fn closing_and_joining_at_the_same_moment_end_in_one_order() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    for race in 0..30 {
        let north = team(&test, &acme, &format!("North {race}"), None).await.id;
        let ada = person(&test, &acme, "Ada").await;
        let (closed, joined, hung) = join!(
            act(&test, &acme, north, TeamAction::Close),
            join(&test, &acme, ada, north, "2026-01-01"),
            async { below(&test, &acme, &format!("Low {race}"), north).await },
        );
        let state = test.app.read(&acme, async |scope| teams::get(scope, north).await).await;
        let refused = [joined.is_err(), hung.is_err()];
        match state.unwrap().state {
            TeamState::Closed => assert_eq!(refused, [true, true]),
            TeamState::Active => assert_eq!(closed.unwrap_err().code(), "team_not_empty"),
        }
    }
}
