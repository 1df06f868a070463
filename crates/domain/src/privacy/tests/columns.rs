//! What each column says of people, and which are secrets. A new one fails until somebody has said it here.

use std::collections::BTreeSet;

use crate::kernel::catalogue::{self, Kind, Table};
use crate::kernel::export::{PERSON_COLUMNS, USER_COLUMNS};
use crate::testing::TestApp;

/// Texts that name a person. Erasing one empties or removes them; `people.rs` beside this proves it.
const NAMES_PEOPLE: &[(&str, &str)] = &[
    ("event_payloads", "payload"),
    ("external_identities", "external_id"),
    ("people", "employee_no locale name time_zone work_email"),
    ("users", "email password_hash"),
];

/// Texts that name nobody of the tenant's people: words of ours, what tickets are about, and what somebody calls a thing. A customer is
/// none of the tenant's people, and a ticket's words are the source's, which is where they are erased.
const NAMES_NOBODY: &[(&str, &str)] = &[
    ("api_clients", "name scopes state"),
    (
        "connections",
        "account_name base_url field_mapping helpdesk name state system trouble trouble_code",
    ),
    ("customers", "external_id name organisation organisation_external_id"),
    ("dirty_cells", "channel"),
    ("events", "actor kind request_id subject"),
    ("hooks", "scheme settings trouble trouble_code"),
    ("idempotency_keys", "key"),
    ("inbox", "state"),
    ("import_mappings", "name text"),
    ("jobs", "kind last_error payload request_id state trace_parent unique_key"),
    ("people", "state"),
    ("queues", "external_id name"),
    ("ratings", "comment external_id ticket"),
    ("refresh_tokens", "state"),
    ("role_grants", "role"),
    ("rollups", "channel"),
    ("signing_keys", "algorithm state"),
    ("sla_targets", "clock metric policy progress source_metric ticket"),
    ("sync_runs", "kind state trouble trouble_code"),
    ("sync_streams", "checkpoint name trouble trouble_code"),
    ("teams", "kind name state"),
    ("tenants", "name slug state time_zone week_start"),
    ("ticket_facts", "channel"),
    ("ticket_histories", "events"),
    ("tickets", "channel external_id initiated_by merged_into priority status tags"),
    ("users", "state"),
];

/// Ids of what is no person and no user.
const OTHER_IDS: &[&str] = &[
    "connection_id",
    "customer_id",
    "family",
    "hook_id",
    "id",
    "parent_id",
    "queue_id",
    "team_id",
    "tenant_id",
    "ticket_id",
];

/// Bytes that are no secret.
const NO_SECRETS: &[(&str, &str)] = &[
    ("dirty_tickets", "tickets"),
    ("erased_identities", "digest"),
    ("event_heads", "hash"),
    ("event_payloads", "salt"),
    ("events", "digest hash"),
    ("idempotency_keys", "request"),
    // What sources told, in their own words: gone a week after it was worked off, as the tickets of it are here.
    ("inbox", "body delivery"),
    ("rollups", "cells"),
    ("signing_keys", "public_key"),
];

async fn tables() -> Vec<Table> {
    let test = TestApp::new().await;
    test.app.system_read(async |scope| catalogue::tables(scope.tx()).await).await.unwrap()
}

fn of<'t>(tables: &'t [Table], kinds: &[Kind]) -> BTreeSet<(&'t str, &'t str)> {
    let columns = |table: &'t Table| {
        let mine = table.columns.iter().filter(|it| kinds.contains(&it.kind));
        mine.map(|column| (table.name.as_str(), column.name.as_str())).collect::<Vec<_>>()
    };
    tables.iter().flat_map(columns).collect()
}

fn listed<'l>(lists: &[&'l [(&'l str, &'l str)]]) -> BTreeSet<(&'l str, &'l str)> {
    let all = lists.iter().flat_map(|list| list.iter());
    all.flat_map(|(table, columns)| columns.split(' ').map(move |it| (*table, it))).collect()
}

#[tokio::test]
async fn every_text_is_said_to_name_people_or_not() {
    let tables = tables().await;
    let said = listed(&[NAMES_PEOPLE, NAMES_NOBODY]);
    let there = of(&tables, &[Kind::Text]);
    let missing: Vec<_> = there.symmetric_difference(&said).collect();
    assert!(missing.is_empty(), "say of these whether they name people: {missing:?}");
}

#[tokio::test]
async fn every_id_is_said_to_be_a_persons_or_not() {
    let known: Vec<_> = [PERSON_COLUMNS, USER_COLUMNS, OTHER_IDS].concat();
    for (table, column) in of(&tables().await, &[Kind::Uuid]) {
        assert!(
            known.contains(&column),
            "{table}.{column}: is it a person, and exported with them?"
        );
    }
}

#[tokio::test]
async fn every_secret_is_left_out_of_exports() {
    let tables = tables().await;
    let harmless = listed(&[NO_SECRETS]);
    for table in &tables {
        for column in &table.columns {
            let name = column.name.as_str();
            let words = ["hash", "secret", "password", "sealed", "token"];
            let like_one = column.kind == Kind::Bytes
                || column.kind == Kind::Text && words.iter().any(|it| name.contains(it));
            let harmless = harmless.contains(&(table.name.as_str(), name));
            assert!(
                !like_one || table.is_secret(name) != harmless,
                "{}.{name}: is it a secret?",
                table.name
            );
        }
    }
}
