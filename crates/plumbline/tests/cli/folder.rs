//! The data folder.

use std::fs;
use std::process::Stdio;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::bench::{Bench, Ended, mode};

#[test]
fn a_folder_is_for_its_owner_alone() {
    let bench = Bench::new();
    assert_eq!(bench.run(["migrate"]).exit, 0);
    assert_eq!(mode(&bench.data()), 0o700);
    for file in ["plumbline.db", "master.key", "plumbline.lock"] {
        assert_eq!(mode(&bench.data().join(file)), 0o600, "{file}");
    }
}

#[test]
fn commands_that_meet_in_an_empty_folder_all_work() {
    let bench = Bench::new();
    let slugs = ["one", "two", "three", "four"];
    let children = slugs.map(|slug| {
        let mut command = bench.create_tenant(slug);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    });
    for child in children {
        Ended::from(child.wait_with_output().unwrap()).json();
    }
    let list = bench.run(["tenant", "list", "--json"]).json();
    assert_eq!(list.as_array().unwrap().len(), slugs.len());
    // All of them sealed with the same key.
    for slug in slugs {
        bench.run(["tenant", "rotate-keys", slug, "--json"]).json();
    }
}

#[test]
fn a_lost_master_key_is_not_replaced() {
    let bench = Bench::new();
    assert_eq!(bench.run(["migrate"]).exit, 0);
    let key = bench.data().join("master.key");
    let text = fs::read_to_string(&key).unwrap();
    fs::remove_file(&key).unwrap();
    bench.run(["tenant", "list"]).failed(1, &["master.key is gone", "--master-key-file"]);
    assert!(!key.exists());
    let mut given = bench.command(["tenant", "list", "--json"]);
    given.env("PLUMBLINE_MASTER_KEY", text);
    Ended::from(given.output().unwrap()).json();
}

#[test]
fn a_folder_that_cannot_be_is_refused() {
    let bench = Bench::new();
    let file = bench.file("file", "");
    let folder = file.join("data");
    let args = ["tenant", "list", "--data-dir", folder.to_str().unwrap()];
    bench.run(args).failed(1, &["error: the data folder", "cannot be made", "--data-dir"]);
    fs::create_dir(bench.data()).unwrap();
    bench.file("data/plumbline.db", "this is not a database, however long it may be; it is text");
    bench.run(["tenant", "list"]).failed(1, &["plumbline.db cannot be opened"]);
}

#[tokio::test]
async fn an_older_schema_is_upgraded_on_request_and_a_newer_one_never() {
    let bench = Bench::new();
    assert_eq!(bench.run(["migrate"]).exit, 0);
    change(&bench, "INSERT INTO seaql_migrations VALUES ('m20991231_000001_later', 0)").await;
    for command in [&["tenant", "list"][..], &["migrate"], &["serve"]] {
        bench.run(command).failed(1, &["is newer than this program", "m20991231_000001_later"]);
    }
    change(
        &bench,
        "DELETE FROM seaql_migrations WHERE version LIKE 'm2099%' OR version LIKE '%_kpis'",
    )
    .await;
    bench
        .run(["tenant", "list"])
        .failed(1, &["is older than this program", "plumbline migrate --data-dir"]);
}

async fn change(bench: &Bench, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(bench.data().join("plumbline.db"));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
