//! Whom a URL calls.

use std::fmt::{self, Display};
use std::net::IpAddr;
use std::str::FromStr;

use url::{Host, Url};

use super::address::Inside;
use super::error::Refusal;

/// The longest name there is.
const LONGEST_HOST: usize = 253;
/// Names of networks that are nobody else's business: of this machine, of its neighbours, of a cloud, of a home.
const INSIDE: &[&str] = &["home.arpa", "internal", "local", "localdomain", "localhost"];

/// A host and a port, as the operator allows them: exactly these, whatever the name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    host: Host,
    port: u16,
}

/// A text that is no [`HostPort`].
#[derive(Debug, thiserror::Error)]
#[error(
    "it must be a host and its port, like helpdesk.example.com:8443, 10.0.0.5:443 or [::1]:8080"
)]
pub struct NoHostPort;

impl FromStr for HostPort {
    type Err = NoHostPort;

    fn from_str(text: &str) -> Result<Self, NoHostPort> {
        let (host, port) = text.rsplit_once(':').ok_or(NoHostPort)?;
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|port| digits && *port != 0).ok_or(NoHostPort)?;
        let host = Host::parse(host).ok().filter(|_| !host.contains('*')).ok_or(NoHostPort)?;
        Self { host: plain(host), port }.checked().ok_or(NoHostPort)
    }
}

impl Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl HostPort {
    /// Whom a URL calls, once it is one of a kind that is called at all.
    pub(super) fn of(url: &Url) -> Result<Self, Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        let host = url.host().map(|host| plain(host.to_owned()));
        let called = host.zip(url.port_or_known_default());
        let called = called.and_then(|(host, port)| Self { host, port }.checked());
        called.ok_or(Refusal::Unaddressable)
    }

    fn checked(self) -> Option<Self> {
        let fits = match &self.host {
            Host::Domain(name) => (1..=LONGEST_HOST).contains(&name.len()),
            Host::Ipv4(_) | Host::Ipv6(_) => true,
        };
        (fits && self.port != 0).then_some(self)
    }

    /// Refuses what is inside by its looks. A name that looks well is looked at again where it is resolved; an address is never resolved.
    pub(super) fn outside(&self, inside: Inside) -> Result<(), Refusal> {
        let what = match &self.host {
            Host::Ipv4(address) => inside(IpAddr::V4(*address)),
            Host::Ipv6(address) => inside(IpAddr::V6(*address)),
            Host::Domain(name) if is_inside(name) => Some("a name of a network of its own"),
            Host::Domain(_) => None,
        };
        let Some(what) = what else { return Ok(()) };
        tracing::warn!(address = %self, what, "not called: it is inside");
        Err(Refusal::Inside(self.clone()))
    }

    pub(super) fn host(&self) -> String {
        self.host.to_string()
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

/// A name with a dot at its end is the same name.
fn plain(host: Host) -> Host {
    match host {
        Host::Domain(name) => Host::Domain(name.strip_suffix('.').unwrap_or(&name).to_owned()),
        address @ (Host::Ipv4(_) | Host::Ipv6(_)) => address,
    }
}

/// A name without a dot is completed by the machine with whatever its network says.
fn is_inside(name: &str) -> bool {
    let below = |ending: &&str| name.strip_suffix(*ending).is_some_and(|it| it.ends_with('.'));
    !name.contains('.') || INSIDE.contains(&name) || INSIDE.iter().any(below)
}
