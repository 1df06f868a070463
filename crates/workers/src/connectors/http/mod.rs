//! What every vendor's HTTP has in common: who asks, what a status means, how long to wait.

mod assertion;
mod budget;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue,
    InvalidHeaderValue, RETRY_AFTER,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use domain::connections::Scheme;
use domain::connections::sync::{AccessToken, Account};
use domain::kernel::{Clock, OrInternal, Result, TenantId};

use self::budget::Budget;
pub(crate) use self::budget::describe_metrics;
pub use self::budget::{Budgets, LimitHeaders, Reset};
use self::tokens::Tokens;
use super::contract::VendorError;
use crate::context::Context;
use crate::egress::{Answer, Egress, EgressError, Request};

/// The largest page: a thousand tickets of some 10 kB each, and room.
const LARGEST: usize = 64 << 20;
/// How long a page may take.
const WITHIN: Duration = Duration::from_secs(120);

/// Asks one account of a vendor.
pub struct Http {
    egress: Egress,
    base: String,
    headers: HeaderMap,
    tokens: Option<Arc<Tokens>>,
    budget: Budget,
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

/// What is peculiar to a vendor's HTTP.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// What else every request says.
    pub headers: &'static [(&'static str, &'static str)],
    /// What tells how much may still be asked, where something does.
    pub limits: Option<LimitHeaders>,
    /// How long to wait where the vendor asks to and does not say how long.
    pub wait: Duration,
}

impl Http {
    /// # Errors
    /// `internal` for credentials that no header can hold: the descriptor keeps them out.
    pub fn new(
        context: &Context,
        tenant: TenantId,
        account: &Account,
        manners: Manners,
    ) -> Result<Self> {
        let Manners { headers: others, limits, wait } = manners;
        let (mut headers, mut tokens) = (HeaderMap::new(), None);
        match account.scheme {
            Scheme::Basic(pattern) => {
                let pair = STANDARD.encode(account.credentials.fill(pattern)?);
                headers.insert(AUTHORIZATION, secret(&format!("Basic {pair}"))?);
            }
            Scheme::Header { name, value } => {
                let value = secret(&account.credentials.fill(value)?)?;
                headers.insert(HeaderName::from_static(name), value);
            }
            Scheme::OAuth(oauth) => {
                tokens = Some(Tokens::new(context, tenant, account, oauth, wait));
            }
        }
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in others {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let base = account.base_url.trim_end_matches('/').to_owned();
        let (egress, clock) = (context.egress.clone(), context.app.clock().clone());
        let budget = context.budgets.of(tenant, account, limits, &clock);
        Ok(Self { egress, base, headers, tokens, budget, wait, clock })
    }

    /// The same for what somebody waits for: what reads in the background leaves it some of what may be asked.
    #[must_use]
    pub fn urgent(self) -> Self {
        Self { budget: self.budget.urgent(), ..self }
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
        request: Request,
    ) -> std::result::Result<Page<T>, VendorError> {
        let asked_at = self.now();
        let answer = self.let_in(request.at_most(LARGEST).within(WITHIN)).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        if status != StatusCode::OK {
            return Err(self.refused(status, &headers).await);
        }
        let asked_at = asked_at + ahead(&headers, self.now());
        let body = answer.body().await?;
        Ok(Page { body: read(path, &body)?, asked_at, headers })
    }

    /// Sends a request with what lets it in. An access token may be no good before its time: it is renewed once.
    async fn let_in(&self, mut request: Request) -> std::result::Result<Answer, VendorError> {
        for (name, value) in &self.headers {
            request = request.header(name.clone(), value.clone());
        }
        let Some(tokens) = &self.tokens else { return self.send(request).await };
        let token = tokens.token(None).await?;
        let answer = self.send(bearing(request.clone(), &token)?).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let token = tokens.token(Some(&token)).await?;
        self.send(bearing(request, &token)?).await
    }

    async fn send(&self, request: Request) -> std::result::Result<Answer, VendorError> {
        self.budget.take().await.map_err(VendorError::Limited)?;
        let answer = self.egress.send(request).await?.unless_redirected()?;
        self.budget.hear(answer.headers()).await;
        Ok(answer)
    }

    /// What a status means. Where it asks to wait, whoever else asks waits too.
    async fn refused(&self, status: StatusCode, headers: &HeaderMap) -> VendorError {
        let usual = self.budget.resets_in(headers).unwrap_or(self.wait);
        let error = refused(status, retry_after(headers, self.now()), usual);
        if let VendorError::Limited(wait) = error {
            self.budget.rest(wait, headers).await;
        }
        error
    }

    /// The time here.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// By how much the vendor's clock is ahead of ours, where it tells the time.
fn ahead(headers: &HeaderMap, now: DateTime<Utc>) -> TimeDelta {
    let told = headers.get(DATE).and_then(|date| date.to_str().ok());
    let told = told.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    told.map_or(TimeDelta::zero(), |told| told.to_utc() - now)
}

/// A header that no log repeats.
fn secret(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(text).or_internal()?;
    value.set_sensitive(true);
    Ok(value)
}

/// A request with an access token.
fn bearing(request: Request, token: &AccessToken) -> std::result::Result<Request, VendorError> {
    let value = HeaderValue::try_from(format!("Bearer {}", token.token.expose()));
    let value = value.map_err(|_secret: InvalidHeaderValue| {
        VendorError::Shape("the access token of the helpdesk is none that can be sent".to_owned())
    })?;
    Ok(request.header(AUTHORIZATION, value))
}

/// How long the vendor asks to wait: in seconds, or until a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some((at.to_utc() - now).to_std().unwrap_or_default())
}

/// What a vendor says in words is for its own people, and may repeat what nobody else should read. `usual` is how long to wait where it asks to
/// and does not say how long.
fn refused(status: StatusCode, wait: Option<Duration>, usual: Duration) -> VendorError {
    let told = format!("the helpdesk answered {status}");
    match status.as_u16() {
        401 => VendorError::Auth(format!("{told}: check the address and the credentials")),
        403 => VendorError::Auth(format!("{told}: these credentials may not read what is synced")),
        429 => VendorError::Limited(wait.unwrap_or(usual)),
        503 if wait.is_some() => VendorError::Limited(wait.unwrap_or(usual)),
        404 | 410 => VendorError::Missing(told),
        408 | 425 | 500.. => VendorError::Transient(told),
        _ => VendorError::Refused(told),
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
