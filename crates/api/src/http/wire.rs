//! What comes over the wire when it does not come from a well-behaved client. The server answers or hangs up, and lives on.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::sleep;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::app::Patience;
use crate::http::Allowances;
use crate::testing::{Tenant, TestApi};

/// Long enough that only a server that hangs meets it.
const LONG: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_millis(500);

/// The API on a port of its own.
struct Port {
    address: SocketAddr,
    acme: Tenant,
    server: actix_web::dev::ServerHandle,
}

impl Port {
    async fn open() -> Self {
        Self::within(Allowances::DEFAULT).await
    }

    async fn within(allowances: Allowances) -> Self {
        let api = TestApi::within(allowances).await;
        let acme = api.tenant("acme").await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let patience = Patience { head: PATIENCE, body: PATIENCE };
        let app = api.served().patient(patience);
        let server = crate::serve(listener, app, 1).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(async move {
            server.await.unwrap();
            drop(api);
        });
        Self { address, acme, server: handle }
    }

    /// Lets somebody speak with it, from a thread of their own.
    async fn meet(self, somebody: impl FnOnce(&Self) + Send + 'static) {
        let server = self.server.clone();
        actix_web::rt::task::spawn_blocking(move || somebody(&self)).await.unwrap();
        server.stop(true).await;
    }

    fn head(&self, line: &str, more: &str) -> String {
        let token = &self.acme.owner;
        format!("{line}\r\nHost: test\r\nAuthorization: Bearer {token}\r\n{more}\r\n")
    }

    /// What it says to these pieces, with a pause after each, until it hangs up.
    fn said(&self, pieces: &[&[u8]], pause: Duration) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        for piece in pieces {
            // It may have hung up already.
            if stream.write_all(piece).is_err() {
                break;
            }
            sleep(pause);
        }
        let mut said = Vec::new();
        let end = stream.read_to_end(&mut said).map_err(|error| error.kind());
        assert_ne!(end, Err(std::io::ErrorKind::WouldBlock), "it says nothing and hangs on");
        String::from_utf8_lossy(&said).into_owned()
    }

    fn lives(&self) {
        let head = self.head("GET /v1/teams HTTP/1.1", "Connection: close\r\n");
        let said = self.said(&[head.as_bytes()], Duration::ZERO);
        assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
    }
}

#[actix_web::test]
async fn who_keeps_us_waiting_is_let_go() {
    Port::open().await.meet(slow).await;
}

fn slow(port: &Port) {
    let half = port.said(&[b"GET /v1/teams HTTP/1.1\r\nHost: te"], Duration::ZERO);
    assert!(half.is_empty() || half.starts_with("HTTP/1.1 408 "), "{half}");
    let json = "Content-Type: application/json\r\nContent-Length: 100\r\n";
    let silent = port.head("POST /v1/teams HTTP/1.1", json) + "{\"na";
    // Each piece comes in time; all of them together do not.
    let drops = [b" ".as_slice(); 30];
    let dripping = port.head("POST /v1/teams HTTP/1.1", json);
    let dripping = [&[dripping.as_bytes()], drops.as_slice()].concat();
    let csv = "Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n";
    let import = port.head("POST /v1/tickets/import HTTP/1.1", csv) + "c\r\nticket,time\n\r\n";
    for (pieces, pause) in [
        (vec![silent.as_bytes()], Duration::ZERO),
        (dripping, PATIENCE / 10),
        (vec![import.as_bytes()], Duration::ZERO),
    ] {
        let said = port.said(&pieces, pause);
        assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
        assert!(said.contains("application/problem+json"), "{said}");
        assert!(said.contains("\"code\":\"body_too_slow\""), "{said}");
    }
    port.lives();
}

#[actix_web::test]
async fn a_long_body_may_take_longer_than_we_would_wait() {
    Port::open().await.meet(long).await;
}

fn long(port: &Port) {
    let rows: Vec<String> = (0..20)
        .map(|part| format!("{part},2026-05-01T10:00:00Z,{}\n", "x".repeat(9_000)))
        .collect();
    let length = 18 + rows.iter().map(String::len).sum::<usize>();
    let length =
        format!("Content-Type: text/csv\r\nContent-Length: {length}\r\nConnection: close\r\n");
    let head = port.head("POST /v1/tickets/import HTTP/1.1", &length) + "ticket,time,note1\n";
    let mut pieces = vec![head.as_bytes()];
    pieces.extend(rows.iter().map(String::as_bytes));
    let said = port.said(&pieces, PATIENCE / 10);
    assert!(said.starts_with("HTTP/1.1 200 ") && said.contains("\"accepted\":20,"), "{said}");
}

#[actix_web::test]
async fn what_is_no_request_is_refused_and_nothing_more() {
    Port::open().await.meet(garbage).await;
}

/// What the request line asks for.
const PATHS: &[&str] = &[
    "/%",
    "/%zz",
    "/%00",
    "/%ff%fe",
    "/v1/teams/%ff",
    "/v1/teams/%00",
    "/v1/teams/%2e%2e%2f",
    "/../../etc/passwd",
    "/v1//teams",
    "/v1/teams?limit=%ff",
    "/v1/teams?%00=%00",
    "/v1/teams?&&==&",
    "/t/%f0%28%8c%28/.well-known/jwks.json",
    "/docs/errors/%c0%ae",
    "/é",
    "//",
    "*",
    "",
    "http://[::1",
    "/\u{7f}",
];

fn garbage(port: &Port) {
    let get = |path: &&str| port.head(&format!("GET {path} HTTP/1.1"), "Connection: close\r\n");
    let texts = PATHS.iter().map(get).chain(odd(port)).map(String::into_bytes);
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20);
    for case in texts.chain([hello, (0..=255).cycle().take(5_000).collect()]) {
        let said = port.said(&[&case], Duration::ZERO);
        let shown = case[..case.len().min(200)].escape_ascii().to_string();
        let status = said.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5));
        let status = status.map(|status| status.parse::<u16>().unwrap());
        let served = ["/%2e%2e", "limit", "after"].iter().any(|it| shown.contains(it));
        assert!(
            status.is_none_or(|it| (400..500).contains(&it) || it == 200 && served),
            "{status:?} to {shown}: {said}"
        );
    }
    port.lives();
}

/// Requests whose heads or bodies are not as they should be.
fn odd(port: &Port) -> Vec<String> {
    let get = |path: &str| port.head(&format!("GET {path} HTTP/1.1"), "Connection: close\r\n");
    let post = |more: &str| {
        port.head("POST /v1/teams HTTP/1.1", &format!("Content-Type: application/json\r\n{more}"))
    };
    let long = "x".repeat(200_000);
    vec![
        get(&format!("/{long}")),
        get(&format!("/v1/teams?after={}", "x".repeat(30_000))),
        port.head("GET /v1/teams HTTP/1.1", &format!("X-Long: {long}\r\n")),
        port.head("GET /v1/teams HTTP/1.1", &"X-Many: 1\r\n".repeat(5_000)),
        post("Transfer-Encoding: chunked\r\n") + "zz\r\n{}\r\n0\r\n\r\n",
        post("Transfer-Encoding: chunked\r\n") + "ffffffffffffffffff\r\n{}",
        post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n") + "2\r\n{}\r\n0\r\n\r\n",
        post("Transfer-Encoding: gzip, smoke\r\n") + "{}",
        post("Content-Encoding: gzip\r\nContent-Length: 2\r\nConnection: close\r\n") + "{}",
        post("Content-Length: -1\r\n") + "{}",
        post("Content-Length: 2\r\nContent-Length: 3\r\n") + "{}x",
        post("Content-Length: 99999999999999999999999\r\n") + "{}",
        post("Expect: 200-maybe\r\nContent-Length: 2\r\nConnection: close\r\n") + "{}",
        port.head("BREW /v1/teams HTTP/1.1", "Connection: close\r\n"),
        port.head("CONNECT example.com:443 HTTP/1.1", "Connection: close\r\n"),
        port.head("OPTIONS * HTTP/1.1", "Connection: close\r\n"),
        port.head("TRACE /v1/teams HTTP/1.1", "Connection: close\r\n"),
        port.head("GET /v1/teams HTTP/9.9", "Connection: close\r\n"),
        port.head("GET /v1/teams HTTP/1.1", "Bad Header\r\n"),
        port.head("GET /v1/teams HTTP/1.1", "Nul: a\0b\r\n"),
        "GET /v1/teams\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\r\n\r\n\r\n\r\n".to_owned(),
        "{\"not\": \"http\"}\r\n\r\n".to_owned(),
    ]
}

#[actix_web::test]
async fn old_and_impatient_clients_are_served() {
    Port::open().await.meet(unusual).await;
}

fn unusual(port: &Port) {
    let old = port.head("GET /v1/teams HTTP/1.0", "");
    let said = port.said(&[old.as_bytes()], Duration::ZERO);
    assert!(said.starts_with("HTTP/1.0 200 "), "{said}");
    // Three at once, the second of which is refused.
    let three = port.head("GET /v1/teams HTTP/1.1", "")
        + &port.head("GET /v1/nothing HTTP/1.1", "")
        + &port.head("GET /v1/people HTTP/1.1", "Connection: close\r\n");
    let said = port.said(&[three.as_bytes()], Duration::ZERO);
    let statuses: Vec<_> = said.matches("HTTP/1.1 ").collect();
    assert_eq!(statuses.len(), 3, "{said}");
    let (first, second) = (said.find("HTTP/1.1 200 "), said.find("HTTP/1.1 404 "));
    assert!(first < second && second < said.rfind("HTTP/1.1 200 "), "{said}");
}

#[actix_web::test]
async fn an_address_has_so_many_connections_and_no_more() {
    let few = Allowances { address_connections: 3, ..Allowances::DEFAULT };
    Port::within(few).await.meet(crowded).await;
}

/// A connection from one of this machine's own addresses.
fn connect(port: &Port, from: [u8; 4]) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
    socket.connect(&port.address.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream
}

/// Whether a connection is answered on.
fn is_answered(port: &Port, stream: &mut TcpStream) -> bool {
    let head = port.head("GET /v1/teams HTTP/1.1", "");
    let mut start = [0; 12];
    stream.write_all(head.as_bytes()).is_ok()
        && stream.read_exact(&mut start).is_ok()
        && start == *b"HTTP/1.1 200"
}

fn crowded(port: &Port) {
    let here = [127, 0, 0, 2];
    let mut open: Vec<_> = (0..3).map(|_| connect(port, here)).collect();
    open.iter_mut().for_each(|stream| assert!(is_answered(port, stream)));
    for _ in 0..5 {
        assert!(!is_answered(port, &mut connect(port, here)), "one more than there may be");
    }
    assert!(is_answered(port, &mut connect(port, [127, 0, 0, 3])), "another address");
    open.pop();
    // The server notices when it does.
    let mut tries = 0;
    while !is_answered(port, &mut connect(port, here)) {
        tries += 1;
        assert!(tries < 1_000, "a place that was given up is free");
        sleep(Duration::from_millis(10));
    }
}
