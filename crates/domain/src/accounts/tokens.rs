//! Access tokens: made by one's own issuer, and read so strictly that only such a one passes (RFC 8725, RFC 9068).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::types::ShownOnce;
use crate::kernel::{Actor, App, Caller, Error, Result};
use crate::tenants::{self, Issuer, LEEWAY, PublicKey, PublicUrls, SigningKeyId, TenantState};

/// Ours have about 600 bytes.
const MAX_BYTES: usize = 4096;
const ALGORITHM: &str = "EdDSA";
const TYPE: &str = "at+jwt";

/// Nothing else may stand in a header: no `crit`, no key and no address of one. Derived readers refuse a name that comes twice.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// Times are whole seconds; a text or a fraction is not one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Why a token is not good: for the log. Whoever brought it is told nothing of it.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("it is longer than any of ours")]
    Size,
    #[error("it does not have three parts of base64url")]
    Shape,
    #[error("its header is not one of ours")]
    Header,
    #[error("its claims are not in our form")]
    Claims,
    #[error("its issuer is not one of ours, or its audience not that issuer's")]
    Issuer,
    #[error("its tenant is suspended")]
    Tenant,
    #[error("its key is not one of its issuer's, or no longer")]
    Key,
    #[error("its signature does not fit")]
    Signature,
    #[error("it has expired, is not yet good, or lives too long")]
    Time,
    #[error("its subject is nobody")]
    Subject,
}

/// Signs an access token for an actor.
pub(super) fn issue(
    app: &App,
    issuer: &Issuer,
    urls: &PublicUrls,
    actor: Actor,
    scope: Option<String>,
) -> Result<ShownOnce> {
    let now = app.clock().now();
    let claims = Claims {
        iss: urls.issuer(&issuer.tenant.slug),
        sub: actor.to_string(),
        aud: urls.current().to_owned(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: (now + urls.token_lifetime()).timestamp(),
        jti: super::secrets::random("").expose().to_owned(),
        scope,
    };
    let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?);
    let (message, signature) = issuer.sign(|kid| {
        let header = serde_json::json!({ "alg": ALGORITHM, "typ": TYPE, "kid": kid });
        format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header.to_string()))
    })?;
    Ok(ShownOnce::new(format!("{message}.{signature}")))
}

/// Who a token was made for, if it is one of ours, for here and for now. Whether they are still welcome is asked when a scope is opened.
///
/// # Errors
/// `invalid_token`, the same for every reason.
pub async fn authenticate(
    app: &App,
    urls: &PublicUrls,
    token: &str,
    request_id: Option<String>,
) -> Result<Caller> {
    let refuse = |refusal: Refusal| {
        let message = "a valid access token is needed: `Authorization: Bearer …`";
        Error::unauthenticated("invalid_token", message).because(refusal)
    };
    let (now, lifetime) = (app.clock().now(), urls.token_lifetime());
    // What the token says by itself comes first, and what was known of its issuer once: a bad one waits for no connection.
    let token = read(token).map_err(refuse)?;
    let (issuer, kid) = (&token.claims.iss, token.kid);
    let (url, slug) = urls.locate(issuer).ok_or_else(|| refuse(Refusal::Issuer))?;
    if token.claims.aud != url {
        return Err(refuse(Refusal::Issuer));
    }
    let (actor, scopes) = bearer(&token.claims, now, lifetime).map_err(refuse)?;
    let signed = tenants::known_key(app, slug, kid).map(|key| token.is_signed_with(&key));
    if signed == Some(false) {
        return Err(refuse(Refusal::Signature));
    }
    let issuer = tenants::issuer_with_key(app, slug, kid).await?;
    let issuer = issuer.ok_or_else(|| refuse(Refusal::Issuer))?;
    verify(&token, &issuer, signed.is_some(), now).map_err(refuse)?;
    let caller = Caller { actor, request_id, scopes, ..Caller::system(issuer.tenant.id) };
    Ok(caller)
}

/// A token whose form is ours and whose words are not yet believed.
struct Unverified<'a> {
    message: &'a str,
    signature: &'a str,
    kid: SigningKeyId,
    claims: Claims,
}

fn read(token: &str) -> Result<Unverified<'_>, Refusal> {
    if token.len() > MAX_BYTES {
        return Err(Refusal::Size);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Shape)?;
    let (header, claims) = message.split_once('.').ok_or(Refusal::Shape)?;
    let header: Header = object(header).ok_or(Refusal::Header)?;
    if header.alg != ALGORITHM || header.typ != TYPE {
        return Err(Refusal::Header);
    }
    Ok(Unverified {
        message,
        signature,
        kid: header.kid.parse().ok().ok_or(Refusal::Key)?,
        claims: object(claims).ok_or(Refusal::Claims)?,
    })
}

/// A JSON object in base64url. A derived reader would also take an array of the values in order.
fn object<T: DeserializeOwned>(part: &str) -> Option<T> {
    let json = URL_SAFE_NO_PAD.decode(part).ok()?;
    if json.first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(&json).ok()
}

impl Unverified<'_> {
    fn is_signed_with(&self, key: &PublicKey) -> bool {
        key.verifies(self.message, self.signature)
    }
}

/// Whether the issuer stands by the token's words. What a key signed, it signed; whether it still may is another question.
fn verify(
    token: &Unverified<'_>,
    issuer: &Issuer,
    signed: bool,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let key = issuer.key(token.kid, now).ok_or(Refusal::Key)?;
    if !signed && !token.is_signed_with(key) {
        return Err(Refusal::Signature);
    }
    match issuer.tenant.state {
        TenantState::Active => Ok(()),
        TenantState::Suspended | TenantState::Erasing => Err(Refusal::Tenant),
    }
}

/// Who the words are about, where they could be ours and of now.
fn bearer(
    claims: &Claims,
    now: DateTime<Utc>,
    lifetime: TimeDelta,
) -> Result<(Actor, Option<Vec<String>>), Refusal> {
    if !is_timely(claims, now.timestamp(), lifetime) {
        return Err(Refusal::Time);
    }
    let scopes = claims.scope.as_ref();
    let scopes = scopes.map(|words| words.split(' ').map(str::to_owned).collect());
    let actor = match claims.sub.split_once('_') {
        Some(("user", _)) => claims.sub.parse().ok().map(Actor::User),
        // What a client may do is what its token says, so it says something.
        Some(("client", _)) if claims.scope.is_some() => claims.sub.parse().ok().map(Actor::Client),
        Some(_) | None => None,
    };
    if claims.jti.is_empty() {
        return Err(Refusal::Claims);
    }
    Ok((actor.ok_or(Refusal::Subject)?, scopes))
}

/// The order is that of a token of ours, and it lives no longer than one.
fn is_timely(claims: &Claims, now: i64, lifetime: TimeDelta) -> bool {
    let (leeway, lifetime) = (LEEWAY.num_seconds(), lifetime.num_seconds());
    let Claims { iat, nbf, exp, .. } = *claims;
    let ordered = 0 < iat && iat <= nbf && nbf < exp && exp <= iat.saturating_add(lifetime);
    ordered && nbf <= now + leeway && now < exp.saturating_add(leeway)
}
