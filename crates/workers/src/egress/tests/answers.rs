//! What is read of an answer, and how long it is waited for.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::server::{Reply, Server, converse};
use super::{address, allowing, body, error, lookup, ranges, tls};
use crate::egress::{Egress, EgressError, Request};

const LIMIT: usize = 100_000;
/// Short enough to wait for; whatever is waited for here never comes.
const SHORT: Duration = Duration::from_millis(300);

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut bytes = head.to_vec();
    for part in body.chunks(1_000) {
        bytes.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let server = Server::new(|_| Reply::new("200 OK\r\nX-Kind: plain", b"{}"));
    let egress = allowing(&[server.allow()]);
    let token = HeaderValue::from_static("Bearer secret");
    let post = Request::post(server.url("/a?b=c"), "{\"d\":1}").header(AUTHORIZATION, token);
    let answer = egress.send(post).await.unwrap();
    assert_eq!(answer.headers()["x-kind"], "plain");
    assert_eq!(answer.body().await.unwrap(), b"{}");
    let asked = server.asked().concat();
    assert!(asked.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{asked}");
    for part in ["authorization: Bearer secret\r\n", "accept-encoding: gzip\r\n", "{\"d\":1}"] {
        assert!(asked.contains(part), "`{part}` is not in {asked}");
    }
    let version = env!("CARGO_PKG_VERSION");
    assert!(asked.contains(&format!("user-agent: plumbline/{version}\r\n")), "{asked}");
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_limit() {
    let server = Server::new(|path| {
        let body = vec![b'x'; LIMIT + usize::from(path.ends_with("more"))];
        match path.split('/').nth(1).unwrap() {
            "plain" => Reply::new("200 OK", &body),
            "chunked" => {
                Reply { bytes: [chunked(&body), b"0\r\n\r\n".to_vec()].concat(), keep: true }
            }
            "gzip" => Reply::new("200 OK\r\nContent-Encoding: gzip", &gzip(&body)),
            // Of two members, the second of which is too much.
            _ => {
                let (one, two) = body.split_at(LIMIT - 1);
                let both = [gzip(one), gzip(two)].concat();
                Reply::new("200 OK\r\nContent-Encoding: gzip", &both)
            }
        }
    });
    let egress = allowing(&[server.allow()]);
    for kind in ["plain", "chunked", "gzip", "members"] {
        let ask = |path: String| Request::get(server.url(&path)).at_most(LIMIT);
        let read = body(&egress, ask(format!("/{kind}/fits"))).await;
        assert_eq!(read.unwrap().len(), LIMIT, "{kind}");
        let failed = body(&egress, ask(format!("/{kind}/more"))).await.unwrap_err();
        assert!(matches!(failed, EgressError::TooLong { .. }), "{kind}: {failed}");
        assert!(failed.to_string().contains("longer than the 100000 bytes"), "{failed}");
    }
}

#[tokio::test]
async fn a_bomb_does_not_go_off() {
    // 256 MiB in 256 KiB, and once more in an endless answer that says nothing of its length.
    let bomb = gzip(&vec![0; 1 << 28]);
    let (length, bytes) = (bomb.len(), bomb.clone());
    let server = Server::new(move |path| {
        if path == "/known" {
            return Reply::new("200 OK\r\nContent-Encoding: gzip", &bomb);
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".as_bytes();
        Reply { bytes: [head, &bytes, &bytes].concat(), keep: true }
    });
    let egress = allowing(&[server.allow()]);
    for path in ["/known", "/endless"] {
        let request = Request::get(server.url(path));
        let answer = egress.send(request).await.unwrap();
        let failed = answer.body().await.unwrap_err();
        assert!(matches!(failed, EgressError::TooLong { at_most: 1_048_576, .. }), "{failed}");
    }
    assert!(length < 300_000, "the bomb has {length} bytes itself");
}

#[tokio::test]
async fn an_answer_that_stops_is_not_waited_for() {
    let server = Server::new(|path| {
        let said = match path {
            "/silent" => "",
            "/head" => "HTTP/1.1 200 OK\r\nContent-Le",
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst",
        };
        Reply { bytes: said.as_bytes().to_vec(), keep: true }
    });
    let egress = allowing(&[server.allow()]);
    for path in ["/silent", "/head", "/body"] {
        let failed = body(&egress, Request::get(server.url(path)).within(SHORT)).await.unwrap_err();
        assert!(matches!(failed, EgressError::TimedOut { .. }), "{path}: {failed}");
        assert!(failed.to_string().contains("took too long to answer"), "{failed}");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_is_none() {
    let server = Server::new(|path| {
        let whole = gzip(&[b'x'; 5_000]);
        let (cut, trailer) = (&whole[..whole.len() - 9], &whole[..whole.len() - 1]);
        let bytes = match path {
            "/length" => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst".to_vec(),
            "/chunked" => chunked(&[b'x'; 2_000]),
            "/head" => b"HTTP/1.1 200 OK\r\nContent-".to_vec(),
            "/nothing" => Vec::new(),
            "/noise" => b"SSH-2.0-OpenSSH\r\n\r\n".to_vec(),
            "/gzip" => Reply::new("200 OK\r\nContent-Encoding: gzip", cut).bytes,
            "/trailer" => Reply::new("200 OK\r\nContent-Encoding: gzip", trailer).bytes,
            "/brotli" => Reply::new("200 OK\r\nContent-Encoding: br", &whole).bytes,
            _ => Reply::new("200 OK\r\nContent-Encoding: gzip", b"no gzip").bytes,
        };
        Reply { bytes, keep: false }
    });
    let egress = allowing(&[server.allow()]);
    for path in [
        "/length", "/chunked", "/head", "/nothing", "/noise", "/gzip", "/trailer", "/no-gzip",
        "/brotli",
    ] {
        let failed = body(&egress, Request::get(server.url(path))).await.unwrap_err();
        assert!(matches!(failed, EgressError::Broken { .. }), "{path}: {failed}");
        let port = server.port();
        assert!(failed.to_string().contains(&format!("the answer of 127.0.0.1:{port} is broken")));
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = Server::new(|_| Reply::new("200 OK", b"yes"));
    let egress = allowing(&[server.allow()]);
    for _ in 0..10 {
        assert_eq!(body(&egress, Request::get(server.url("/"))).await.unwrap(), b"yes");
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(server.asked().len(), 10);
}

#[tokio::test]
async fn who_is_not_there_is_said_without_what_was_asked() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let egress = allowing(&[free.to_string()]);
    let request = Request::get(format!("http://{free}/hook/secret?token=secret"));
    let failed = error(egress.send(request)).await;
    assert!(matches!(failed, EgressError::Unreachable { .. }), "{failed}");
    assert!(failed.to_string().starts_with(&format!("{free} cannot be reached: ")), "{failed}");
    assert!(!format!("{failed} {failed:?}").contains("secret"), "{failed:?}");
}

#[tokio::test]
async fn a_certificate_must_come_from_somebody_who_is_trusted() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["desk.test".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![cert.der().clone()], key).unwrap());
    let server = Server::on(TcpListener::bind("127.0.0.1:0").unwrap(), move |stream, asked| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        converse(StreamOwned::new(connection, stream), asked, &|_| Reply::new("200 OK", b"yes"))
    });
    let egress = |name: &str, roots| {
        let lookup = lookup(|_| vec![address("127.0.0.1")]);
        let allow = vec![format!("{name}:{}", server.port()).parse().unwrap()];
        Egress::over(allow, lookup, ranges::inside, roots).unwrap()
    };
    let mut own = RootCertStore::empty();
    own.add(cert.der().clone()).unwrap();
    for (name, roots, said) in [
        ("desk.test", tls::public(), "UnknownIssuer"),
        ("other.test", own.clone(), "not valid for name"),
    ] {
        let url = format!("https://{name}:{}/", server.port());
        let failed = error(egress(name, roots).send(Request::get(url))).await;
        assert!(matches!(failed, EgressError::Unreachable { .. }), "{failed}");
        assert!(failed.to_string().contains(said), "{failed}");
    }
    assert!(server.asked().is_empty(), "a request was sent to a stranger");
    let url = format!("https://desk.test:{}/", server.port());
    let read = body(&egress("desk.test", own), Request::get(url)).await;
    assert_eq!(read.unwrap(), b"yes");
}
