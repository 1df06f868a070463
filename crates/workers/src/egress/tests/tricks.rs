//! Names that change their mind, and servers that send elsewhere.

use std::collections::HashSet;
use std::net::{IpAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::server::{Reply, Server};
use super::{address, allowing, error, lookup, ranges, refusal, resolving, tls};
use crate::egress::{Egress, EgressError, Refusal, Request};

/// Stands for an address on the public internet: the next one of loopback, so that the test calls nobody.
const PUBLIC: &str = "127.0.0.2";
const PRIVATE: &str = "127.0.0.1";
const TIMES: usize = 1_000;

fn inside(found: IpAddr) -> Option<&'static str> {
    ranges::inside(found).filter(|_| found != address(PUBLIC))
}

/// Two servers that differ in their address alone, as a name that is resolved again sees them.
fn beside_each_other() -> (Server, Server) {
    loop {
        let private = TcpListener::bind((PRIVATE, 0)).unwrap();
        let port = private.local_addr().unwrap().port();
        // Somebody may have the port on the other address.
        if let Ok(public) = TcpListener::bind((PUBLIC, port)) {
            return (Server::on(public, |_, _| Ok(())), Server::on(private, |_, _| Ok(())));
        }
    }
}

/// A client whose names lead where a list says, one answer after the other.
fn changing(answers: &'static [&'static [&'static str]]) -> (Egress, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let lookup = lookup(move |_| {
        let nth = counted.fetch_add(1, Ordering::Relaxed);
        answers[nth % answers.len()].iter().map(|it| address(it)).collect()
    });
    (Egress::over(Vec::new(), lookup, inside, tls::public()).unwrap(), asked)
}

#[tokio::test]
async fn a_name_that_changes_its_mind_never_leads_inside() {
    let (public, private) = beside_each_other();
    let (egress, asked) = changing(&[&[PUBLIC], &[PRIVATE]]);
    let url = format!("https://desk.test:{}/", public.port());
    for _ in 0..TIMES / 2 {
        // What is checked is what is connected to: one lookup for each connection, and no second one between the two.
        let called = error(egress.send(Request::get(&*url))).await;
        assert!(matches!(called, EgressError::Unreachable { .. }), "{called}");
        assert!(matches!(refusal(&egress, &url).await, Refusal::Inside(_)));
    }
    assert_eq!(asked.load(Ordering::Relaxed), TIMES);
    assert_eq!(public.connections(), TIMES / 2, "connections outside");
    assert_eq!(private.connections(), 0, "connections inside");
}

#[tokio::test]
async fn a_name_with_one_address_inside_is_refused_as_a_whole() {
    let (public, private) = beside_each_other();
    let url = format!("https://desk.test:{}/", public.port());
    for answers in [&[PUBLIC, PRIVATE], &[PRIVATE, PUBLIC], &[PUBLIC, "::1"], &["::1", PUBLIC]] {
        let lookup = lookup(|_| answers.iter().map(|it| address(it)).collect());
        let egress = Egress::over(Vec::new(), lookup, inside, tls::public()).unwrap();
        assert!(matches!(refusal(&egress, &url).await, Refusal::Inside(_)), "{answers:?}");
    }
    assert_eq!((public.connections(), private.connections()), (0, 0));
}

#[tokio::test]
async fn a_refusal_does_not_say_where_a_name_leads() {
    let (egress, _) = changing(&[&["10.1.2.3"]]);
    let refused = refusal(&egress, "https://desk.test/hook/secret?token=secret").await.to_string();
    assert!(refused.contains("desk.test:443 is not on the public internet"), "{refused}");
    assert!(refused.contains("`egress_allow`"), "{refused}");
    assert!(!refused.contains("10.1.2.3") && !refused.contains("private"), "{refused}");
    assert!(!refused.contains("secret"), "{refused}");
}

#[tokio::test]
async fn nobody_follows_a_redirect() {
    let sink = Server::sink();
    let port = sink.port();
    let inside = [
        format!("http://127.0.0.1:{port}/secret?token=secret"),
        format!("https://127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://name:secret@127.0.0.1:{port}/"),
        "/elsewhere".to_owned(),
        "http://[".to_owned(),
    ];
    let kinds = ["300 a", "301 b", "302 c", "303 d", "307 e", "308 f", "399 g"];
    let told = inside.clone();
    let server = Server::new(move |path| {
        let (kind, nth) = path[1..].split_once('/').unwrap();
        let (kind, nth): (usize, usize) = (kind.parse().unwrap(), nth.parse().unwrap());
        let head = format!("{}\r\nLocation: {}\r\nRefresh: 0", kinds[kind], told[nth]);
        Reply::new(&head, b"moved")
    });
    // Not even to what is allowed.
    let egress = allowing(&[server.allow(), sink.address.to_string(), format!("127.0.0.1:{port}")]);
    for (kind, line) in kinds.iter().enumerate() {
        for nth in 0..inside.len() {
            let url = server.url(&format!("/{kind}/{nth}"));
            let answer = egress.send(Request::post(&*url, "x")).await.unwrap();
            assert_eq!(answer.status().as_str(), &line[..3]);
            let failed = answer.unless_redirected().err().unwrap().to_string();
            assert!(failed.contains("redirects are not followed"), "{failed}");
            assert!(!failed.contains("secret"), "{failed}");
        }
    }
    let asked: HashSet<_> = server.asked().into_iter().collect();
    assert_eq!((server.asked().len(), asked.len()), (70, 70), "each was asked for once");
    assert_eq!(sink.connections(), 0, "connections inside");
}

#[tokio::test]
async fn an_answer_that_sends_nowhere_is_like_any_other() {
    let server = Server::new(|path| match path {
        "/unchanged" => {
            Reply::new("304 Not Modified\r\nETag: \"1\"\r\nContent-Encoding: gzip", b"")
        }
        "/made" => Reply::new("201 Created\r\nLocation: /2", b"made"),
        _ => Reply::new("404 Not Found", b"nothing"),
    });
    let egress = allowing(&[server.allow()]);
    for (path, status, body) in
        [("/unchanged", 304, ""), ("/made", 201, "made"), ("/none", 404, "nothing")]
    {
        let answer = egress.send(Request::get(server.url(path))).await.unwrap();
        let answer = answer.unless_redirected().unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.body().await.unwrap(), body.as_bytes());
    }
}

/// A name that is asked for its address is asked once, and its answer serves one connection.
#[tokio::test]
async fn a_name_is_resolved_for_a_connection_and_not_for_a_request() {
    let server = Server::new(|_| Reply::new("200 OK", b"yes"));
    let names = Arc::<Mutex<Vec<String>>>::default();
    let seen = Arc::clone(&names);
    let egress = resolving(&[format!("desk.test:{}", server.port())], move |name| {
        seen.lock().unwrap().push(name.to_owned());
        vec![address(PRIVATE)]
    });
    for _ in 0..5 {
        let url = format!("http://desk.test:{}/", server.port());
        let answer = egress.send(Request::get(url)).await.unwrap();
        assert_eq!(answer.body().await.unwrap(), b"yes");
    }
    assert_eq!(*names.lock().unwrap(), ["desk.test"]);
    assert_eq!(server.connections(), 1);
}
