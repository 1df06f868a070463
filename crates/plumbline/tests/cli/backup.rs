//! `plumbline backup` and `plumbline restore`

use std::fmt::Write;
use std::fs;
use std::process::Stdio;

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, SqliteConnection};
use tokio::runtime::Runtime;

use crate::bench::{Bench, Ended, Server, mode};
use crate::client::get;

fn bench() -> Bench {
    let bench = Bench::new();
    Ended::from(bench.create_tenant("acme").output().unwrap()).json();
    bench
}

fn backup(bench: &Bench, name: &str) -> Value {
    bench.run(["backup", name, "--json"]).json()
}

/// Tickets `from` to `to`, two events each.
fn rows(from: u32, to: u32) -> String {
    let mut text = "ticket,time,kind,actor\n".to_owned();
    for ticket in from..to {
        let at = format!("2026-01-{:02}T09:{:02}:00Z", ticket % 28 + 1, ticket % 60);
        writeln!(text, "{ticket},{at},created,\n{ticket},{at},message,ann").unwrap();
    }
    text
}

#[test]
fn a_backup_becomes_a_folder_again() {
    let bench = bench();
    bench.file("rows.csv", &rows(0, 50));
    let import = ["import", "tickets", "--tenant", "acme", "--json", "rows.csv"];
    assert_eq!(bench.run(import).json()["changed"], 50);
    let told = backup(&bench, "backup");
    assert_eq!(told["master_key"], json!(true));
    let file = bench.path("backup");
    assert_eq!(
        (mode(&file), told["bytes"].as_u64()),
        (0o600, Some(file.metadata().unwrap().len()))
    );
    let restored = bench.run(["restore", "backup", "--data-dir", "restored", "--json"]).json();
    assert_eq!(restored, json!({ "data_dir": "restored", "upgrade_needed": false }));
    for file in ["plumbline.db", "master.key"] {
        assert_eq!(mode(&bench.path("restored").join(file)), 0o600, "{file}");
    }
    let key = |folder: &str| fs::read(bench.path(folder).join("master.key")).unwrap();
    assert_eq!(key("restored"), key("data"));
    let database = fs::read(bench.path("restored/plumbline.db")).unwrap();
    let secret = key("data");
    let secret = secret.trim_ascii_end();
    assert!(!database.windows(secret.len()).any(|part| part == secret), "the key is left in it");
    // Everything is there: the same file again changes nothing, and the server signs with the old keys.
    let again = bench.run(import.iter().chain(&["--data-dir", "restored"])).json();
    assert_eq!((&again["accepted"], &again["changed"]), (&json!(100), &json!(0)));
    assert_eq!(bench.run(["doctor", "--data-dir", "restored"]).exit, 0);
    let keys = |folder: &str| {
        let args = ["serve", "--listen", "127.0.0.1:0", "--data-dir", folder];
        let server = Server::start(bench.command(args));
        let keys = get(server.api.unwrap(), "/t/acme/.well-known/jwks.json");
        assert_eq!((keys.0, server.stop()), (200, Some(0)));
        keys.1
    };
    assert_eq!(keys("restored"), keys("data"));
}

#[test]
fn a_backup_is_one_moment_of_a_folder_in_use() {
    let bench = bench();
    let server = Server::start(bench.command(["serve", "--listen", "127.0.0.1:0"]));
    bench.file("rows.csv", &rows(0, 3_000));
    let import = ["import", "tickets", "--tenant", "acme", "--json", "rows.csv"];
    let mut command = bench.command(import);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut taken = 0;
    while child.try_wait().unwrap().is_none() || taken == 0 {
        backup(&bench, &format!("backup-{taken}"));
        taken += 1;
    }
    // Nobody was in the import's way.
    Ended::from(child.wait_with_output().unwrap()).json();
    assert_eq!(server.stop(), Some(0));
    for number in 0..taken {
        let folder = format!("restored-{number}");
        let name = format!("backup-{number}");
        bench.run(["restore", &name, "--data-dir", &folder, "--json"]).json();
        let doctor = bench.run(["doctor", "--data-dir", &folder]);
        assert_eq!(doctor.exit, 0, "{}", doctor.out);
        // What it lacks can be imported, and then nothing is missing or doubled.
        let import = [&import[..], &["--data-dir", &folder]].concat();
        bench.run(&import).json();
        let again = bench.run(&import).json();
        assert_eq!((&again["accepted"], &again["changed"]), (&json!(6_000), &json!(0)));
    }
}

#[test]
fn a_key_that_is_kept_elsewhere_stays_there() {
    let bench = bench();
    let key = bench.data().join("master.key");
    let told = bench.run(["backup", "without", "--without-key", "--json"]).json();
    assert_eq!(told["master_key"], json!(false));
    let key_file = key.to_str().unwrap();
    let told = bench.run(["backup", "given", "--master-key-file", key_file]);
    assert!(told.out.contains("The master key is NOT in it"), "{}{}", told.out, told.err);
    let restore = ["restore", "without", "--data-dir", "restored"];
    bench.run(restore).failed(1, &["taken without the master key", "--master-key-file"]);
    bench.file("other", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
    let other = bench.run(restore.iter().chain(&["--master-key-file", "other"]));
    other.failed(1, &["the key is not the backup's", "another master key"]);
    assert_eq!(bench.run(restore.iter().chain(&["--master-key-file", key_file])).exit, 0);
    assert!(!bench.path("restored/master.key").exists());
    // A folder whose key is lost is backed up on request alone.
    fs::remove_file(&key).unwrap();
    bench.run(["backup", "lost"]).failed(1, &["master.key is gone", "--without-key"]);
    assert_eq!(bench.run(["backup", "lost", "--without-key"]).exit, 0);
}

#[test]
fn nothing_is_overwritten_and_nothing_half_is_left() {
    let bench = bench();
    bench.file("taken", "mine");
    bench.run(["backup", "taken"]).failed(1, &["no backup was made at taken", "already"]);
    assert_eq!(fs::read_to_string(bench.path("taken")).unwrap(), "mine");
    bench.run(["backup", "no/where"]).failed(1, &["no/where", "make its folder first"]);
    bench
        .run(["backup", "x", "--data-dir", "nothing"])
        .failed(1, &["there is no database in nothing", "--data-dir"]);
    assert!(!bench.path("nothing").exists());
    // What a backup that was killed has left is in nobody's way.
    bench.file("killed.unfinished", "half");
    backup(&bench, "killed");
    let held = fs::File::create(bench.path("busy.unfinished")).unwrap();
    held.lock().unwrap();
    bench.run(["backup", "busy"]).failed(1, &["another backup is under way there"]);
    drop(held);
    backup(&bench, "busy");
    for name in ["killed", "busy", "taken"] {
        assert!(!bench.path(&format!("{name}.unfinished")).exists());
    }
}

#[test]
fn a_folder_with_anything_in_it_is_left_alone() {
    let bench = bench();
    backup(&bench, "backup");
    bench.run(["restore", "backup"]).failed(1, &["is not empty", "into a new folder"]);
    let server = Server::start(bench.command(["serve", "--listen", "127.0.0.1:0"]));
    bench.run(["restore", "backup"]).failed(1, &["is not empty"]);
    assert_eq!(server.stop(), Some(0));
    fs::create_dir(bench.path("other")).unwrap();
    bench.file("other/notes", "mine");
    let ended = bench.run(["restore", "backup", "--data-dir", "other"]);
    ended.failed(1, &["other is not empty: `notes` is in it"]);
    assert_eq!(fs::read_dir(bench.path("other")).unwrap().count(), 2, "the notes and the lock");
    fs::create_dir(bench.path("busy")).unwrap();
    let held = fs::File::create(bench.path("busy/plumbline.lock")).unwrap();
    held.lock().unwrap();
    let ended = bench.run(["restore", "backup", "--data-dir", "busy"]);
    ended.failed(1, &["another command is at work in busy"]);
}

#[test]
fn what_is_no_backup_is_not_restored() {
    let bench = bench();
    backup(&bench, "backup");
    let restore = |name: &str| bench.run(["restore", name, "--data-dir", "restored"]);
    restore("nothing").failed(1, &["nothing was not restored: No such file"]);
    restore("password").failed(1, &["password was not restored", "not a database"]);
    restore("data/plumbline.db").failed(1, &["it is no backup; `plumbline backup` makes one"]);
    let bytes = fs::read(bench.path("backup")).unwrap();
    fs::write(bench.path("half"), &bytes[..bytes.len() / 2]).unwrap();
    let half = restore("half");
    half.failed(1, &["half was not restored"]);
    assert!(half.err.contains("damaged") || half.err.contains("malformed"), "{}", half.err);
    fs::copy(bench.path("backup"), bench.path("later")).unwrap();
    change(&bench, "later", "INSERT INTO seaql_migrations VALUES ('m20991231_000001_later', 0)");
    restore("later").failed(1, &["later is newer than this program", "use the newer program"]);
    // Of all that nothing is left, and the folder takes the right one.
    assert_eq!(restore("backup").exit, 0);
}

#[test]
fn an_older_folder_is_backed_up_and_restored_as_it_is() {
    let bench = bench();
    forget_the_kpis(&bench);
    backup(&bench, "backup");
    let told = bench.run(["restore", "backup", "--data-dir", "restored", "--json"]).json();
    assert_eq!(told["upgrade_needed"], json!(true));
    bench
        .run(["tenant", "list", "--data-dir", "restored"])
        .failed(1, &["is older than this program"]);
    assert_eq!(bench.run(["migrate", "--data-dir", "restored"]).exit, 0);
    let list = bench.run(["tenant", "list", "--data-dir", "restored", "--json"]).json();
    assert_eq!(list[0]["slug"], "acme");
    change(
        &bench,
        "data/plumbline.db",
        "INSERT INTO seaql_migrations VALUES ('m20991231_000001_later', 0)",
    );
    bench.run(["backup", "later"]).failed(1, &["is newer than this program"]);
}

#[test]
fn a_server_has_tools_of_its_own() {
    let bench = Bench::new();
    let url = ["--database-url", "postgres://a:hunter2@nowhere.test/b"];
    let ended = bench.run(["backup", "x"].iter().chain(&url));
    ended.failed(2, &["postgres://a@nowhere.test/b", "pg_dump --format custom", "BYPASSRLS"]);
    let ended = bench.run(["restore", "x"].iter().chain(&url));
    ended.failed(2, &["postgres://a@nowhere.test/b", "pg_restore", "roles.sql"]);
}

/// A migration that is forgotten, with all it has made, is a schema of before.
fn forget_the_kpis(bench: &Bench) {
    let views = "SELECT 'DROP VIEW ' || name FROM sqlite_schema WHERE type = 'view'";
    let drops: Vec<String> = Runtime::new().unwrap().block_on(async {
        let mut connection = open(bench, "data/plumbline.db").await;
        sqlx::query_scalar(views).fetch_all(&mut connection).await.unwrap()
    });
    let tables =
        ["rollups", "dirty_cells", "ticket_facts"].map(|name| format!("DROP TABLE {name}"));
    let record = "DELETE FROM seaql_migrations WHERE version LIKE '%_kpis'".to_owned();
    for sql in drops.into_iter().chain(tables).chain([record]) {
        change(bench, "data/plumbline.db", &sql);
    }
}

fn change(bench: &Bench, file: &str, sql: &str) {
    Runtime::new().unwrap().block_on(async {
        let mut connection = open(bench, file).await;
        connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
    });
}

async fn open(bench: &Bench, file: &str) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(bench.path(file));
    SqliteConnection::connect_with(&options).await.unwrap()
}
