//! Statements that take too long, of those who wait for the answer and of those who do not.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend};

use crate::accounts::create_owner;
use crate::accounts::{Secret, hash_password};
use crate::kernel::{Actor, Caller, ErrorKind, Scope};
use crate::testing::TestApp;

#[tokio::test]
async fn a_request_has_less_time_than_a_job() {
    let test = TestApp::new().await;
    if test.app.database().backend() != DbBackend::Postgres {
        return;
    }
    let system = test.tenant("acme").await;
    let password = hash_password(&Secret::new("correct horse battery")).await.unwrap();
    let owner = test
        .app
        .write(&system, async |scope| create_owner(scope, "owner@acme.test", password).await);
    let owner = Caller { actor: Actor::User(owner.await.unwrap().id), ..system.clone() };
    let app = test.app.clone().answering_within(Duration::from_millis(50));
    let sleep =
        async |scope: &Scope| Ok(scope.tx().execute_unprepared("SELECT pg_sleep(0.3)").await?);
    let slow = app.read(&owner, sleep).await.unwrap_err();
    assert_eq!((slow.kind(), slow.code()), (ErrorKind::Unavailable, "timed_out"));
    assert!(slow.retry_after().is_some());
    let slow = app.write(&owner, sleep).await.unwrap_err();
    assert_eq!(slow.code(), "timed_out");
    app.write(&system, sleep).await.unwrap();
    // Whoever comes next on the connection has as long as they may.
    app.read(&system, sleep).await.unwrap();
}
