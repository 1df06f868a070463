//! What a value of an option may be, in words that say what is allowed.

use std::net::{IpAddr, SocketAddr};

use api::{Allowances, Network};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use domain::tenants::WeekStart;
use simulators::Kind;
use tracing_subscriber::EnvFilter;
use workers::egress::{HostPort, NoHostPort};

pub(super) fn week_start() -> impl TypedValueParser<Value = WeekStart> {
    PossibleValuesParser::new(["monday", "sunday", "saturday"]).map(|day| match day.as_str() {
        "sunday" => WeekStart::Sunday,
        "saturday" => WeekStart::Saturday,
        _ => WeekStart::Monday,
    })
}

/// A whole number from 1 on.
pub(super) fn count<const MOST: u16>(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(number) if (1..=MOST).contains(&number) => Ok(number),
        _ => Err(format!("it must be a whole number from 1 to {MOST}")),
    }
}

/// Of what there is a limit.
pub(super) fn amount(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(number) if (1..=Allowances::MOST).contains(&number) => Ok(number),
        _ => Err(format!("it must be a whole number from 1 to {}", Allowances::MOST)),
    }
}

/// An address alone is a network of one.
pub(super) fn network(text: &str) -> Result<Network, String> {
    let alone = text.parse::<IpAddr>().map(Network::from);
    alone
        .ok()
        .or_else(|| text.parse().ok())
        .ok_or_else(|| "it must be a network like 10.0.0.0/8 or fd00::/8, or an address".to_owned())
}

pub(super) fn host_port(text: &str) -> Result<HostPort, String> {
    text.parse().map_err(|error: NoHostPort| error.to_string())
}

/// So many in a second.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    const MOST: f64 = 100_000.0;
    let rate = text.parse().ok().filter(|rate| (0.0..=MOST).contains(rate));
    rate.ok_or_else(|| format!("it must be a number from 0 to {MOST}, like 2.5"))
}

pub(super) fn vendor(word: &str) -> Result<Kind, String> {
    let words = || Kind::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
    let found = Kind::ALL.iter().copied().find(|kind| kind.word() == word);
    found.ok_or_else(|| format!("it must be one of {}", words()))
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|error| {
        format!("{error}; it must be an address and a port, like 127.0.0.1:8080 or [::]:8080")
    })
}

pub(super) fn http_url(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['?', '#', ' ']) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("it must be like https://kpi.example.com".to_owned()),
    }
}

/// Scheme, host and port, as a browser says them.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let plain = |url: &String| url == text && url.matches('/').count() == 2 && !url.contains('*');
    let url = http_url(text).ok().filter(plain).map(|url| url.to_ascii_lowercase());
    url.ok_or_else(|| "it must be like https://desk.example.com, without a path".to_owned())
}

/// The exporter speaks no TLS: a collector is a neighbour.
pub(super) fn collector_url(text: &str) -> Result<String, String> {
    let url = http_url(text).ok().filter(|url| url.starts_with("http://"));
    url.ok_or_else(|| {
        "it must be like http://127.0.0.1:4318: a collector close by, without TLS".to_owned()
    })
}

/// An address that may hold a password. It can be read, and neither printed nor written out.
#[derive(Clone)]
pub(crate) struct SecretUrl(String);

impl SecretUrl {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

pub(super) fn secret_url(text: &str) -> Result<SecretUrl, String> {
    Ok(SecretUrl(text.to_owned()))
}

pub(super) fn database_url(text: &str) -> Result<SecretUrl, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return secret_url(text);
    }
    Err("it must begin with postgres://; for an embedded database name its folder as the data dir"
        .to_owned())
}

/// The filter as it was given; it is read again where the log is set up.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{error}; it must be like `info` or `warn,api=debug`")),
    }
}
