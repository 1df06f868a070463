//! The address in every token, and the one we listen on.

use std::net::IpAddr;

use super::report::Report;
use crate::config::PublicArgs;

const CHECK: &str = "public URL";

pub(super) fn check(args: &PublicArgs, report: &mut Report) {
    let url = args.url_of(args.listen);
    let before = report.len();
    let (encrypted, host, port, path) = parts(&url);
    let own = args.listen;
    if args.public_url.is_none() && own.ip().is_unspecified() {
        let message = format!("it is {url}, which no client can open: it comes from `listen`");
        report.error(CHECK, message, "set public_url to the address that clients use");
    } else if !encrypted && !is_local(host) {
        let message =
            format!("{url} is not encrypted, so passwords and tokens can be read on the way");
        let advice = "let a proxy speak TLS before it, and set public_url to its https:// address";
        report.warning(CHECK, message, advice);
    }
    if !path.is_empty() {
        let message = format!("{url} has the path {path}, and we answer at / and not below it");
        let advice = "take the path off, or let the proxy take it off every request";
        report.warning(CHECK, message, advice);
    }
    if args.public_url.is_some() && is_local(host) && own.port() != 0 && port != own.port() {
        let message =
            format!("{url} is on this machine, but not the port that is listened on, {own}");
        report.warning(CHECK, message, "see that something forwards the one to the other");
    }
    if args.previous_public_urls.contains(&url) {
        let message = format!("{url} is among previous_public_urls too");
        report.warning(CHECK, message, "take it out there: what is present need not be previous");
    }
    if report.len() == before {
        report.ok(CHECK, url);
    }
}

/// Whether it is encrypted, the host, the port and the path.
fn parts(url: &str) -> (bool, &str, u16, &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let encrypted = scheme == "https";
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    let authority = &rest[..rest.len() - path.len()];
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let default = if encrypted { 443 } else { 80 };
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            (encrypted, host, port.parse().unwrap_or(default), path)
        }
        _ => (encrypted, authority, default, path),
    }
}

fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare.ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{is_local, parts};

    #[test]
    fn an_address_is_taken_apart() {
        assert_eq!(parts("http://a.test"), (false, "a.test", 80, ""));
        assert_eq!(parts("https://a.test:8443/kpi/x"), (true, "a.test", 8443, "/kpi/x"));
        assert_eq!(parts("https://[::1]"), (true, "[::1]", 443, ""));
        assert_eq!(parts("http://u:p@[::1]:81/"), (false, "[::1]", 81, "/"));
        for (host, local) in
            [("localhost", true), ("[::1]", true), ("127.9.9.9", true), ("10.0.0.1", false)]
        {
            assert_eq!(is_local(host), local, "{host}");
        }
    }
}
