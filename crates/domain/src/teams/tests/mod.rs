//! Rules of teams, memberships and leads.

mod closed;
mod races;
mod reach;
mod shadows;

use chrono::NaiveDate;

use super::leads::{self, NewTeamLead};
use super::memberships::{self, MembershipFilter, MembershipPatch, NewMembership};
use super::{NewTeam, Team, TeamAction, TeamPatch};
use crate::kernel::patch::MaybeUndefined;
use crate::kernel::{Caller, PageArgs, PersonId, Result, TeamId};
use crate::people::{self, NewPerson};
use crate::teams;
use crate::testing::TestApp;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn team(test: &TestApp, caller: &Caller, name: &str, parent: Option<TeamId>) -> Team {
    let new = NewTeam { name: name.to_owned(), parent_id: parent, kind: None };
    test.app.write(caller, async |scope| teams::create(scope, new).await).await.unwrap()
}

async fn person(test: &TestApp, caller: &Caller, name: &str) -> PersonId {
    let new = NewPerson { name: name.to_owned(), ..Default::default() };
    test.app.write(caller, async |scope| people::create(scope, new).await).await.unwrap().id
}

async fn join(
    test: &TestApp,
    caller: &Caller,
    person_id: PersonId,
    team_id: TeamId,
    from: &str,
) -> Result<memberships::Membership> {
    let new = NewMembership {
        person_id,
        team_id,
        is_primary: true,
        valid_from: day(from),
        valid_to: None,
    };
    test.app.write(caller, async |scope| memberships::create(scope, new).await).await
}

async fn lead(
    test: &TestApp,
    caller: &Caller,
    person_id: PersonId,
    team_id: TeamId,
    from: &str,
) -> Result<leads::TeamLead> {
    let new = NewTeamLead { team_id, person_id, valid_from: day(from), valid_to: None };
    test.app.write(caller, async |scope| leads::create(scope, new).await).await
}

#[tokio::test]
async fn a_team_cannot_hang_below_itself() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let top = team(&test, &acme, "Support", None).await;
    let middle = team(&test, &acme, "EMEA", Some(top.id)).await;
    let low = team(&test, &acme, "Rome", Some(middle.id)).await;
    let patch = TeamPatch { parent_id: MaybeUndefined::Value(low.id), ..Default::default() };
    let error = test
        .app
        .write(&acme, async |scope| teams::update(scope, top.id, patch).await)
        .await
        .unwrap_err();
    assert_eq!(error.fields()[0].code, "team_cycle");
    let below =
        test.app.read(&acme, async |scope| teams::below(scope, &[middle.id]).await).await.unwrap();
    assert_eq!(below, [middle.id, low.id]);
}

#[tokio::test]
async fn names_are_taken_once_a_tenant() {
    let test = TestApp::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    team(&test, &acme, "North", None).await;
    team(&test, &globex, "North", None).await;
    let new = NewTeam { name: "North".to_owned(), parent_id: None, kind: None };
    let error =
        test.app.write(&acme, async |scope| teams::create(scope, new).await).await.unwrap_err();
    assert_eq!(error.code(), "team_name_taken");
}

#[tokio::test]
async fn another_tenants_team_is_not_there() {
    let test = TestApp::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let theirs = team(&test, &globex, "North", None).await;
    let error =
        test.app.read(&acme, async |scope| teams::get(scope, theirs.id).await).await.unwrap_err();
    assert_eq!(error.code(), "not_found");
    let new = NewTeam { name: "Below".to_owned(), parent_id: Some(theirs.id), kind: None };
    let error =
        test.app.write(&acme, async |scope| teams::create(scope, new).await).await.unwrap_err();
    assert_eq!(error.fields()[0].code, "dangling_reference");
}

#[tokio::test]
async fn a_move_ends_the_membership_before_it() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let (north, south) =
        (team(&test, &acme, "North", None).await, team(&test, &acme, "South", None).await);
    let ada = person(&test, &acme, "Ada").await;
    join(&test, &acme, ada, north.id, "2026-01-01").await.unwrap();
    join(&test, &acme, ada, south.id, "2026-03-01").await.unwrap();
    let filter = MembershipFilter { person_id: Some(ada), ..Default::default() };
    let page = test
        .app
        .read(&acme, async |scope| memberships::list(scope, &filter, &PageArgs::default()).await)
        .await
        .unwrap();
    let spans: Vec<_> =
        page.items.iter().map(|item| (item.team_id, item.valid_from, item.valid_to)).collect();
    assert_eq!(
        spans,
        [
            (north.id, day("2026-01-01"), Some(day("2026-03-01"))),
            (south.id, day("2026-03-01"), None)
        ]
    );
    // A day in the past that is taken cannot be taken twice.
    let error = join(&test, &acme, ada, north.id, "2026-02-01").await.unwrap_err();
    assert_eq!(error.code(), "membership_overlaps");
}

#[tokio::test]
async fn a_stay_with_an_end_does_not_end_the_open_one() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let (north, south) =
        (team(&test, &acme, "North", None).await.id, team(&test, &acme, "South", None).await.id);
    let (ada, bea) = (person(&test, &acme, "Ada").await, person(&test, &acme, "Bea").await);
    let membership = join(&test, &acme, ada, north, "2026-01-01").await.unwrap();
    let held = lead(&test, &acme, ada, north, "2026-01-01").await.unwrap();
    let (valid_from, valid_to) = (day("2026-03-01"), Some(day("2026-04-01")));
    let secondment =
        NewMembership { person_id: ada, team_id: south, is_primary: true, valid_from, valid_to };
    let deputy = NewTeamLead { team_id: north, person_id: bea, valid_from, valid_to };
    let create = async |scope: &_| memberships::create(scope, secondment).await;
    assert_eq!(test.app.write(&acme, create).await.unwrap_err().code(), "membership_overlaps");
    let create = async |scope: &_| leads::create(scope, deputy).await;
    assert_eq!(test.app.write(&acme, create).await.unwrap_err().code(), "lead_overlaps");
    let read = async |scope: &_| {
        Ok((memberships::get(scope, membership.id).await?, leads::get(scope, held.id).await?))
    };
    assert_eq!(test.app.read(&acme, read).await.unwrap(), (membership, held));
}

#[tokio::test]
async fn a_membership_cannot_end_before_it_begins() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let north = team(&test, &acme, "North", None).await;
    let ada = person(&test, &acme, "Ada").await;
    let membership = join(&test, &acme, ada, north.id, "2026-01-01").await.unwrap();
    let patch = MembershipPatch {
        valid_to: MaybeUndefined::Value(day("2026-01-01")),
        ..Default::default()
    };
    let error = test
        .app
        .write(&acme, async |scope| memberships::update(scope, membership.id, patch).await)
        .await
        .unwrap_err();
    assert_eq!(error.fields()[0].pointer, "/valid_to");
}

#[tokio::test]
async fn who_led_her_on_the_third_of_may() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let top = team(&test, &acme, "Support", None).await;
    let north = team(&test, &acme, "North", Some(top.id)).await;
    let (ada, bea, cleo) = (
        person(&test, &acme, "Ada").await,
        person(&test, &acme, "Bea").await,
        person(&test, &acme, "Cleo").await,
    );
    for who in [ada, bea] {
        join(&test, &acme, who, north.id, "2026-01-01").await.unwrap();
    }
    lead(&test, &acme, bea, north.id, "2026-04-01").await.unwrap();
    lead(&test, &acme, cleo, top.id, "2026-01-01").await.unwrap();
    let led = async |who, on: &str| {
        let on = day(on);
        test.app
            .read(&acme, async |scope| leads::lead_of(scope, who, on).await)
            .await
            .unwrap()
            .lead_id
    };
    assert_eq!(led(ada, "2026-05-03").await, Some(bea));
    assert_eq!(led(bea, "2026-05-03").await, Some(cleo), "nobody leads herself");
    assert_eq!(led(ada, "2026-03-31").await, Some(cleo), "before North had a lead of its own");
    assert_eq!(led(ada, "2025-12-31").await, None, "before she came");
}

#[tokio::test]
async fn a_team_with_members_cannot_close() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let north = team(&test, &acme, "North", None).await;
    let ada = person(&test, &acme, "Ada").await;
    join(&test, &acme, ada, north.id, "2026-01-01").await.unwrap();
    let close = async || {
        test.app
            .write(&acme, async |scope| teams::act(scope, north.id, TeamAction::Close).await)
            .await
    };
    assert_eq!(close().await.unwrap_err().code(), "team_not_empty");
    let south = team(&test, &acme, "South", None).await;
    join(&test, &acme, ada, south.id, "2026-05-01").await.unwrap();
    assert_eq!(close().await.unwrap().allowed_actions, [TeamAction::Reopen]);
    let error = close().await.unwrap_err();
    assert_eq!(
        (error.code(), error.allowed_actions()),
        ("team_closed", Some(["reopen"].as_slice()))
    );
}

#[tokio::test]
async fn a_cursor_is_good_only_where_it_came_from() {
    let test = TestApp::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    for name in ["A", "B", "C"] {
        team(&test, &acme, name, None).await;
    }
    let args = |after| PageArgs { limit: Some(2), after };
    let list = async |caller: &Caller, filter: teams::TeamFilter, args: PageArgs| {
        test.app.read(caller, async |scope| teams::list(scope, &filter, &args).await).await
    };
    let first = list(&acme, Default::default(), args(None)).await.unwrap();
    let second = list(&acme, Default::default(), args(first.next.clone())).await.unwrap();
    assert_eq!(second.items.iter().map(|team| team.name.as_str()).collect::<Vec<_>>(), ["C"]);
    assert_eq!(second.next, None);
    let other = teams::TeamFilter { name: Some("A".to_owned()), ..Default::default() };
    for (caller, filter) in [(&acme, other), (&globex, Default::default())] {
        let error = list(caller, filter, args(first.next.clone())).await.unwrap_err();
        assert_eq!(error.code(), "cursor_invalid");
    }
}
