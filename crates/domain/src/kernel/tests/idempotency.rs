//! What was done for a request that named itself, and its answer, are there both or neither.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use crate::kernel::idempotency::{Answer, Begun, KEPT, Named, begin, finish};
use crate::kernel::{Caller, Error, Event, Scope, verify_events};
use crate::testing::TestApp;

const NAMED: Named<'_> = Named { key: "key", request: &[1; 32] };

fn answer() -> Answer {
    let headers = vec![("etag".to_owned(), "\"1\"".to_owned())];
    Answer { status: 201, headers, body: b"a secret that is shown once".to_vec() }
}

async fn first(test: &TestApp, caller: &Caller) -> Caller {
    match begin(&test.app, caller.clone(), NAMED).await.unwrap() {
        Begun::First(caller) => caller,
        Begun::Again(answer) => panic!("it was answered: {answer:?}"),
    }
}

/// Does something and keeps its answer.
async fn done(test: &TestApp, caller: &Caller) {
    let caller = first(test, caller).await;
    for _ in 0..2 {
        let write = async |scope: &Scope| {
            scope.record(Event::new("test.happened", "x", json!({})));
            Ok(())
        };
        test.app.write(&caller, write).await.unwrap();
    }
    finish(&test.app, &caller, NAMED, &answer()).await.unwrap();
}

async fn events(test: &TestApp, caller: &Caller) -> i64 {
    test.app.read(caller, verify_events).await.unwrap().entries
}

#[tokio::test]
async fn an_answer_is_kept_with_what_was_done_for_a_day() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    done(&test, &acme).await;
    assert_eq!(events(&test, &acme).await, 3, "one of the tenant, two of this");
    let again = begin(&test.app, acme.clone(), NAMED).await.unwrap();
    assert!(matches!(again, Begun::Again(kept) if kept == answer()));
    let other = begin(&test.app, acme.clone(), Named { request: &[2; 32], ..NAMED }).await;
    assert_eq!(other.unwrap_err().fields()[0].code, "idempotency_key_reused");
    test.app.clock().advance(KEPT);
    done(&test, &acme).await;
    let rows = async |scope: &Scope| {
        let sql =
            Statement::from_string(scope.backend(), "SELECT sealed_answer FROM idempotency_keys");
        Ok(scope.tx().query_all_raw(sql).await?)
    };
    let rows = test.app.read(&acme, rows).await.unwrap();
    assert_eq!(rows.len(), 1, "the older one has gone");
    let sealed: Vec<u8> = rows[0].try_get_by_index(0).unwrap();
    assert!(!sealed.windows(8).any(|part| part == b"a secret"), "it lies open");
}

#[tokio::test]
async fn what_is_not_finished_was_not_done() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let caller = first(&test, &acme).await;
    let write = async |scope: &Scope| {
        scope.record(Event::new("test.happened", "x", json!({})));
        Ok(())
    };
    test.app.write(&caller, write).await.unwrap();
    drop(caller);
    assert_eq!(events(&test, &acme).await, 1);
    let caller = first(&test, &acme).await;
    let fail = async |_: &Scope| Err::<(), _>(Error::conflict("no", "taken back"));
    assert_eq!(test.app.write(&caller, fail).await.unwrap_err().code(), "no");
    // Nothing more can be done in what was taken back, nor kept of it.
    assert_eq!(test.app.write(&caller, write).await.unwrap_err().code(), "internal");
    assert_eq!(finish(&test.app, &caller, NAMED, &answer()).await.unwrap_err().code(), "internal");
    drop(caller);
    done(&test, &acme).await;
}

#[tokio::test]
async fn while_one_works_another_is_told_so() {
    let test = TestApp::new().await;
    if test.app.database().backend() != sea_orm::DbBackend::Postgres {
        // One waits for the other there, and then finds its answer.
        return;
    }
    let acme = test.tenant("acme").await;
    let caller = first(&test, &acme).await;
    let busy = begin(&test.app, acme.clone(), NAMED).await.unwrap_err();
    assert_eq!(busy.code(), "idempotency_key_in_use");
    let other = begin(&test.app, acme.clone(), Named { key: "other", ..NAMED }).await;
    assert!(matches!(other.unwrap(), Begun::First(_)));
    drop(caller);
}
