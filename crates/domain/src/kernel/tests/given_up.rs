//! Whoever asked may go away at any moment; whoever is next on the same connection notices nothing of it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::kernel::{Result, Scope, SystemScope};
use crate::testing::TestApp;

const ROUNDS: usize = 20;

/// Whether the work was done by its turns.
async fn in_turns(turns: usize, work: impl Future) -> bool {
    let (mut work, mut taken) = (pin!(work), 0);
    poll_fn(|context| {
        taken += 1;
        if taken > turns {
            return Poll::Ready(false);
        }
        work.as_mut().poll(context).map(|_| true)
    })
    .await
}

async fn role(scope: &Scope) -> Result<String> {
    let sql = "SELECT current_user || ', read only ' || current_setting('transaction_read_only')";
    let row = scope.tx().query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    Ok(row.unwrap().try_get_by_index(0)?)
}

#[tokio::test]
async fn a_transaction_given_up_at_any_moment_leaves_nothing_open() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let across = async |scope: &SystemScope| Ok(scope.tx().execute_unprepared("SELECT 1").await?);
    let write = async |scope: &Scope| Ok(scope.tx().execute_unprepared("SELECT 1").await?);
    let is_postgres = test.app.database().backend() == DbBackend::Postgres;
    let (mut given_up, mut done) = (0, 0);
    for turns in (1..8).flat_map(|turns| [turns; ROUNDS]) {
        for is_done in [
            in_turns(turns, test.app.system_read(across)).await,
            in_turns(turns, test.app.write(&acme, write)).await,
        ] {
            given_up += usize::from(!is_done);
            done += usize::from(is_done);
        }
        if is_postgres {
            let role = test.app.write(&acme, role).await.unwrap();
            assert_eq!(role, "plumbline_runtime, read only off", "after {turns}");
        }
        test.app.write(&acme, write).await.unwrap();
    }
    assert!(given_up > 0 && done > 0, "{given_up} given up, {done} done");
}
