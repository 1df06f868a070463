//! Addresses and names that are not called, however they are written. A server on every address of this machine sees nobody.

use super::address::INSIDE;
use super::server::Server;
use super::{address, allowing, error, refusal, resolving};
use crate::egress::{EgressError, HostPort, Refusal, Request};

/// Loopback as nobody would write it. Left to itself, every one of them reaches the server.
const SPELLINGS: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.1.2.3",
    "2130706433",
    "0x7f000001",
    "0X7F.0x0.0x0.0x1",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "127.0.0.0x1",
    "0",
    "0x0",
    "0.0.0.0",
    "%31%32%37.0.0.1",
    "%30",
    "127。0。0。1",
    "１２７．０．０．１",
    "①②⑦.⓪.⓪.①",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000::0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
];

/// Names that lead to loopback on this machine, in some cloud, or wherever the resolver says so.
const NAMES: &[&str] = &[
    "localhost",
    "localhost.",
    "LOCALHOST",
    "LocalHost.",
    "ｌｏｃａｌｈｏｓｔ",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "local%68ost",
    "loc\u{ad}alhost",
    "desk.localhost",
    "a.b.localhost.",
    "localhost.localdomain",
    "metadata",
    "metadata.google.internal",
    "metadata.google.internal.",
    "METADATA.google.INTERNAL",
    "metadata.google｡internal",
    "instance-data.ec2.internal",
    "kubernetes",
    "kubernetes.default.svc.cluster.local",
    "printer.local",
    "router.home.arpa",
    "postgres",
    "host.docker.internal",
];

/// Names that look like any other: only their addresses tell.
const LEADING_INSIDE: &[&str] = &[
    "localtest.me",
    "127.0.0.1.nip.io",
    "desk.example.com",
    "desk.example.com.",
    "DESK.EXAMPLE.COM",
    "kubernetes.default.svc",
    "bücher.example",
    "xn--bcher-kva.example",
    "localhost.example.com",
    "internal.example.com",
    "notlocalhost.com",
    "a_b.example.com",
];

/// What no URL of a server looks like.
const ODD: &[&str] = &[
    "",
    "desk.example.com",
    "//desk.example.com/",
    "https://",
    "https:///",
    "https://[fe80::1%25eth0]/",
    "https://[::1",
    "https://256.0.0.1/",
    "https://1.2.3.4.5/",
    "https://0x100000000/",
    "https://desk.example.com:65536/",
    "https://desk.example.com:0/",
    "https://desk example.com/",
    "https://./",
    "ftp://desk.example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "data:text/plain,x",
    "unix:/run/docker.sock",
    "javascript:1",
    "https://name@desk.example.com/",
    "https://name:password@desk.example.com/",
    "https://:password@desk.example.com/",
    "https://desk.example.com@127.0.0.1/",
    "https://desk.example.com:443@127.0.0.1/",
];

fn bare(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

#[tokio::test]
async fn no_address_inside_is_called_however_it_is_written() {
    let (sink, egress) = (Server::sink(), allowing(&[]));
    let mut count = 0;
    for host in INSIDE.iter().map(|it| bare(it)).chain(SPELLINGS.iter().map(|it| (*it).to_owned()))
    {
        for scheme in ["https", "http"] {
            let refused = refusal(&egress, &format!("{scheme}://{host}:{}/", sink.port())).await;
            assert!(matches!(refused, Refusal::Inside(_)), "{host}: {refused}");
        }
        count += 1;
    }
    assert!(count >= 110, "only {count} addresses were tried");
    assert_eq!(sink.connections(), 0, "connections inside");
}

#[tokio::test]
async fn no_name_is_called_that_leads_to_an_address_inside() {
    let sink = Server::sink();
    for inside in INSIDE {
        let found = address(inside);
        let egress = resolving(&[], move |_| vec![found]);
        let refused = refusal(&egress, &format!("https://desk.test:{}/", sink.port())).await;
        assert!(matches!(refused, Refusal::Inside(_)), "{inside}: {refused}");
    }
    assert_eq!(sink.connections(), 0, "connections inside");
}

#[tokio::test]
async fn no_name_of_loopback_is_called() {
    let sink = Server::sink();
    let egress = resolving(&[], |_| vec![address("127.0.0.1")]);
    let unasked = resolving(&[], |name| panic!("{name} was looked up"));
    for name in NAMES.iter().chain(LEADING_INSIDE) {
        let url = format!("https://{name}:{}/", sink.port());
        let egress = if NAMES.contains(name) { &unasked } else { &egress };
        let refused = refusal(egress, &url).await;
        assert!(matches!(refused, Refusal::Inside(_)), "{name}: {refused}");
    }
    // And as this machine resolves its own name.
    let refused = refusal(&allowing(&[]), &format!("https://localhost:{}/", sink.port())).await;
    assert!(matches!(refused, Refusal::Inside(_)), "{refused}");
    assert_eq!(sink.connections(), 0, "connections inside");
}

/// The other tests would hold of a client that calls nobody.
#[tokio::test]
async fn without_the_guard_every_one_of_them_would_be_called() {
    let sink = Server::sink();
    for host in SPELLINGS.iter().chain(NAMES).chain(LEADING_INSIDE) {
        let egress =
            resolving(&[format!("{host}:{}", sink.port())], |_| vec![address("127.0.0.1")]);
        let failed = error(egress.send(Request::get(format!("http://{host}:{}/", sink.port()))));
        let failed = failed.await;
        assert!(!matches!(failed, EgressError::Refused(_)), "{host}: {failed}");
        assert!(sink.connections() > 0, "{host} does not lead to the server: {failed}");
    }
}

#[tokio::test]
async fn what_is_no_address_of_a_server_is_refused() {
    let egress = resolving(&[], |name| panic!("{name} was looked up"));
    for url in ODD {
        let refused = refusal(&egress, url).await;
        assert!(!matches!(refused, Refusal::Inside(_)), "{url}: {refused}");
        assert!(!refused.to_string().contains("password@"), "{refused}");
    }
    let long = ["a"; 127].join(".");
    assert_eq!(long.len(), 253);
    for (name, looked_up) in [(long.clone(), true), (format!("{long}a"), false)] {
        let egress = resolving(&[], |_| vec![address("127.0.0.1")]);
        let refused = refusal(&egress, &format!("https://{name}/")).await;
        assert_eq!(matches!(refused, Refusal::Inside(_)), looked_up, "{refused}");
        assert_eq!(refused == Refusal::Unaddressable, !looked_up, "{refused}");
    }
}

#[tokio::test]
async fn outside_nothing_is_called_without_encryption() {
    let egress = resolving(&[], |name| panic!("{name} was looked up"));
    for url in ["http://desk.example.com/", "http://desk.example.com:443/", "http://1.1.1.1/"] {
        let refused = refusal(&egress, url).await;
        assert!(matches!(refused, Refusal::Plain(_)), "{url}: {refused}");
        assert!(refused.to_string().contains("give its https:// address"), "{refused}");
    }
}

#[tokio::test]
async fn what_is_allowed_is_that_host_and_that_port() {
    let (sink, other) = (Server::sink(), Server::sink());
    let allow = [format!("desk.example.com:{}", sink.port())];
    let egress = resolving(&allow, |_| vec![address("127.0.0.1")]);
    let (port, beside) = (sink.port(), other.port());
    for refused in [
        format!("https://desk.example.com:{beside}/"),
        "https://desk.example.com/".to_owned(),
        format!("https://desk.example.com.au:{port}/"),
        format!("https://www.desk.example.com:{port}/"),
        format!("https://example.com:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
    ] {
        let why = refusal(&egress, &refused).await;
        assert!(matches!(why, Refusal::Inside(_)), "{refused}: {why}");
    }
    assert_eq!((sink.connections(), other.connections()), (0, 0));
    for called in
        ["http://desk.example.com", "https://DESK.example.com", "http://desk.example.com."]
    {
        let failed = error(egress.send(Request::get(format!("{called}:{port}/")))).await;
        assert!(!matches!(failed, EgressError::Refused(_)), "{called}: {failed}");
        assert!(sink.connections() > 0, "{called} was not called: {failed}");
    }
}

#[test]
fn what_can_be_allowed_is_a_host_and_a_port() {
    for (text, read) in [
        ("desk.example.com:443", "desk.example.com:443"),
        ("Desk.Example.com.:8443", "desk.example.com:8443"),
        ("bücher.example:443", "xn--bcher-kva.example:443"),
        ("zammad:80", "zammad:80"),
        ("10.0.0.5:8080", "10.0.0.5:8080"),
        ("[0:0::1]:8080", "[::1]:8080"),
    ] {
        assert_eq!(text.parse::<HostPort>().unwrap().to_string(), read);
    }
    for text in [
        "",
        ":443",
        ".:443",
        "desk.example.com",
        "desk.example.com:",
        "desk.example.com:0",
        "desk.example.com:+443",
        "desk.example.com:65536",
        "desk.example.com:https",
        "https://desk.example.com:443",
        "desk.example.com:443/",
        "name@desk.example.com:443",
        "*.example.com:443",
        "10.0.0.0/8:443",
        "::1:8080",
    ] {
        let error = text.parse::<HostPort>().unwrap_err().to_string();
        assert!(error.contains("like helpdesk.example.com:8443"), "{text}: {error}");
    }
}
