//! A field that names what is not there is told so by its name.

use chrono::NaiveDate;

use crate::accounts::users::{self, NewUser, UserPatch};
use crate::connections::ConnectionId;
use crate::kernel::patch::MaybeUndefined;
use crate::kernel::{Error, ErrorKind, PersonId, Scope, TeamId};
use crate::people::identities::{self, NewIdentity};
use crate::people::{self, NewPerson};
use crate::teams::leads::{self, NewTeamLead};
use crate::teams::memberships::{self, NewMembership};
use crate::teams::{self, NewTeam};
use crate::testing::TestApp;

fn dangles<T: std::fmt::Debug>(outcome: Result<T, Error>, pointer: &str) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error:?}");
    let field = &error.fields()[0];
    assert_eq!((field.pointer.as_str(), field.code), (pointer, "dangling_reference"));
}

#[tokio::test]
async fn users_and_identities_refer_to_what_is_there() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let nobody = Some(PersonId::NONE);
    let new = |person_id| NewUser { email: "ada@acme.test".to_owned(), person_id, password: None };
    dangles(users::create(&test.app, &acme, new(nobody)).await, "/person_id");
    let user = users::create(&test.app, &acme, new(None)).await.unwrap().id;
    let patch =
        UserPatch { person_id: MaybeUndefined::Value(PersonId::NONE), ..Default::default() };
    let changed = test.app.write(&acme, async |scope| users::update(scope, user, patch).await);
    dangles(changed.await, "/person_id");
    let added = test.app.write(&acme, async |scope| {
        let ada = NewPerson { name: "Ada".to_owned(), ..Default::default() };
        let ada = people::create(scope, ada).await?.id;
        let connection_id = ConnectionId(uuid::Uuid::nil());
        let new = NewIdentity { connection_id, external_id: "7".to_owned() };
        identities::add(scope, ada, new).await
    });
    dangles(added.await, "/connection_id");
}

#[tokio::test]
async fn members_and_leads_refer_to_what_is_there() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let valid_from = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let made = test.app.write(&acme, async |scope: &Scope| {
        let team = NewTeam { name: "North".to_owned(), parent_id: None, kind: None };
        let ada = NewPerson { name: "Ada".to_owned(), ..Default::default() };
        Ok((teams::create(scope, team).await?.id, people::create(scope, ada).await?.id))
    });
    let (team, person) = made.await.unwrap();
    for (team_id, person_id, pointer) in
        [(team, PersonId::NONE, "/person_id"), (TeamId::NONE, person, "/team_id")]
    {
        let new =
            NewMembership { person_id, team_id, is_primary: true, valid_from, valid_to: None };
        let member = async |scope: &Scope| memberships::create(scope, new).await;
        dangles(test.app.write(&acme, member).await, pointer);
        let new = NewTeamLead { person_id, team_id, valid_from, valid_to: None };
        let lead = async |scope: &Scope| leads::create(scope, new).await;
        dangles(test.app.write(&acme, lead).await, pointer);
    }
}

#[test]
fn a_fault_without_a_place_has_no_colon() {
    let error = Error::invalid("", "wrong", "it is wrong");
    assert_eq!(error.message(), "it is wrong");
    assert_eq!(Error::invalid("/a", "wrong", "it is wrong").message(), "a: it is wrong");
}
