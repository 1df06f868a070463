//! Rows as a migration finds them, before anybody's entities fit.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, Value};

/// Runs a statement with values.
pub(crate) async fn run(connection: &DatabaseConnection, sql: &str, values: Vec<Value>) {
    let backend = connection.get_database_backend();
    connection.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
}

/// Whoever ownsa table is kept from its rows as well, unless they say otherwise.
pub(crate) async fn unlock(connection: &DatabaseConnection, table: &str) {
    if connection.get_database_backend() == DbBackend::Postgres {
        let sql = format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY");
        run(connection, &sql, Vec::new()).await;
    }
}
