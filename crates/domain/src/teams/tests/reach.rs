//! Who sees which team.

use super::{join, lead, person, team};
use crate::accounts::Role;
use crate::accounts::users::{self, NewRoleGrant, NewUser};
use crate::kernel::{Actor, Caller, PageArgs};
use crate::teams;
use crate::testing::TestApp;

#[tokio::test]
async fn whoever_reaches_teams_sees_ones_own_too() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let (north, south, other) = (
        team(&test, &acme, "North", None).await.id,
        team(&test, &acme, "South", None).await.id,
        team(&test, &acme, "Other", None).await.id,
    );
    let ada = person(&test, &acme, "Ada").await;
    join(&test, &acme, ada, north, "2026-01-01").await.unwrap();
    lead(&test, &acme, ada, south, "2026-01-01").await.unwrap();
    for (role, seen) in [
        (Role::Agent, vec![north]),
        (Role::Manager, vec![north, south]),
        (Role::Viewer, vec![north, south, other]),
    ] {
        let email = format!("{role:?}@acme.test");
        let new = NewUser { email, person_id: Some(ada), password: None };
        let user = users::create(&test.app, &acme, new).await.unwrap().id;
        let grant = NewRoleGrant { role, valid_from: None, valid_to: None };
        test.app
            .write(&acme, async |scope| users::grant_role(scope, user, grant).await)
            .await
            .unwrap();
        let caller = Caller { actor: Actor::User(user), ..acme.clone() };
        let args = PageArgs::default();
        let list = async |scope: &_| teams::list(scope, &Default::default(), &args).await;
        let page = test.app.read(&caller, list).await.unwrap();
        assert_eq!(page.items.iter().map(|team| team.id).collect::<Vec<_>>(), seen, "{role:?}");
    }
}
