//! What a process tells its operator.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::bench::{Bench, Ended, Server};
use crate::client::{Client, get, request, send};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const ROWS: &str = "ticket,time,kind,actor\n1,2026-01-05T09:00:00Z,created,\n1,2026-01-05T09:10:00Z,message:public,Ann Onymous\n";

/// A server with a tenant, and its administrator.
fn served(bench: &Bench, more: &[&str]) -> (Server, Client) {
    Ended::from(bench.create_tenant("acme").output().unwrap()).json();
    let mut command = bench.command(["serve", "--listen", "127.0.0.1:0"]);
    command.args(more).env("OTEL_BSP_SCHEDULE_DELAY", "100");
    let server = Server::start(command);
    let client = Client::of(&server);
    (server, client)
}

fn import(client: &Client) {
    let head = format!("traceparent: 00-{TRACE}-b7ad6b7169203331-01\r\nContent-Type: text/csv\r\n");
    let answer = client.send("POST", "/v1/tickets/import", &head, ROWS).unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// The lines that say what became of requests, once there are so many.
fn answered(server: &Server, many: usize) -> Vec<Value> {
    loop {
        let log = server.log();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let answered: Vec<_> = lines.filter(|line| line["message"] == "answered").collect();
        if answered.len() >= many {
            return answered;
        }
        sleep(Duration::from_millis(20));
    }
}

/// The figures, once one of them is there.
fn figures(server: &Server, awaited: &str) -> String {
    loop {
        let (status, text) = get(server.ops, "/metrics");
        assert_eq!(status, 200);
        if text.contains(awaited) {
            return text;
        }
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_log_says_who_asked_for_what_and_nothing_that_they_wrote() {
    let bench = Bench::new();
    let (server, client) = served(&bench, &[]);
    let head = "X-Request-Id: mine-1\r\n";
    let path = "/v1/people?q=Ann+Onymous&email=ann%40acme.test";
    let answer = client.send("GET", path, head, "").unwrap();
    assert!(answer.head.contains("x-request-id: mine-1"), "{answer:?}");
    client.send("PATCH", "/v1/teams/Ann-Onymous", head, r#"{"name":"Ann Onymous"}"#).unwrap();
    send(server.api.unwrap(), request("GET", "/Ann/Onymous", "", "").as_bytes()).unwrap();
    import(&client);
    let lines = answered(&server, 5);
    let asked = lines.iter().find(|line| line["span"]["request_id"] == "mine-1").unwrap();
    assert_eq!(asked["span"]["http.route"], "/v1/people");
    assert_eq!(asked["status"], 400);
    assert!(asked["duration_ms"].as_f64().unwrap() > 0.0);
    let is = |name: &str, prefix: &str| asked["span"][name].as_str().unwrap().starts_with(prefix);
    assert!(is("tenant", "tenant_") && is("actor", "user_"), "{asked}");
    assert_eq!(lines.iter().filter(|line| line["span"]["http.route"] == "other").count(), 1);
    figures(&server, "plumbline_job_runs_total");
    let log = server.log();
    for secret in ["nonymous", "acme.test", "horse", "eyJ"] {
        assert!(!log.contains(secret), "`{secret}` is in the log: {log}");
    }
}

#[test]
fn figures_are_described_and_have_labels_of_ours_only() {
    let bench = Bench::new();
    // Nobody listens on the discard port of this machine.
    let (server, client) = served(&bench, &["--redis-url", "redis://127.0.0.1:9"]);
    for n in 0..20 {
        get(server.api.unwrap(), &format!("/somewhere/{n}"));
        client.send("GET", &format!("/v1/teams/team_{n}"), "", "").unwrap();
        client.send(&format!("VERB{n}"), "/v1/teams", "", "").unwrap();
    }
    let query = r#"{"query":"{ me { id } }"}"#;
    assert_eq!(client.call("POST", "/graphql", "application/json", query).unwrap().status, 200);
    client.get("/v1/teams");
    import(&client);
    let text = figures(&server, "plumbline_job_runs_total{kind=\"kpis.drain\",outcome=\"done\"} 1");
    let routes = text.lines().filter(|line| line.starts_with("plumbline_http_requests_total{"));
    let routes: BTreeSet<_> = routes.map(|line| line.rsplit_once(' ').unwrap().0).collect();
    assert_eq!(routes.len(), 7, "{routes:?}");
    for line in text.lines().filter(|line| line.starts_with("# TYPE ")) {
        let name = line.split(' ').nth(2).unwrap();
        assert!(text.contains(&format!("# HELP {name} ")), "{name} is not described");
    }
    assert!(!text.contains("acme") && !text.contains("tenant_"), "{text}");
    assert!(text.contains("plumbline_failures_total{code=\"not_found\"}"));
    assert!(text.contains("plumbline_database_up 1"));
    let dashboard = include_str!("../../../../deploy/grafana/plumbline.json");
    let names = dashboard.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    for name in names.filter(|name| name.starts_with("plumbline_")) {
        assert!(text.contains(name), "the dashboard asks for {name}, which is not there");
    }
}

#[test]
fn a_job_goes_on_with_the_trace_of_its_request() {
    let (address, spans) = collector();
    let bench = Bench::new();
    let (server, client) = served(&bench, &["--otlp-endpoint", &format!("http://{address}")]);
    import(&client);
    figures(&server, "plumbline_job_runs_total");
    assert_eq!(server.stop(), Some(0));
    let sent: Vec<u8> = spans.try_iter().flatten().collect();
    let trace: Vec<_> =
        (0..16).map(|at| u8::from_str_radix(&TRACE[at * 2..][..2], 16).unwrap()).collect();
    let spans = sent.windows(16).filter(|window| *window == trace).count();
    assert_eq!(spans, 2, "the request and its job");
    for name in ["POST /v1/tickets/import", "kpis.drain", "plumbline"] {
        assert!(sent.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
    }
}

/// A stranger's collector, which keeps what it is sent until nobody sends any more.
fn collector() -> (SocketAddr, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, (sender, spans)) = (listener.local_addr().unwrap(), channel());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut sent, mut piece) = (Vec::new(), [0; 65536]);
            while !complete(&sent) {
                let length = stream.read(&mut piece).unwrap();
                sent.extend_from_slice(&piece[..length]);
            }
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            sender.send(sent).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, spans)
}

fn complete(sent: &[u8]) -> bool {
    let Some(end) = sent.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&sent[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| sent.len() >= end + 4 + length.parse::<usize>().unwrap())
}
