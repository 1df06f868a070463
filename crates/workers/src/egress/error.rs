//! Why a call has no answer.

use std::error::Error;
use std::fmt::{self, Display};

use reqwest::StatusCode;
use url::ParseError;

use super::destination::HostPort;

/// Why a call has no answer. No text holds a path, a query or a login: a tenant's secrets may be there.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// Nothing was sent, and nothing will be: the address has to change.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody there, or nobody who could show that they are it.
    #[error("{to} cannot be reached: {}", innermost(.source))]
    Unreachable {
        /// Who was called.
        to: HostPort,
        /// What happened.
        source: reqwest::Error,
    },
    /// It took longer than the call had.
    #[error("{to} took too long to answer; try again later")]
    TimedOut {
        /// Who was called.
        to: HostPort,
        /// What took so long.
        source: reqwest::Error,
    },
    /// The answer ended too early, or is none.
    #[error("the answer of {to} is broken: {}", innermost(&**.source))]
    Broken {
        /// Who was called.
        to: HostPort,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The answer is longer than the call allows, decompressed.
    #[error("the answer of {to} is longer than the {at_most} bytes that are read of it")]
    TooLong {
        /// Who was called.
        to: HostPort,
        /// What the call allows.
        at_most: usize,
    },
    /// The answer sends elsewhere, where nobody is sent.
    #[error(
        "{to} answered {status} and sends us to {location}; redirects are not followed: give the address it leads to"
    )]
    Redirected {
        /// Who was called.
        to: HostPort,
        /// Its answer.
        status: StatusCode,
        /// Where it leads, without path and query.
        location: String,
    },
    /// The client could not be made, at the start.
    #[error("no calls can be made: {0}")]
    Unusable(#[source] Box<dyn Error + Send + Sync>),
}

/// Why an address is not called.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// It is no URL.
    #[error("the address is no URL ({0}); it must be like https://desk.example.com")]
    NotUrl(#[from] ParseError),
    /// It is a URL of something else.
    #[error("an address that begins with `{0}:` is not called; it must begin with https://")]
    Scheme(String),
    /// It has a name or a password.
    #[error("the address has a name or a password before its host; give them as credentials")]
    UserInfo,
    /// Its host is longer than one can be, or its port is 0.
    #[error("the address has no host and port that can be called")]
    Unaddressable,
    /// It is called without encryption.
    #[error("{0} is not called without encryption; give its https:// address{OPERATOR}")]
    Plain(HostPort),
    /// It is no name of the public internet, or one of its addresses is none. Which and why is for the operator's log: a tenant would
    /// learn from it what is where inside.
    #[error("{0} is not on the public internet{OPERATOR}")]
    Inside(HostPort),
}

const OPERATOR: &str = ", or ask the operator to name it in `egress_allow`";

/// What a resolver says of a name that is not called. It comes back wrapped in the client's own errors.
#[derive(Debug)]
pub(super) struct LeadsInside;

impl Display for LeadsInside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads inside")
    }
}

impl Error for LeadsInside {}

impl EgressError {
    /// What went wrong with a call, in our words.
    pub(super) fn of(error: reqwest::Error, to: &HostPort) -> Self {
        // The client says which URL it was, with everything in it.
        let source = error.without_url();
        let to = to.clone();
        if causes(&source).any(|cause| cause.is::<LeadsInside>()) {
            Self::Refused(Refusal::Inside(to))
        } else if source.is_timeout() {
            Self::TimedOut { to, source }
        } else if source.is_connect() {
            Self::Unreachable { to, source }
        } else {
            Self::Broken { to, source: source.into() }
        }
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// What the others are only the wrapping of.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
