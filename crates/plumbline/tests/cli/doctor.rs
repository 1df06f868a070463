//! `plumbline doctor`

use std::fs::{self, Permissions};
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use domain::testing::TestApp;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tokio::runtime::Runtime;

use crate::bench::{Bench, Ended, MASTER_KEY};

fn bench() -> Bench {
    let bench = Bench::new();
    Ended::from(bench.create_tenant("acme").output().unwrap()).json();
    bench
}

/// What doctor says, whatever its exit code.
#[track_caller]
fn told(ended: &Ended) -> Value {
    let told: Value = serde_json::from_str(&ended.out).expect(&ended.err);
    assert_eq!(ended.exit, i32::from(told["ok"] == json!(false)), "{}", ended.err);
    told
}

/// That one finding is there, in its words.
#[track_caller]
fn finds(ended: &Ended, check: &str, outcome: &str, words: &[&str]) {
    let told = told(ended);
    let fits = |it: &&Value| {
        let text = format!("{} {}", it["message"], it["advice"]);
        it["check"] == check
            && it["outcome"] == outcome
            && words.iter().all(|word| text.contains(word))
    };
    let found = told["checks"].as_array().unwrap().iter().find(fits);
    assert!(found.is_some(), "no {outcome} of {check} with {words:?} in {told:#}");
}

fn doctor(bench: &Bench, args: &[&str]) -> Ended {
    bench.run(["doctor", "--json"].iter().chain(args))
}

#[test]
fn a_sound_folder_is_told_line_by_line() {
    let bench = bench();
    let ended = bench.run(["doctor"]);
    assert_eq!((ended.exit, ended.err.as_str()), (0, ""), "{}", ended.out);
    for check in ["configuration", "public URL", "data folder", "schema", "database", "jobs"] {
        let line = ended.out.lines().find(|line| line.contains(check));
        assert!(line.is_some_and(|line| line.starts_with("ok ")), "{check}: {}", ended.out);
    }
    assert!(ended.out.contains("it opens 2 signing keys of 1 tenant\n"), "{}", ended.out);
    assert!(!ended.out.contains('\u{1b}'), "no colours where nobody sees them");
    finds(&doctor(&bench, &[]), "configuration", "ok", &["0 flags, 1 variable and 0 lines"]);
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let bench = Bench::new();
    finds(&doctor(&bench, &[]), "data folder", "warning", &["there is none yet", "data_dir"]);
    assert!(!bench.data().exists());
    fs::create_dir(bench.data()).unwrap();
    finds(&doctor(&bench, &[]), "database", "warning", &["there is none yet"]);
    assert_eq!(fs::read_dir(bench.data()).unwrap().count(), 0);
    fs::remove_dir(bench.data()).unwrap();
    bench.file("data", "");
    finds(&doctor(&bench, &[]), "data folder", "error", &["is a file and not a folder"]);
}

#[test]
fn what_others_may_read_is_found() {
    let bench = bench();
    let key = bench.data().join("master.key");
    fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(bench.data(), Permissions::from_mode(0o755)).unwrap();
    let ended = bench.run(["doctor"]);
    assert_eq!(ended.exit, 1);
    assert!(ended.err.starts_with("error: 1 of "), "{}", ended.err);
    let words = format!("-> `chmod 600 {}`", key.display());
    assert!(ended.out.contains(&words), "{}", ended.out);
    let json = doctor(&bench, &[]);
    finds(&json, "file modes", "error", &["master.key has the mode 0640"]);
    finds(&json, "data folder", "warning", &["has the mode 0755", "chmod 700"]);
}

#[test]
fn a_key_that_is_gone_or_anothers_is_found() {
    let bench = bench();
    let key = bench.data().join("master.key");
    fs::write(&key, MASTER_KEY).unwrap();
    finds(&doctor(&bench, &[]), "master key", "error", &["sealed with another master key"]);
    fs::remove_file(&key).unwrap();
    finds(&doctor(&bench, &[]), "master key", "error", &["master.key is gone"]);
    fs::write(&key, "nonsense").unwrap();
    finds(&doctor(&bench, &[]), "master key", "error", &["32 bytes in base64"]);
}

#[test]
fn a_database_that_is_damaged_older_or_newer_is_found() {
    let bench = bench();
    change(&bench, "INSERT INTO seaql_migrations VALUES ('m20991231_000001_later', 0)");
    finds(&doctor(&bench, &[]), "schema", "error", &["is newer than this program"]);
    change(
        &bench,
        "DELETE FROM seaql_migrations WHERE version LIKE 'm2099%' OR version LIKE '%_kpis'",
    );
    finds(&doctor(&bench, &[]), "schema", "error", &["is older", "plumbline migrate"]);
    let file = bench.data().join("plumbline.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes[100..].fill(7);
    fs::write(&file, bytes).unwrap();
    finds(&doctor(&bench, &[]), "schema", "error", &["malformed", "plumbline restore"]);
    fs::write(&file, "nonsense".repeat(1_000)).unwrap();
    finds(&doctor(&bench, &[]), "schema", "error", &["not a database", "plumbline restore"]);
}

#[test]
fn damage_that_only_a_look_at_every_page_finds_is_found() {
    let bench = bench();
    let page = scalar(&bench, "SELECT rootpage FROM sqlite_schema WHERE name = 'ticket_histories'");
    let size = scalar(&bench, "PRAGMA page_size");
    let at = usize::try_from((page - 1) * size).unwrap();
    let file = bench.data().join("plumbline.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes[at..at + 64].fill(7);
    fs::write(&file, bytes).unwrap();
    finds(&doctor(&bench, &[]), "database", "error", &["it is damaged", "plumbline restore"]);
}

#[test]
fn work_that_nobody_does_is_found() {
    let bench = bench();
    let job = |id: u8, state: &str| {
        format!(
            "INSERT INTO jobs (tenant_id, id, kind, payload, state, due_at, attempt, max_attempts, token, created_at) \
             SELECT id, x'0{id}', 'nothing', 'null', '{state}', '2020-01-01T00:00:00.000000+00:00', 0, 1, 0, '2020-01-01T00:00:00.000000+00:00' FROM tenants"
        )
    };
    change(&bench, &job(1, "ready"));
    change(&bench, &job(2, "dead"));
    let nobody = "INSERT INTO dirty_cells (tenant_id, measure, agent_id, queue_id, channel, month, days) \
                  SELECT id, 1, zeroblob(16), zeroblob(16), 1, 1, 1 FROM tenants";
    change(&bench, nobody);
    let ended = doctor(&bench, &[]);
    finds(&ended, "jobs", "warning", &["given up: 1", "last_error"]);
    finds(&ended, "jobs", "warning", &["due for", "plumbline worker"]);
    finds(&ended, "numbers", "warning", &["`acme` wait", "plumbline import"]);
}

#[test]
fn an_address_that_clients_cannot_use_is_found() {
    let bench = Bench::new();
    let finds = |args: &[&str], outcome: &str, words: &[&str]| {
        finds(&doctor(&bench, args), "public URL", outcome, words);
    };
    finds(&["--listen", "0.0.0.0:8080"], "error", &["no client can open", "set public_url"]);
    finds(&["--public-url", "http://kpi.test"], "warning", &["not encrypted", "https://"]);
    finds(&["--public-url", "https://kpi.test/kpi"], "warning", &["has the path /kpi"]);
    finds(&["--public-url", "http://localhost:81"], "warning", &["not the port"]);
    let twice = ["--public-url", "https://a.test", "--previous-public-urls", "https://a.test"];
    finds(&twice, "warning", &["among previous_public_urls"]);
    finds(&["--public-url", "https://kpi.test"], "ok", &["https://kpi.test"]);
    finds(&["--public-url", "http://localhost:8080"], "ok", &["localhost"]);
}

#[test]
fn servers_that_are_away_or_silent_are_said() {
    let bench = Bench::new();
    // Nobody listens on the discard port of this machine, and somebody who never answers on the other.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut client in silent.incoming().flatten() {
            std::thread::spawn(move || client.read_to_end(&mut Vec::new()));
        }
    });
    for port in [9, port] {
        let database = format!("postgres://a:hunter2@127.0.0.1:{port}/b");
        let redis = format!("redis://127.0.0.1:{port}");
        let ended = doctor(&bench, &["--database-url", &database, "--redis-url", &redis]);
        finds(&ended, "database", "error", &["there is no way into postgres://a@127", "login"]);
        finds(&ended, "redis", "error", &["redis_url"]);
        assert!(!ended.out.contains("hunter2"), "{}", ended.out);
    }
}

#[test]
fn redis_says_its_version() {
    #[expect(clippy::disallowed_methods, reason = "the one way a test run names a Redis server")]
    let Ok(url) = std::env::var("PLUMBLINE_TEST_REDIS_URL") else { return };
    let bench = Bench::new();
    finds(&doctor(&bench, &["--redis-url", &url]), "redis", "ok", &["version ", "answers in"]);
}

/// What the owner of a server does, and what doctor then says of it.
const OPENINGS: &[(&str, &str, &[&str])] = &[
    ("ALTER TABLE teams NO FORCE ROW LEVEL SECURITY", "tenants apart", &["the table teams"]),
    ("DROP POLICY tenant ON people", "tenants apart", &["the table people", "roles.sql"]),
    ("DELETE FROM seaql_migrations WHERE version LIKE '%_kpis'", "schema", &["is older"]),
];

#[test]
fn a_server_is_looked_at_from_all_sides() {
    let runtime = Runtime::new().unwrap();
    let test = runtime.block_on(TestApp::new());
    let Some(owner) = test.url() else { return };
    let (_, rest) = owner.split_once('@').unwrap();
    let url = format!("postgres://plumbline_runtime@{rest}");
    runtime.block_on(test.tenant("acme"));
    let bench = Bench::new();
    let ask = |url: &str, key: &str| {
        let mut command = bench.command(["doctor", "--json", "--database-url", url]);
        Ended::from(command.env("PLUMBLINE_MASTER_KEY", key).output().unwrap())
    };
    let ended = ask(&url, MASTER_KEY);
    assert_eq!(ended.exit, 0, "{}", ended.out);
    finds(&ended, "tenants apart", "ok", &["binds every table"]);
    finds(&ended, "login", "ok", &["`plumbline_runtime` is bound"]);
    finds(&ended, "clock", "ok", &["differs from ours"]);
    finds(&ended, "connections", "ok", &["up to 10"]);
    finds(&ended, "master key", "ok", &["2 signing keys of 1 tenant"]);
    finds(&ask(&owner, MASTER_KEY), "login", "error", &["`plumbline_owner` owns"]);
    finds(&ask(&url, ""), "master key", "error", &["must be given", "openssl"]);
    let other = MASTER_KEY.replace("BwcH", "AwcH");
    finds(&ask(&url, &other), "master key", "error", &["another master key"]);
    runtime.block_on(async {
        let mut owner = PgConnection::connect(&owner).await.unwrap();
        for (opening, check, words) in OPENINGS {
            owner.execute(*opening).await.unwrap();
            finds(&ask(&url, MASTER_KEY), check, "error", words);
        }
    });
}

fn change(bench: &Bench, sql: &str) {
    Runtime::new().unwrap().block_on(async {
        let mut connection = open(bench).await;
        connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
    });
}

fn scalar(bench: &Bench, sql: &'static str) -> i64 {
    Runtime::new().unwrap().block_on(async {
        let mut connection = open(bench).await;
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
    })
}

async fn open(bench: &Bench) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(bench.data().join("plumbline.db"));
    SqliteConnection::connect_with(&options).await.unwrap()
}
