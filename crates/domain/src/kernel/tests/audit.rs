//! The event log: nobody changes it, and whatever somebody could change is found.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};

use crate::kernel::audit::ERASED_PAYLOADS;
use crate::kernel::{Audited, Caller, Error, Event, Result, Scope, verify_events};
use crate::testing::TestApp;

/// How many entries there are beside the first, which tells of the tenant.
const ENTRIES: i64 = 40;
const EDITS: usize = 1_000;

async fn written(test: &TestApp, entries: i64) -> Caller {
    let acme = test.tenant("acme").await;
    let write = async |scope: &Scope| {
        for n in 0..entries {
            scope.record(Event::new("test.happened", format!("thing {n}"), json!({ "n": n })));
        }
        Ok(())
    };
    test.app.write(&acme, write).await.unwrap();
    acme
}

async fn run(scope: &Scope, sql: &str) -> Result<u64> {
    let sql = Statement::from_string(scope.backend(), sql);
    Ok(scope.tx().execute_raw(sql).await?.rows_affected())
}

/// What only the owner of the tables could do, everybody can from now on.
async fn unlock(test: &TestApp) {
    let Some(url) = test.url() else {
        let drop = async |scope: &Scope| {
            for trigger in ["events_stay", "events_are_kept", "event_payloads_stay"] {
                run(scope, &format!("DROP TRIGGER {trigger}")).await?;
            }
            Ok(())
        };
        return test.app.write(&test.tenant("owner").await, drop).await.unwrap();
    };
    let mut owner = PgConnection::connect(&url).await.unwrap();
    owner
        .execute("GRANT UPDATE, DELETE ON events, event_payloads TO plumbline_runtime")
        .await
        .unwrap();
    owner.execute("DROP POLICY erasure ON events").await.unwrap();
}

#[tokio::test]
async fn nobody_changes_the_log() {
    let test = TestApp::new().await;
    let acme = written(&test, 3).await;
    for sql in [
        "UPDATE events SET kind = 'other'",
        "UPDATE event_payloads SET payload = '{}'",
        "DELETE FROM events WHERE sequence = 4",
    ] {
        let removed = "DELETE FROM event_payloads WHERE sequence = 4";
        let tried = test.app.write(&acme, async |scope| {
            run(scope, removed).await?;
            run(scope, sql).await
        });
        // PostgreSQL refuses what may not be done at all, and does not see what may not be removed.
        assert!(matches!(tried.await, Err(_) | Ok(0)), "{sql}");
    }
    let verified = test.app.read(&acme, verify_events).await;
    // Only a payload could be removed, and that is missed.
    if test.app.database().backend() == DbBackend::Postgres {
        let error = verified.unwrap_err();
        assert!(error.message().starts_with("the payloads of 1 entries"), "{error:?}");
    } else {
        assert_eq!(verified.unwrap().entries, 4);
    }
}

/// An edit of the log or of its head, as somebody would make it who may do anything with the tables. `None` where it would change nothing.
fn edit(dice: &mut StdRng) -> String {
    let (one, other) = (dice.random_range(1..=ENTRIES + 1), dice.random_range(1..=ENTRIES + 1));
    let events = ["kind", "subject", "actor", "request_id"];
    match dice.random_range(0..9) {
        0 => {
            let column = events[dice.random_range(0..events.len())];
            format!(
                "UPDATE events SET {column} = coalesce({column}, '') || 'x' WHERE sequence = {one}"
            )
        }
        1 => format!(
            "UPDATE events SET at = '2001-01-01T00:00:00.000000+00:00' WHERE sequence = {one}"
        ),
        2 => format!("UPDATE events SET digest = hash WHERE sequence = {one}"),
        3 => format!("UPDATE events SET hash = digest WHERE sequence = {one}"),
        4 => format!("UPDATE event_payloads SET payload = payload || ' ' WHERE sequence = {one}"),
        5 => format!(
            "UPDATE event_payloads SET salt = (SELECT hash FROM event_heads LIMIT 1) WHERE sequence = {one}"
        ),
        6 => format!(
            "DELETE FROM event_payloads WHERE sequence = {one}; DELETE FROM events WHERE sequence = {one}"
        ),
        7 if one != other => format!(
            "UPDATE events SET digest = (SELECT e.digest FROM events e WHERE e.sequence = {one} AND e.tenant_id = events.tenant_id), \
             subject = (SELECT e.subject FROM events e WHERE e.sequence = {one} AND e.tenant_id = events.tenant_id) WHERE sequence = {other}"
        ),
        7 => "UPDATE event_heads SET sequence = sequence + 1".to_owned(),
        _ => format!("DELETE FROM event_payloads WHERE sequence = {one}"),
    }
}

#[tokio::test]
async fn any_edit_is_found() {
    let test = TestApp::new().await;
    let acme = written(&test, ENTRIES).await;
    unlock(&test).await;
    let mut dice = StdRng::seed_from_u64(28);
    for _ in 0..EDITS {
        let edit = edit(&mut dice);
        let tried = test.app.write(&acme, async |scope| {
            let mut changed = 0;
            for sql in edit.split("; ") {
                let mine = if sql.contains("WHERE") { "AND" } else { "WHERE" };
                let tenant = if scope.backend() == DbBackend::Postgres {
                    format!("'{}'", scope.tenant().0)
                } else {
                    format!("x'{}'", scope.tenant().0.simple())
                };
                changed += run(scope, &format!("{sql} {mine} tenant_id = {tenant}")).await?;
            }
            assert!(changed > 0, "{edit} changes nothing");
            let found = verify_events(scope).await;
            // Taken back in any case.
            Err::<(), _>(found.err().unwrap_or_else(|| Error::conflict("missed", edit.clone())))
        });
        let found = tried.await.unwrap_err();
        assert_eq!(found.code(), "event_chain_broken", "{found:?}");
    }
    assert_eq!(test.app.read(&acme, verify_events).await.unwrap().entries, ENTRIES + 1);
}

#[tokio::test]
async fn two_entries_that_change_places_and_an_end_that_is_cut_off_are_found() {
    let test = TestApp::new().await;
    let acme = written(&test, 5).await;
    unlock(&test).await;
    let swap = &[
        "DELETE FROM event_payloads WHERE sequence IN (2, 3)",
        "UPDATE events SET sequence = 100 WHERE sequence = 2",
        "UPDATE events SET sequence = 2 WHERE sequence = 3",
        "UPDATE events SET sequence = 3 WHERE sequence = 100",
    ][..];
    let cut =
        &["DELETE FROM event_payloads WHERE sequence = 6", "DELETE FROM events WHERE sequence = 6"]
            [..];
    let headless = &["DELETE FROM event_heads"][..];
    for (edits, words) in [(swap, "at entry 2"), (cut, "its head says 6"), (headless, "no head")] {
        let tried = test.app.write(&acme, async |scope| {
            for sql in edits {
                assert!(run(scope, sql).await? > 0, "{sql}");
            }
            verify_events(scope).await
        });
        let found = tried.await.unwrap_err();
        assert!(found.message().contains(words), "{found:?}");
    }
}

#[tokio::test]
async fn erased_payloads_are_accounted_for() {
    let test = TestApp::new().await;
    // More than are looked at in one go.
    let acme = written(&test, 1_200).await;
    let erase = async |scope: &Scope| {
        let erased = run(scope, "DELETE FROM event_payloads WHERE sequence IN (1, 900)").await?;
        scope.record(Event::new("test.erased", "x", json!({ ERASED_PAYLOADS: erased })));
        Ok(())
    };
    test.app.write(&acme, erase).await.unwrap();
    let audited = test.app.read(&acme, verify_events).await.unwrap();
    assert_eq!(audited, Audited { entries: 1_202, erased: 2 });
    unlock(&test).await;
    let sql = "UPDATE event_payloads SET payload = '{}' WHERE sequence = 700";
    test.app.write(&acme, async |scope| run(scope, sql).await).await.unwrap();
    let broken = test.app.read(&acme, verify_events).await.unwrap_err();
    assert_eq!(broken.code(), "event_chain_broken");
    assert!(broken.message().ends_with("entry 700"), "{broken:?}");
}
