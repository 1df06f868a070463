//! Events that were kept as rows, put together and taken apart again.

use chrono::{DateTime, Utc};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement, Value};
use uuid::Uuid;

use crate::testing::{TestApp, run, unlock};
use crate::tickets::entity::history::Model;
use crate::tickets::{ActorKind, Effect, StatusCategory};

const APART: &str = "INSERT INTO ticket_events (tenant_id, ticket_id, source_key, seq, at, kind, actor_kind, actor_id, effects, merged_into) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

#[derive(Clone, Debug, PartialEq)]
struct Row {
    ids: (Uuid, Uuid),
    key: Vec<u8>,
    seq: i32,
    at: DateTime<Utc>,
    kind: String,
    actor_kind: String,
    actor: Option<Uuid>,
    effects: String,
    merged_into: Option<String>,
}

async fn apart(connection: &DatabaseConnection) -> Vec<Row> {
    let backend = connection.get_database_backend();
    let sql = "SELECT * FROM ticket_events ORDER BY tenant_id, ticket_id, at, seq";
    let rows = connection.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    let row = |row: sea_orm::QueryResult| Row {
        ids: (row.try_get("", "tenant_id").unwrap(), row.try_get("", "ticket_id").unwrap()),
        key: row.try_get("", "source_key").unwrap(),
        seq: row.try_get("", "seq").unwrap(),
        at: row.try_get("", "at").unwrap(),
        kind: row.try_get("", "kind").unwrap(),
        actor_kind: row.try_get("", "actor_kind").unwrap(),
        actor: row.try_get("", "actor_id").unwrap(),
        effects: row.try_get("", "effects").unwrap(),
        merged_into: row.try_get("", "merged_into").unwrap(),
    };
    rows.into_iter().map(row).collect()
}

fn rows() -> Vec<Row> {
    let row = |ids: (u128, u128), seq: i32, micros: i64, effects: &str| Row {
        ids: (Uuid::from_u128(ids.0), Uuid::from_u128(ids.1)),
        key: Uuid::from_u128(seq as u128 + 1).into_bytes().to_vec(),
        seq,
        at: DateTime::from_timestamp_micros(1_700_000_000_000_000 + micros).unwrap(),
        kind: "said \"so\"".to_owned(),
        actor_kind: "human".to_owned(),
        actor: (seq > 0).then(|| Uuid::from_u128(7)),
        effects: effects.to_owned(),
        merged_into: (seq > 1).then(|| "12".to_owned()),
    };
    vec![
        row((1, 1), 0, 0, "[\"created\"]"),
        row((1, 1), 1, 0, "[{\"status\":\"solved\"},{\"tag\":\"größer\"}]"),
        row((1, 1), 2, 250_001, "[{\"merged\":null}]"),
        row((1, 2), 0, 500, "[]"),
        row((2, 1), 0, 1, "[]"),
    ]
}

#[tokio::test]
async fn events_that_were_rows_are_put_together_and_taken_apart_again() {
    let test = TestApp::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}?mode=rwc", folder.path().join("rows.db").display());
    let connection = Database::connect(test.url().unwrap_or(file)).await.unwrap();
    let all = Migrator::migrations();
    let before = all.iter().position(|it| it.name().ends_with("_histories")).unwrap();
    Migrator::down(&connection, None).await.unwrap();
    Migrator::up(&connection, Some(u32::try_from(before).unwrap())).await.unwrap();
    unlock(&connection, "ticket_events").await;
    for row in rows() {
        let values: Vec<Value> = vec![
            row.ids.0.into(),
            row.ids.1.into(),
            row.key.into(),
            row.seq.into(),
            row.at.into(),
            row.kind.into(),
            row.actor_kind.into(),
            row.actor.into(),
            row.effects.into(),
            row.merged_into.into(),
        ];
        run(&connection, APART, values).await;
    }
    Migrator::up(&connection, Some(1)).await.unwrap();
    unlock(&connection, "ticket_histories").await;
    let backend = connection.get_database_backend();
    let sql = "SELECT * FROM ticket_histories ORDER BY tenant_id, ticket_id";
    let found = connection.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|row| sea_orm::FromQueryResult::from_query_result(row, "").unwrap())
        .collect();
    let together: Vec<Vec<_>> = found.iter().map(|row: &Model| row.events().unwrap()).collect();
    assert_eq!(together.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1, 1]);
    let second = &together[0][1];
    assert_eq!((second.seq, second.at), (1, rows()[1].at));
    assert_eq!((second.actor_kind, second.kind.as_str()), (ActorKind::Human, "said \"so\""));
    assert_eq!(second.actor_id.map(|person| person.0), Some(Uuid::from_u128(7)));
    let effects = [Effect::Status(StatusCategory::Solved), Effect::Tag("größer".to_owned())];
    assert_eq!(second.effects, effects);
    assert_eq!(together[0][2].merged_into.as_deref(), Some("12"));
    // What is written anew reads as what was.
    let again = serde_json::to_string(&together[0]).unwrap();
    let again = Model { events: again, ..found[0].clone() };
    assert_eq!(again.events().unwrap(), together[0]);
    Migrator::down(&connection, Some(1)).await.unwrap();
    unlock(&connection, "ticket_events").await;
    let spaced = |rows: Vec<Row>| -> Vec<Row> {
        rows.into_iter().map(|row| Row { effects: row.effects.replace(' ', ""), ..row }).collect()
    };
    assert_eq!(spaced(apart(&connection).await), rows());
    Migrator::up(&connection, None).await.unwrap();
    connection.close().await.unwrap();
}
