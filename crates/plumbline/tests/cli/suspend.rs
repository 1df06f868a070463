//! `plumbline tenant suspend` and `resume`, beside a server that serves.

use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use domain::testing::TestApp;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::bench::{Bench, Ended, Server, on_server};
use crate::client::{Answer, request, send};

const SIGN_IN: &str =
    "grant_type=password&username=a%40acme.test&password=correct+horse+battery+staple";
/// Much longer than a process believes what it has read.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_suspended_tenants_tokens_are_refused_until_it_is_resumed() {
    let runtime = Runtime::new().unwrap();
    let test = runtime.block_on(TestApp::new());
    let bench = Bench::new();
    let command = |args: &[&str]| {
        let mut command = bench.command(args);
        if let Some(url) = test.url() {
            on_server(&mut command, &url);
        }
        command
    };
    let run = |args: &[&str]| Ended::from(command(args).output().unwrap());
    let create = ["tenant", "create", "acme", "--name", "Acme", "--admin-email", "a@acme.test"];
    run(&[&create[..], &["--admin-password-file", "password", "--json"]].concat()).json();
    let server = Server::start(command(&["serve", "--listen", "127.0.0.1:0"]));
    let api = server.api.unwrap();
    let answer = sign_in(api);
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(teams(api, token), 200);

    let told = run(&["tenant", "suspend", "acme", "--json"]).json();
    assert_eq!(told["state"], json!("suspended"));
    until(|| teams(api, token) == 401);
    until(|| sign_in(api).status == 400);
    let list = run(&["tenant", "list"]);
    assert!(list.out.trim_end().ends_with("Acme  (suspended)"), "{}", list.out);
    run(&["tenant", "suspend", "acme"]).failed(1, &["`acme` is suspended already"]);

    let told = run(&["tenant", "resume", "acme"]);
    assert!(told.out.starts_with("The tenant `acme` is in use again"), "{}", told.err);
    until(|| teams(api, token) == 200);
    let twice = run(&["tenant", "resume", "acme", "--json"]);
    twice.failed(1, &["{\"error\":{\"code\":\"tenant_active\"", "is active already"]);
    run(&["tenant", "suspend", "other"]).failed(1, &["no tenant `other`", "tenant list"]);
    assert_eq!(server.stop(), Some(0));
}

#[track_caller]
fn until(mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "it never came");
        sleep(Duration::from_millis(50));
    }
}

fn teams(address: SocketAddr, token: &str) -> u16 {
    let head = format!("Authorization: Bearer {token}\r\n");
    ask(address, "GET", "/v1/teams", &head, "").status
}

fn sign_in(address: SocketAddr) -> Answer {
    let head = "Content-Type: application/x-www-form-urlencoded\r\n";
    ask(address, "POST", "/t/acme/oauth/token", head, SIGN_IN)
}

fn ask(address: SocketAddr, method: &str, path: &str, head: &str, body: &str) -> Answer {
    send(address, request(method, path, head, body).as_bytes()).expect("an answer")
}
