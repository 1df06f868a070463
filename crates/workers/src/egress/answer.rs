//! What comes back.

use std::io;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Response, StatusCode};
use tracing::{Instrument, Span};
use url::Url;

use super::body::{Body, TooMuch};
use super::destination::HostPort;
use super::error::EgressError;

/// An answer whose body is still to come. Whoever does not read it to its end gives the connection up.
pub struct Answer {
    response: Response,
    from: HostPort,
    at_most: usize,
    span: Span,
}

impl Answer {
    pub(super) fn new(response: Response, from: HostPort, at_most: usize, span: Span) -> Self {
        span.record("http.response.status_code", response.status().as_u16());
        Self { response, from, at_most, span }
    }

    /// What the other side says of it. Of any kind: nothing is followed and nothing is an error yet.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Its headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The answer, unless it sends elsewhere.
    ///
    /// # Errors
    /// Of those that do, saying where to.
    pub fn unless_redirected(self) -> Result<Self, EgressError> {
        let status = self.status();
        let Some(location) = self.headers().get(LOCATION).filter(|_| status.is_redirection())
        else {
            return Ok(self);
        };
        // Relative to where it comes from, as a browser reads it.
        let location = location.to_str().ok();
        let location = location.and_then(|it| self.response.url().join(it).ok());
        let location = location.as_ref().map_or_else(|| "no URL".to_owned(), without_secrets);
        Err(EgressError::Redirected { to: self.from, status, location })
    }

    /// All of it, decompressed.
    ///
    /// # Errors
    /// When there is more than the request allows, it comes too slowly, or it ends too early.
    pub async fn body(self) -> Result<Vec<u8>, EgressError> {
        let span = self.span.clone();
        let read = self.read().instrument(span.clone()).await;
        if read.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        read
    }

    async fn read(mut self) -> Result<Vec<u8>, EgressError> {
        let mut body = None;
        while let Some(part) = self.response.chunk().await.transpose() {
            let part = part.map_err(|error| EgressError::of(error, &self.from))?;
            let added = match &mut body {
                Some(body) => Body::add(body, &part),
                // An answer without any may tell of the compression that it would have had.
                None => Body::of(self.headers(), self.at_most)
                    .and_then(|begun| body.insert(begun).add(&part)),
            };
            added.map_err(|error| self.unreadable(error))?;
        }
        body.map_or_else(|| Ok(Vec::new()), Body::end).map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: io::Error) -> EgressError {
        let to = self.from.clone();
        match error.get_ref() {
            Some(inner) if inner.is::<TooMuch>() => {
                EgressError::TooLong { to, at_most: self.at_most }
            }
            _ => EgressError::Broken { to, source: error.into() },
        }
    }
}

fn without_secrets(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}", url.scheme())
}
