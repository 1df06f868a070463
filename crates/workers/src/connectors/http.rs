//! What every vendor's HTTP has in common: who asks, what a status means, how long to wait.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use domain::kernel::{Clock, OrInternal, Result};

use super::contract::VendorError;
use crate::context::Context;
use crate::egress::{Egress, EgressError, Request};

/// The largest page: a thousand tickets of some 10 kB each, and room.
const LARGEST: usize = 64 << 20;
/// How long a page may take.
const WITHIN: Duration = Duration::from_secs(120);

/// Asks one account of a vendor.
pub struct Http {
    egress: Egress,
    base: String,
    headers: HeaderMap,
    wait: Duration,
    clock: Clock,
}

/// An answer that was read.
pub struct Page<T> {
    /// What it says.
    pub body: T,
    /// When it was asked for, by the vendor's own clock where it tells the time: the vendor knew all until then, and dates it by that clock.
    pub asked_at: DateTime<Utc>,
    /// What stood above it.
    pub headers: HeaderMap,
}

/// How an account is signed in to.
pub struct SignIn<'a> {
    /// Its address.
    pub base_url: &'a str,
    /// With what.
    pub auth: Auth<'a>,
    /// What else every request says.
    pub headers: &'static [(&'static str, &'static str)],
    /// How long to wait where the vendor asks to and does not say how long.
    pub wait: Duration,
}

/// What is shown at the door.
pub enum Auth<'a> {
    /// A name and a password, or what a vendor puts in their place.
    Basic(String, &'a str),
    /// A token.
    Bearer(&'a str),
}

impl Http {
    /// # Errors
    /// `internal` for credentials that no header can hold: the descriptor keeps them out.
    pub fn new(context: &Context, sign_in: SignIn<'_>) -> Result<Self> {
        let SignIn { base_url, auth, headers: others, wait } = sign_in;
        let auth = match auth {
            Auth::Basic(user, password) => {
                format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
            }
            Auth::Bearer(token) => format!("Bearer {token}"),
        };
        let mut auth = HeaderValue::try_from(auth).or_internal()?;
        auth.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, auth);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in others {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let base = base_url.trim_end_matches('/').to_owned();
        let (egress, clock) = (context.egress.clone(), context.app.clock().clone());
        Ok(Self { egress, base, headers, wait, clock })
    }

    /// Reads a page. `path` is what comes after the account's address, which alone is ever asked: a vendor's own links are not followed.
    ///
    /// # Errors
    /// [`VendorError`], by what went wrong.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> std::result::Result<Page<T>, VendorError> {
        self.ask(path, Request::get(format!("{}{path}", self.base))).await
    }

    /// Reads a page that is asked for with a body: a search.
    ///
    /// # Errors
    /// [`VendorError`], by what went wrong.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> std::result::Result<Page<T>, VendorError> {
        let json = HeaderValue::from_static("application/json");
        let request = Request::post(format!("{}{path}", self.base), body.to_string());
        self.ask(path, request.header(CONTENT_TYPE, json)).await
    }

    /// What there may be none of.
    ///
    /// # Errors
    /// [`VendorError`], by what went wrong.
    pub async fn find<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> std::result::Result<Option<Page<T>>, VendorError> {
        match self.get(path).await {
            Err(VendorError::Missing(_)) => Ok(None),
            found => found.map(Some),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        mut request: Request,
    ) -> std::result::Result<Page<T>, VendorError> {
        for (name, value) in &self.headers {
            request = request.header(name.clone(), value.clone());
        }
        let asked_at = self.now();
        let request = request.at_most(LARGEST).within(WITHIN);
        let answer = self.egress.send(request).await?.unless_redirected()?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        if status != StatusCode::OK {
            return Err(self.refused(status, self.retry_after(&headers)));
        }
        let asked_at = asked_at + self.ahead(&headers);
        let body = answer.body().await?;
        Ok(Page { body: read(path, &body)?, asked_at, headers })
    }

    /// The time here.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// By how much the vendor's clock is ahead of ours, where it tells the time.
    fn ahead(&self, headers: &HeaderMap) -> TimeDelta {
        let told = headers.get(DATE).and_then(|date| date.to_str().ok());
        let told = told.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        told.map_or(TimeDelta::zero(), |told| told.to_utc() - self.now())
    }

    /// In seconds, or as a date.
    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let at = DateTime::parse_from_rfc2822(text).ok()?;
        Some((at.to_utc() - self.now()).to_std().unwrap_or_default())
    }

    /// What a vendor says in words is for its own people, and may repeat what nobody else should read.
    fn refused(&self, status: StatusCode, wait: Option<Duration>) -> VendorError {
        let told = format!("the helpdesk answered {status}");
        match status.as_u16() {
            401 => VendorError::Auth(format!("{told}: check the address and the credentials")),
            403 => {
                VendorError::Auth(format!("{told}: these credentials may not read what is synced"))
            }
            429 => VendorError::Limited(wait.unwrap_or(self.wait)),
            503 if wait.is_some() => VendorError::Limited(wait.unwrap_or(self.wait)),
            404 | 410 => VendorError::Missing(told),
            408 | 425 | 500.. => VendorError::Transient(told),
            _ => VendorError::Refused(told),
        }
    }
}

/// Reads a text of the vendor's. `path` is what it is called where it cannot be read.
///
/// Read as a whole first: only a page that cannot be read is read again to say where. What stands there is left out.
///
/// # Errors
/// `Shape`, with the place; `Transient` where the text is cut off.
pub fn read<T: DeserializeOwned>(path: &str, body: &[u8]) -> std::result::Result<T, VendorError> {
    serde_json::from_slice(body).map_err(|error| {
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        if error.is_eof() {
            return VendorError::Transient(format!("the answer of {path} ends in its middle"));
        }
        let again = &mut serde_json::Deserializer::from_slice(body);
        let place = serde_path_to_error::deserialize::<_, T>(again)
            .err()
            .map(|error| error.path().to_string());
        let place =
            place.unwrap_or_else(|| format!("line {}, column {}", error.line(), error.column()));
        VendorError::Shape(format!("the answer of {path} is not as documented at {place}"))
    })
}

impl From<EgressError> for VendorError {
    fn from(error: EgressError) -> Self {
        match error {
            EgressError::Refused(_)
            | EgressError::Redirected { .. }
            | EgressError::TooLong { .. } => Self::Refused(error.to_string()),
            EgressError::Unreachable { .. }
            | EgressError::TimedOut { .. }
            | EgressError::Broken { .. }
            | EgressError::Unusable(_) => Self::Transient(error.to_string()),
        }
    }
}

/// A text as a part of a path or of a query.
#[must_use]
pub fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
