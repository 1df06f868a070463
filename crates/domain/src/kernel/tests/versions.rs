//! Whoever changes what they saw is told when it is no more.

use crate::kernel::{Caller, Error, ErrorKind};
use crate::teams::{self, NewTeam, Team, TeamAction, TeamPatch};
use crate::testing::TestApp;

async fn rename(test: &TestApp, caller: &Caller, team: &Team, name: &str) -> Result<Team, Error> {
    let patch = TeamPatch { name: Some(name.to_owned()), ..Default::default() };
    test.app.write(caller, async |scope| teams::update(scope, team.id, patch).await).await
}

#[tokio::test]
async fn a_stale_change_is_refused() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let new = NewTeam { name: "North".to_owned(), parent_id: None, kind: None };
    let create = async |scope: &_| teams::create(scope, new).await;
    let seen = test.app.write(&acme, create).await.unwrap();
    let expecting = acme.clone().expecting(seen.version);
    test.app.clock().advance(chrono::TimeDelta::seconds(1));
    let renamed = rename(&test, &expecting, &seen, "South").await.unwrap();
    assert_eq!((renamed.version, renamed.updated_at), (seen.version + 1, test.app.clock().now()));
    let stale = rename(&test, &expecting, &seen, "East").await.unwrap_err();
    assert_eq!((stale.kind(), stale.code()), (ErrorKind::Stale, "stale_version"));
    let close = async |scope: &_| teams::act(scope, seen.id, TeamAction::Close).await;
    let stale = test.app.write(&expecting, close).await.unwrap_err();
    assert_eq!(stale.code(), "stale_version");
    rename(&test, &acme, &seen, "West").await.unwrap();
}
