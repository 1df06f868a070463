//! Access tokens of OAuth 2: where from, until when, and who asks for the next one.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::sleep;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;
use url::form_urlencoded;

use domain::connections::sync::{AccessToken, Account, Renewal, begin_renewal, end_renewal};
use domain::connections::{ConnectionId, Credentials, Grant, OAuth};
use domain::kernel::{Caller, Scope, Secret, TenantId};

use super::assertion::SigningKey;
use super::{read, refused, retry_after};
use crate::connectors::contract::VendorError;
use crate::context::Context;
use crate::egress::Request;

/// How long an answer may take: less than one alone may take to ask.
const WITHIN: Duration = Duration::from_secs(30);
/// When to look again for what somebody else asks for.
const SOON: Duration = Duration::from_secs(1);
/// How often what was got is tried to be kept, and how long after the last try.
const TRIES: u32 = 5;
const AGAIN: Duration = Duration::from_millis(200);
/// How long an assertion is good.
const ASSERTED: TimeDelta = TimeDelta::minutes(5);
/// So long before a token expires the next one is asked for, if that is not a tenth of its life.
const BEFORE: i64 = 60;
/// Why a token may be refused, in the words of RFC 6749. Others are not repeated.
const REASONS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// The access token of one connection.
pub(super) struct Tokens {
    context: Context,
    tenant: TenantId,
    connection: ConnectionId,
    base: String,
    oauth: OAuth,
    /// How long to wait where the vendor asks to and does not say how long.
    wait: Duration,
    current: Arc<Mutex<Option<AccessToken>>>,
}

/// What a vendor answers.
#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    refresh_token: Option<Secret>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<i64>,
}

#[derive(Deserialize)]
struct Refusal {
    error: Option<Value>,
}

impl Tokens {
    pub(super) fn new(
        context: &Context,
        tenant: TenantId,
        account: &Account,
        oauth: OAuth,
        wait: Duration,
    ) -> Arc<Self> {
        let base = account.base_url.clone();
        let (context, connection) = (context.clone(), account.id);
        Arc::new(Self { context, tenant, connection, base, oauth, wait, current: Arc::default() })
    }

    /// The token to show: another one than `stale`, which was refused.
    ///
    /// What a refresh token was spent for has to be kept, whether or not whoever asked still waits for it.
    #[expect(
        clippy::disallowed_methods,
        reason = "it is waited for, and has to end where nobody does any more"
    )]
    pub(super) async fn token(
        self: &Arc<Self>,
        stale: Option<&AccessToken>,
    ) -> std::result::Result<AccessToken, VendorError> {
        let current = Arc::clone(&self.current).lock_owned().await;
        if let Some(token) = &*current
            && Some(token) != stale
            && token.is_fresh(self.now())
        {
            return Ok(token.clone());
        }
        let renewing = Arc::clone(self).renew(current, stale.cloned());
        let renewing = tokio::spawn(renewing.in_current_span().with_current_subscriber());
        renewing.await.unwrap_or_else(|error| Err(unkept(&error)))
    }

    fn renew(
        self: Arc<Self>,
        mut current: OwnedMutexGuard<Option<AccessToken>>,
        stale: Option<AccessToken>,
    ) -> BoxFuture<'static, std::result::Result<AccessToken, VendorError>> {
        let renewing = async move {
            let (id, caller) = (self.connection, Caller::system(self.tenant));
            let begin = async |scope: &Scope| begin_renewal(scope, id, stale.as_ref()).await;
            let begun = self.context.app.write(&caller, begin).await;
            let token = match begun.map_err(|error| unkept(&error))? {
                Renewal::Ours(credentials) => self.exchange(&credentials).await?,
                Renewal::Done(token) => token,
                Renewal::Busy => return Err(VendorError::Limited(SOON)),
            };
            *current = Some(token.clone());
            Ok(token)
        };
        renewing.boxed()
    }

    /// Asks for a token, and keeps what came of it before anybody uses it.
    async fn exchange(&self, used: &Credentials) -> std::result::Result<AccessToken, VendorError> {
        let got = self.ask(used).await;
        for tries in 1.. {
            let (id, caller) = (self.connection, Caller::system(self.tenant));
            let kept = got.as_ref().ok().map(|(token, credentials)| (token, credentials));
            let end = async |scope: &Scope| end_renewal(scope, id, used, kept).await;
            match self.context.app.write(&caller, end).await {
                Ok(()) => break,
                // What was spent cannot be asked for again.
                Err(_) if tries < TRIES => sleep(AGAIN).await,
                Err(error) => return Err(unkept(&error)),
            }
        }
        got.map(|(token, _)| token)
    }

    /// Asks for a token. The credentials are those to ask with the next time.
    async fn ask(
        &self,
        credentials: &Credentials,
    ) -> std::result::Result<(AccessToken, Credentials), VendorError> {
        let asked_at = self.now();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let request = Request::post(
            format!("{}{}", self.base, self.oauth.path),
            self.form(credentials, asked_at)?,
        );
        let request = request
            .header(CONTENT_TYPE, form)
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .within(WITHIN);
        let answer = self.context.egress.send(request).await?.unless_redirected()?;
        let (status, wait) = (answer.status(), retry_after(answer.headers(), asked_at));
        let body = answer.body().await?;
        if status == StatusCode::OK {
            let granted: Granted = read(self.oauth.path, &body)?;
            return Ok(self.granted(granted, credentials, asked_at));
        }
        if matches!(status.as_u16(), 400 | 401 | 403) {
            let told = serde_json::from_slice::<Refusal>(&body).ok().and_then(|it| it.error);
            let why = REASONS.into_iter().find(|word| told.as_ref().is_some_and(|it| it == word));
            return Err(VendorError::Auth(format!(
                "the helpdesk gives no access token for these credentials ({status}, {}): enter new ones",
                why.unwrap_or("without a reason")
            )));
        }
        Err(refused(status, wait, self.wait))
    }

    fn granted(
        &self,
        granted: Granted,
        credentials: &Credentials,
        asked_at: DateTime<Utc>,
    ) -> (AccessToken, Credentials) {
        let Granted { access_token, refresh_token, expires_in } = granted;
        let lives = expires_in.map(|seconds| seconds - BEFORE.min(seconds / 10));
        let renew_at = lives.and_then(TimeDelta::try_seconds).map(|lives| asked_at + lives);
        let rotated = refresh_token.filter(|_| self.oauth.grant == Grant::RefreshToken);
        let next = match rotated {
            Some(token) => credentials.clone().with("refresh_token", token.expose()),
            None => credentials.clone(),
        };
        (AccessToken { token: access_token, renew_at }, next)
    }

    fn form(
        &self,
        credentials: &Credentials,
        now: DateTime<Utc>,
    ) -> std::result::Result<String, VendorError> {
        let field = |name| credentials.get(name).map_err(|error| unkept(&error));
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", self.oauth.grant.word());
        for name in ["client_id", "client_secret"] {
            form.append_pair(name, field(name)?);
        }
        match self.oauth.grant {
            Grant::ClientCredentials => {}
            Grant::RefreshToken => _ = form.append_pair("refresh_token", field("refresh_token")?),
            Grant::Password => {
                for name in ["username", "password"] {
                    form.append_pair(name, field(name)?);
                }
            }
            Grant::JwtBearer => {
                let client = field("client_id")?;
                let claims = json!({
                    "iss": client,
                    "sub": field("username")?,
                    "aud": client,
                    "iat": now.timestamp(),
                    "exp": (now + ASSERTED).timestamp(),
                    "jti": self.context.app.new_id::<uuid::Uuid>(),
                });
                let key = SigningKey { key: field("private_key")?, id: field("key_id")? };
                let token = key.token(&claims);
                let token = token.map_err(|error| VendorError::Auth(error.to_string()))?;
                form.append_pair("assertion", &token);
            }
        }
        if let Some(scope) = self.oauth.scope {
            form.append_pair("scope", scope);
        }
        Ok(form.finish())
    }

    fn now(&self) -> DateTime<Utc> {
        self.context.app.clock().now()
    }
}

/// Nothing of the vendor's: the next try may do better.
fn unkept(error: &(dyn std::error::Error + 'static)) -> VendorError {
    tracing::error!(error, "an access token can neither be asked for nor kept");
    VendorError::Transient("no access token could be asked for or kept just now".to_owned())
}

/// A number, or one in quotes.
fn seconds<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<i64>, D::Error> {
    let value = Option::<Value>::deserialize(from)?;
    Ok(value.and_then(|it| it.as_i64().or_else(|| it.as_str()?.parse().ok())))
}
