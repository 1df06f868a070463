//! The client, and what it is asked to send.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use rustls::RootCertStore;
use tracing::{Instrument, Span, field, info_span};
use url::Url;

use super::address::{self, Inside};
use super::answer::Answer;
use super::body;
use super::destination::HostPort;
use super::error::{EgressError, Refusal};
use super::resolve::{self, Lookup, Resolver};
use super::tls;

/// How long a connection may take, from the name to the handshake.
const TO_CONNECT: Duration = Duration::from_secs(10);
/// How long nothing may come of an answer that has begun.
const TO_GO_ON: Duration = Duration::from_secs(30);
/// How long a call may take as a whole, unless it says otherwise.
const TO_ANSWER: Duration = Duration::from_secs(60);
/// How much is read of an answer, decompressed, unless the call says otherwise.
const AT_MOST: usize = 1024 * 1024;
/// What is kept for the next call, of each host, and how long.
const IDLE: (usize, Duration) = (4, Duration::from_secs(60));

/// What somebody is asked. Made whole before it is sent, so that a failed call can be made again.
#[derive(Clone)]
pub struct Request {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    at_most: usize,
    within: Duration,
}

impl Request {
    /// Asks for something.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url.into(), None)
    }

    /// Sends something; `content-type` says what.
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self::new(Method::POST, url.into(), Some(body.into()))
    }

    fn new(method: Method, url: String, body: Option<Vec<u8>>) -> Self {
        let (headers, at_most, within) = (HeaderMap::new(), AT_MOST, TO_ANSWER);
        Self { method, url, headers, body, at_most, within }
    }

    /// Adds a header. Its value is treated as a secret.
    #[must_use]
    pub fn header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.append(name, value);
        self
    }

    /// Of how many bytes the answer may be, decompressed: 1 MiB unless it is said.
    #[must_use]
    pub fn at_most(self, bytes: usize) -> Self {
        Self { at_most: bytes, ..self }
    }

    /// How long it may take from the first step to the last byte of the answer: a minute unless it is said.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self { within: time, ..self }
    }
}

/// Calls what is outside, and what the operator allows. Cheap to clone; connections are shared.
#[derive(Clone)]
pub struct Egress {
    allow: Vec<HostPort>,
    inside: Inside,
    /// For the public internet.
    guarded: Client,
    /// For what the operator allows, wherever that is. It is another client because a resolver hears of a name only, not of its port.
    allowed: Client,
    /// No call takes longer, or reads more, whatever it says.
    most: (Duration, usize),
}

impl Egress {
    /// With what the operator allows beside the public internet.
    ///
    /// # Errors
    /// When the TLS library refuses its configuration.
    pub fn new(allow: Vec<HostPort>) -> Result<Self, EgressError> {
        let own = if allow.is_empty() { tls::public() } else { tls::public_and_own() };
        Self::over(allow, resolve::system(), address::inside, own)
    }

    /// With the parts of the world that tests replace.
    pub(super) fn over(
        allow: Vec<HostPort>,
        lookup: Lookup,
        inside: Inside,
        own: RootCertStore,
    ) -> Result<Self, EgressError> {
        let guard = Resolver { lookup: lookup.clone(), inside: Some(inside) };
        let guarded = client(guard, tls::public()).map_err(EgressError::Unusable)?;
        let allowed = client(Resolver { lookup, inside: None }, own);
        let allowed = allowed.map_err(EgressError::Unusable)?;
        Ok(Self { allow, inside, guarded, allowed, most: (Duration::MAX, usize::MAX) })
    }

    /// The same with little time and little room.
    #[cfg(test)]
    pub(crate) fn no_more_than(&self, within: Duration, at_most: usize) -> Self {
        Self { most: (within, at_most), ..self.clone() }
    }

    /// Sends a request and gives the head of its answer, whatever the status; the body is still to be read.
    ///
    /// # Errors
    /// When the address is refused, or nobody answers in time.
    pub async fn send(&self, request: Request) -> Result<Answer, EgressError> {
        let Request { method, url, headers, body: sent, at_most, within } = request;
        let (within, at_most) = (within.min(self.most.0), at_most.min(self.most.1));
        let url = Url::parse(&url).map_err(Refusal::from)?;
        let to = HostPort::of(&url)?;
        let client = self.client(&url, &to)?;
        let span = span(&method, &to);
        let mut ask = client.request(method, url).header(ACCEPT_ENCODING, body::ACCEPTED);
        ask = ask.headers(headers).timeout(within);
        if let Some(sent) = sent {
            ask = ask.body(sent);
        }
        match ask.send().instrument(span.clone()).await {
            Ok(response) => Ok(Answer::new(response, to, at_most, span)),
            Err(error) => {
                span.record("otel.status_code", "ERROR");
                Err(EgressError::of(error, &to))
            }
        }
    }

    /// Any port is good: what is guarded is what lies inside, and outside a port says nothing. Whoever speaks no TLS there hears no more
    /// than a greeting.
    fn client(&self, url: &Url, to: &HostPort) -> Result<&Client, Refusal> {
        if self.allow.contains(to) {
            return Ok(&self.allowed);
        }
        to.outside(self.inside)?;
        if url.scheme() != "https" {
            return Err(Refusal::Plain(to.clone()));
        }
        Ok(&self.guarded)
    }
}

/// Neither path nor query: receivers of webhooks and vendors have secrets in both.
fn span(method: &Method, to: &HostPort) -> Span {
    info_span!(
        "egress.send",
        otel.kind = "client",
        otel.status_code = field::Empty,
        http.request.method = %method,
        http.response.status_code = field::Empty,
        server.address = to.host(),
        server.port = to.port(),
    )
}

#[expect(clippy::disallowed_methods, reason = "the one client that there is")]
fn client(
    resolver: Resolver,
    roots: RootCertStore,
) -> Result<Client, Box<dyn Error + Send + Sync>> {
    let client = Client::builder()
        .dns_resolver(resolver)
        .tls_backend_preconfigured(tls::trusting(roots)?)
        .no_proxy()
        .redirect(Policy::none())
        .user_agent(concat!("plumbline/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(TO_CONNECT)
        .read_timeout(TO_GO_ON)
        .pool_max_idle_per_host(IDLE.0)
        .pool_idle_timeout(IDLE.1);
    Ok(client.build()?)
}
