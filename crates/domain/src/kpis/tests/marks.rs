//! Marks that were a row for each ticket, put together and taken apart again.

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use uuid::Uuid;

use crate::testing::{TestApp, run, unlock};

async fn read<T: sea_orm::TryGetable>(
    connection: &DatabaseConnection,
    column: &str,
) -> Vec<(Uuid, T)> {
    let sql = format!("SELECT tenant_id, {column} FROM dirty_tickets ORDER BY tenant_id, {column}");
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let row = |row: &sea_orm::QueryResult| {
        (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())
    };
    rows.iter().map(row).collect()
}

#[tokio::test]
async fn marks_that_were_rows_are_put_together_and_taken_apart_again() {
    let test = TestApp::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}?mode=rwc", folder.path().join("rows.db").display());
    let connection = Database::connect(test.url().unwrap_or(file)).await.unwrap();
    let all = Migrator::migrations();
    let before = all.iter().position(|it| it.name().ends_with("_marks")).unwrap();
    Migrator::down(&connection, None).await.unwrap();
    Migrator::up(&connection, Some(u32::try_from(before).unwrap())).await.unwrap();
    unlock(&connection, "dirty_tickets").await;
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut marked: Vec<_> = (1..=501).map(|ticket| (one, Uuid::from_u128(ticket))).collect();
    marked.push((two, Uuid::from_u128(1)));
    for (tenant, ticket) in &marked {
        let sql = "INSERT INTO dirty_tickets (tenant_id, ticket_id) VALUES ($1, $2)";
        run(&connection, sql, vec![(*tenant).into(), (*ticket).into()]).await;
    }
    Migrator::up(&connection, Some(1)).await.unwrap();
    unlock(&connection, "dirty_tickets").await;
    let together: Vec<(Uuid, Vec<u8>)> = read(&connection, "tickets").await;
    let lengths: Vec<_> = together.iter().map(|(whose, ids)| (*whose, ids.len() / 16)).collect();
    assert_eq!(lengths, [(one, 500), (one, 1), (two, 1)]);
    assert_eq!(together[1].1, Uuid::from_u128(501).into_bytes());
    Migrator::down(&connection, Some(1)).await.unwrap();
    unlock(&connection, "dirty_tickets").await;
    assert_eq!(read::<Uuid>(&connection, "ticket_id").await, marked);
    Migrator::up(&connection, None).await.unwrap();
    connection.close().await.unwrap();
}
