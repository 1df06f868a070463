//! A whole tenant.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::ConnectionTrait;

use super::seeds::{self, is_marked, marker};
use super::{dump, in_files, text};
use crate::kernel::catalogue::{self, Kind, Table};
use crate::kernel::export::Whose;
use crate::kernel::{Caller, verify_events};
use crate::privacy::erase_tenant;
use crate::testing::TestApp;

async fn tables(test: &TestApp) -> Vec<Table> {
    test.app.system_read(async |scope| catalogue::tables(scope.tx()).await).await.unwrap()
}

#[tokio::test]
async fn an_export_has_everything_of_the_tenant_but_secrets_and_nothing_of_others() {
    let test = TestApp::new().await;
    let (one, _) = (seeds::tenant(&test, "mkone").await, seeds::tenant(&test, "mktwo").await);
    let rows = dump(&test.app, &one, &Whose::Tenants).await;
    let all = text(&rows);
    assert!(!all.contains("mktwo"));
    assert!(all.contains("\"slug\":\"mkone\"") && all.contains("mkone-subject"));
    assert!(all.contains(r#"{\"text\":\"mkone\"}"#), "the payload of the event");
    let told: BTreeSet<_> = rows.iter().map(|(table, _)| table.as_str()).collect();
    let (mut texts, mut secrets) = (0, 0);
    for table in &tables(&test).await {
        let name = table.name.as_str();
        assert!(told.contains(name), "{name} is not in the export");
        for column in table.columns.iter().filter(|column| is_marked(name, &column.name)) {
            let marker = marker("mkone", name, &column.name);
            let bytes = STANDARD.encode(&marker);
            match (column.kind, table.is_secret(&column.name)) {
                (Kind::Text, false) => {
                    assert!(all.contains(&marker), "{marker}");
                    texts += 1;
                }
                (Kind::Bytes, false) => assert!(all.contains(&bytes), "{marker}"),
                (Kind::Text | Kind::Bytes, true) => {
                    assert!(!all.contains(&marker) && !all.contains(&bytes), "{marker}");
                    secrets += 1;
                }
                _ => {}
            }
        }
    }
    assert!(texts > 40 && secrets >= 5, "{texts} texts, {secrets} secrets");
}

#[tokio::test]
async fn an_erased_tenant_is_nowhere_and_its_neighbour_is_whole() {
    let test = TestApp::new().await;
    let (one, two) = (seeds::tenant(&test, "mkone").await, seeds::tenant(&test, "mktwo").await);
    let before = dump(&test.app, &two, &Whose::Tenants).await;
    let wanted = test.folder().map(|_| true);
    assert_eq!(in_files(&test, "mkone").await, wanted);
    let removed = erase_tenant(&test.app, &one).await.unwrap();
    test.app.database().shred().await.unwrap();
    assert_eq!(in_files(&test, "mkone").await, wanted.map(|_| false));
    assert_eq!(in_files(&test, "mktwo").await, wanted);
    assert_eq!(dump(&test.app, &one, &Whose::Tenants).await, []);
    for table in tables(&test).await {
        assert!(removed.get(&table.name).is_some_and(|count| *count > 0), "{removed:?}");
    }
    assert_eq!(dump(&test.app, &two, &Whose::Tenants).await, before);
    assert_eq!(test.app.read(&two, verify_events).await.unwrap().entries, 2);
    assert_eq!(erase_tenant(&test.app, &one).await.unwrap_err().code(), "not_found");
}

#[tokio::test]
async fn an_erasure_that_was_cut_off_goes_on() {
    let test = TestApp::new().await;
    let one = seeds::tenant(&test, "mkone").await;
    test.app.write(&one, crate::tenants::begin_to_erase).await.unwrap();
    // Cut off, and somebody still wrote.
    let some = async |scope: &crate::kernel::Scope| {
        for table in ["rollups", "event_payloads", "jobs", "ticket_facts"] {
            let sql = format!("DELETE FROM {table} WHERE tenant_id = $1");
            scope.tx().execute_raw(scope.sql(&sql, [])).await?;
        }
        Ok(())
    };
    test.app.write(&one, some).await.unwrap();
    erase_tenant(&test.app, &one).await.unwrap();
    assert_eq!(dump(&test.app, &one, &Whose::Tenants).await, []);
}

#[tokio::test]
async fn only_the_operator_erases_a_tenant() {
    let test = TestApp::new().await;
    let one = test.tenant("mkone").await;
    let stranger = crate::kernel::Actor::Client(test.app.new_id());
    let refused = erase_tenant(&test.app, &Caller { actor: stranger, ..one.clone() }).await;
    assert_eq!(refused.unwrap_err().code(), "unauthenticated");
    test.app.read(&one, verify_events).await.unwrap();
}
