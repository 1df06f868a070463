//! Every change of the schema can be taken back and made again. Nothing here names one.

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use crate::testing::TestApp;

/// Everything that SQLite keeps of a schema.
const SQLITE: &str = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1";

/// Tables, columns, keys, indexes, policies, rights and views.
const POSTGRES: &str = "
    SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || a.attstorage::text
           || ' ' || c.relrowsecurity || ' ' || c.relforcerowsecurity AS line
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT tablename || ' ' || policyname || ' ' || roles::text || ' ' || cmd || ' ' || coalesce(qual, '') FROM pg_policies WHERE schemaname = 'public'
    UNION ALL SELECT relname || ' ' || coalesce(relacl::text, '') || ' ' || coalesce(reloptions::text, '') FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public'
    ORDER BY 1";

async fn catalogue(connection: &DatabaseConnection) -> Vec<String> {
    let backend = connection.get_database_backend();
    let sql = if backend == DbBackend::Postgres { POSTGRES } else { SQLITE };
    let rows = connection.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    rows.into_iter().map(|row| row.try_get("", "line").unwrap()).collect()
}

#[tokio::test]
async fn every_change_can_be_taken_back_and_made_again() {
    let test = TestApp::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}?mode=rwc", folder.path().join("changes.db").display());
    let connection = Database::connect(test.url().unwrap_or(file)).await.unwrap();
    Migrator::up(&connection, None).await.unwrap();
    let mut steps = Vec::new();
    for _ in Migrator::migrations() {
        steps.push(catalogue(&connection).await);
        Migrator::down(&connection, Some(1)).await.unwrap();
    }
    let empty = catalogue(&connection).await;
    assert!(empty.iter().all(|line| line.contains("seaql_migrations")), "{empty:#?}");
    while let Some(then) = steps.pop() {
        Migrator::up(&connection, Some(1)).await.unwrap();
        assert_eq!(catalogue(&connection).await, then);
    }
    connection.close().await.unwrap();
}
