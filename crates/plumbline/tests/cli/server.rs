//! Processes that stay until they are stopped.

use serde_json::{Value, json};

use crate::bench::{Bench, Ended, Server};
use crate::client::{get, request, send};

#[test]
fn a_server_is_ready_and_stops_when_it_is_told_to() {
    let bench = Bench::new();
    let server = Server::start(bench.command(["serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(get(server.ops, "/healthz").0, 200);
    let (status, body) = get(server.ops, "/readyz");
    let ready: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, &ready["status"], &ready["database"]),
        (200, &json!("ready"), &json!("up"))
    );
    assert_eq!(get(server.api.unwrap(), "/v1/teams").0, 401);
    // A command beside it.
    Ended::from(bench.create_tenant("acme").output().unwrap()).json();
    assert_eq!(get(server.api.unwrap(), "/t/acme/.well-known/jwks.json").0, 200);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_halves_of_a_server_run_apart() {
    let bench = Bench::new();
    assert_eq!(bench.run(["migrate"]).exit, 0);
    let api = Server::start(bench.command(["api", "--listen", "127.0.0.1:0"]));
    let worker = Server::start(bench.command(["worker"]));
    assert!(api.api.is_some() && worker.api.is_none());
    assert_eq!(get(worker.ops, "/readyz").0, 200);
    assert_eq!((api.stop(), worker.stop()), (Some(0), Some(0)));
}

#[test]
fn without_redis_a_server_is_degraded_and_ready() {
    let bench = Bench::new();
    // Nobody listens on the discard port of this machine.
    let server = Server::start(bench.command([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--redis-url",
        "redis://127.0.0.1:9",
    ]));
    let (status, body) = get(server.ops, "/readyz");
    let ready: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, &ready["status"], &ready["redis"]),
        (200, &json!("degraded"), &json!("down"))
    );
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_page_of_an_allowed_origin_may_ask_and_no_other() {
    let bench = Bench::new();
    let mut command = bench.command(["serve", "--listen", "127.0.0.1:0"]);
    command.args(["--allowed-origins", "https://desk.example.com,http://localhost:5173"]);
    let server = Server::start(command);
    let ask = |method: &str, head: &str| {
        send(server.api.unwrap(), request(method, "/v1/teams", head, "").as_bytes()).unwrap()
    };
    let preflight = "Access-Control-Request-Method: PATCH\r\nAccess-Control-Request-Headers: authorization, idempotency-key, if-match\r\n";
    let allowed = ask("OPTIONS", &format!("Origin: https://desk.example.com\r\n{preflight}"));
    assert_eq!(allowed.status, 200, "{allowed:?}");
    assert!(allowed.head.contains("access-control-allow-origin: https://desk.example.com\r\n"));
    assert!(!allowed.head.contains("allow-credentials"), "{allowed:?}");
    // A refusal is read by the page, too.
    let refused = ask("GET", "Origin: http://localhost:5173\r\n");
    assert_eq!((refused.status, &refused.json()["code"]), (401, &json!("unauthenticated")));
    assert!(refused.head.contains("access-control-allow-origin: http://localhost:5173\r\n"));
    for header in ["idempotent-replayed", "ratelimit-remaining", "x-request-id"] {
        assert!(refused.head.contains(header), "{header}: {refused:?}");
    }
    for method in ["OPTIONS", "GET"] {
        let other = ask(method, &format!("Origin: https://evil.example\r\n{preflight}"));
        assert!(!other.head.contains("access-control-allow-origin"), "{other:?}");
    }
    for wrong in ["*", "https://desk.example.com/page", "desk.example.com"] {
        let ended = bench.run(["serve", "--allowed-origins", wrong]);
        assert_eq!(ended.exit, 2, "{wrong}: {}", ended.err);
    }
}

#[test]
fn a_port_that_is_taken_is_said() {
    let bench = Bench::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = bench.run(["serve", "--listen", &address, "--ops-listen", "127.0.0.1:0"]);
    assert_eq!(ended.exit, 1);
    let error = ended.err.lines().last().unwrap();
    assert!(error.starts_with(&format!("error: cannot listen on {address}")), "{error}");
}
