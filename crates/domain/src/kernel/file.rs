//! A database in a file, looked at and copied from outside: for doctor, backup and restore.
//!
//! In a backup the master key may travel too: sealed secrets without their key are lost.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use super::{MasterKey, Result};

/// What SQLite finds wrong with a file. It reads all of it.
///
/// # Errors
/// Those of the database; a file that is no database is one.
pub async fn damage(file: &Path) -> Result<Vec<String>> {
    let mut connection = open(file).await?;
    let found: Vec<String> =
        sqlx::query_scalar("PRAGMA quick_check(10)").fetch_all(&mut connection).await?;
    connection.close().await?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

/// How a file is written; `wal` is ours.
///
/// # Errors
/// Those of the database.
pub async fn journal_mode(file: &Path) -> Result<String> {
    let mut connection = open(file).await?;
    let mode = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(mode)
}

/// Copies a database as it is at this moment into a new or empty file. Whoever works with it goes on: one snapshot is read, and only
/// the copy is written.
///
/// # Errors
/// Those of the database, and of a disk that is full.
pub async fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut connection = open(from).await?;
    let to = to.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(to).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Marks a copy as a backup, with the keys in it or without any.
///
/// # Errors
/// Those of the database.
pub async fn enclose(copy: &Path, keys: &[MasterKey]) -> Result<()> {
    let mut connection = open(copy).await?;
    sqlx::query("CREATE TABLE plumbline_backup (master_key text)").execute(&mut connection).await?;
    for key in keys {
        sqlx::query("INSERT INTO plumbline_backup (master_key) VALUES ($1)")
            .bind(key.encode())
            .execute(&mut connection)
            .await?;
    }
    Ok(connection.close().await?)
}

/// Whether a file is a backup, and not a database that somebody copied.
///
/// # Errors
/// Those of the database.
pub async fn is_backup(file: &Path) -> Result<bool> {
    let mut connection = open(file).await?;
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'plumbline_backup'";
    let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(found == 1)
}

/// Takes the keys out of a copy of a backup, without leaving a trace of them there: the one that seals first.
///
/// # Errors
/// Those of the database; `master_key` when what is there is none.
pub async fn take_out(copy: &Path) -> Result<Vec<MasterKey>> {
    let mut connection = open(copy).await?;
    let sql = "SELECT master_key FROM plumbline_backup WHERE master_key IS NOT NULL ORDER BY rowid";
    let keys: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await?;
    sqlx::query("PRAGMA secure_delete = on").execute(&mut connection).await?;
    sqlx::query("DROP TABLE plumbline_backup").execute(&mut connection).await?;
    connection.close().await?;
    keys.iter().map(|key| MasterKey::parse(key)).collect()
}

async fn open(file: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file);
    let options = options.busy_timeout(Duration::from_secs(5));
    Ok(SqliteConnection::connect_with(&options).await?)
}
