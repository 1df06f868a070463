//! What cannot be stored is refused the same on both databases.

use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};

use crate::accounts::users::{self, NewRoleGrant, NewUser};
use crate::accounts::{Role, Secret, TokenRequest, clients, token};
use crate::kernel::patch::MaybeUndefined;
use crate::kernel::{Caller, Error, ErrorKind, PageArgs, PersonId, Scope};
use crate::people::{self, NewPerson, PersonPatch};
use crate::teams::memberships::{self, MembershipFilter, NewMembership};
use crate::teams::{self, NewTeam, TeamFilter};
use crate::tenants::PublicUrls;
use crate::testing::{TestApp, start};
use crate::tickets::{self, TicketFilter};

fn day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap()
}

fn far_away() -> DateTime<Utc> {
    day(-262_000).and_hms_opt(0, 0, 0).unwrap().and_utc()
}

fn is_unusable(error: Error) {
    assert_eq!((error.code(), error.kind()), ("value_unusable", ErrorKind::Malformed));
}

#[tokio::test]
async fn a_filter_by_what_no_row_can_hold_is_malformed() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let name = TeamFilter { name: Some("a\0b".to_owned()), ..Default::default() };
    let args = PageArgs::default();
    let found = test.app.read(&acme, async |scope| teams::list(scope, &name, &args).await).await;
    is_unusable(found.unwrap_err());
    for year in [-9999, -1, 10_000] {
        let on = MembershipFilter { on: Some(day(year)), ..Default::default() };
        let list = async |scope: &Scope| memberships::list(scope, &on, &args).await;
        is_unusable(test.app.read(&acme, list).await.unwrap_err());
    }
    let from = TicketFilter { created_from: Some(far_away()), ..Default::default() };
    let found = test.app.read(&acme, async |scope| tickets::list(scope, &from, &args).await).await;
    is_unusable(found.unwrap_err());
    let request = TokenRequest {
        grant_type: Some("password".to_owned()),
        username: Some("\0".to_owned()),
        password: Some(Secret::new("x")),
        ..Default::default()
    };
    let urls = PublicUrls::new("https://plumbline.test", &[]);
    is_unusable(token(&test.app, &urls, "acme", request).await.unwrap_err());
}

fn wrong_field<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error:?}");
    error.fields()[0].pointer.clone()
}

async fn member(
    test: &TestApp,
    caller: &Caller,
    from: NaiveDate,
    to: Option<NaiveDate>,
) -> Result<memberships::Membership, Error> {
    let team = NewTeam { name: format!("{from} {to:?}"), parent_id: None, kind: None };
    let new = NewPerson { name: "Ada".to_owned(), ..Default::default() };
    test.app
        .write(caller, async |scope| {
            let new = NewMembership {
                person_id: people::create(scope, new).await?.id,
                team_id: teams::create(scope, team).await?.id,
                is_primary: true,
                valid_from: from,
                valid_to: to,
            };
            memberships::create(scope, new).await
        })
        .await
}

#[tokio::test]
async fn days_are_within_three_centuries() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    member(&test, &acme, day(1900), Some(day(2200))).await.unwrap();
    for year in [-9999, 1899, 2201] {
        let outcome = member(&test, &acme, day(year), None).await;
        assert_eq!(wrong_field(outcome), "/valid_from");
        let new =
            NewPerson { name: "Ada".to_owned(), hire_date: Some(day(year)), ..Default::default() };
        let outcome = test.app.write(&acme, async |scope| people::create(scope, new).await).await;
        assert_eq!(wrong_field(outcome), "/hire_date");
        let leave_date = MaybeUndefined::Value(day(year));
        let patch = PersonPatch { leave_date, ..Default::default() };
        let nobody = PersonId::NONE;
        let outcome =
            test.app.write(&acme, async |scope| people::update(scope, nobody, patch).await);
        assert_eq!(wrong_field(outcome.await), "/leave_date");
    }
    assert_eq!(wrong_field(member(&test, &acme, day(2000), Some(day(2201))).await), "/valid_to");
}

#[tokio::test]
async fn roles_are_granted_in_whole_microseconds_and_centuries() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let new = NewUser { email: "ada@acme.test".to_owned(), person_id: None, password: None };
    let user = users::create(&test.app, &acme, new).await.unwrap().id;
    let grant = async |valid_from, valid_to| {
        let new = NewRoleGrant { role: Role::Viewer, valid_from, valid_to };
        test.app.write(&acme, async |scope| users::grant_role(scope, user, new).await).await
    };
    assert_eq!(wrong_field(grant(Some(far_away()), None).await), "/valid_from");
    let late = day(2201).and_hms_opt(0, 0, 0).unwrap().and_utc();
    assert_eq!(wrong_field(grant(None, Some(late)).await), "/valid_to");
    let odd = start() + TimeDelta::nanoseconds(1_234_567);
    let granted = grant(Some(odd), Some(odd + TimeDelta::days(1))).await.unwrap();
    assert_eq!(granted.valid_from, odd.trunc_subsecs(6));
    let stored = test.app.read(&acme, async |scope| users::roles_of(scope, &[user]).await).await;
    assert_eq!(stored.unwrap(), [granted]);
}

#[tokio::test]
async fn names_have_no_control_characters() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let new =
        clients::NewApiClient { name: "a\0b".to_owned(), scopes: vec!["kpis.read".to_owned()] };
    let outcome = test.app.write(&acme, async |scope| clients::create(scope, new).await).await;
    assert_eq!(wrong_field(outcome), "/name");
    let new = NewTeam { name: "a\0b".to_owned(), parent_id: None, kind: None };
    let outcome = test.app.write(&acme, async |scope| teams::create(scope, new).await).await;
    assert_eq!(wrong_field(outcome), "/name");
}
