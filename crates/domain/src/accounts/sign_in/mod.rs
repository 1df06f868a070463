//! The token endpoint: a password, a client's secret or a refresh token becomes an access token of the tenant's own issuer.
//!
//! Errors have OAuth's words as codes: `invalid_request`, `invalid_client`, `invalid_grant`, `unsupported_grant_type`, `invalid_scope`.
//! Whether an account exists shows neither in an answer nor in how long it takes.

mod grants;
mod types;

use std::sync::Arc;

pub use types::{RevocationRequest, TokenAnswer, TokenRequest};

use super::types::ShownOnce;
use super::{sessions, tokens};
use crate::kernel::{Actor, App, Caller, Error, Result};
use crate::tenants::{self, Issuer, PublicUrls};

/// What a grant comes to.
struct Granted {
    actor: Actor,
    refresh_token: Option<ShownOnce>,
    scope: Option<String>,
}

/// Answers the token endpoint of a tenant: `POST /t/{slug}/oauth/token`.
///
/// # Errors
/// `not_found` when there is no such tenant; otherwise OAuth's.
pub async fn token(
    app: &App,
    urls: &PublicUrls,
    slug: &str,
    request: TokenRequest,
) -> Result<TokenAnswer> {
    let issuer: Arc<Issuer> =
        tenants::issuer(app, slug).await?.ok_or_else(|| Error::not_found("tenant", slug))?;
    let granted = match request.grant_type.as_deref() {
        Some("password") => grants::password(app, &issuer, request).await?,
        Some("client_credentials") => grants::client_credentials(app, &issuer, request).await?,
        Some("refresh_token") => grants::refresh_token(app, &issuer, request).await?,
        Some(_) => return Err(grants::unsupported()),
        None => return Err(grants::missing("grant_type")),
    };
    let Granted { actor, refresh_token, scope } = granted;
    Ok(TokenAnswer {
        access_token: tokens::issue(app, &issuer, urls, actor, scope.clone())?,
        token_type: "Bearer",
        expires_in: urls.token_lifetime().num_seconds(),
        refresh_token,
        scope,
    })
}

/// Ends the session that a refresh token is of (RFC 7009): `POST /t/{slug}/oauth/revoke`. One that is not known has ended already.
///
/// # Errors
/// `not_found` when there is no such tenant; `invalid_request` without a token; `unsupported_token_type` for an access token, which ends by
/// itself within minutes.
pub async fn revoke(app: &App, slug: &str, request: RevocationRequest) -> Result<()> {
    let issuer = tenants::issuer(app, slug).await?;
    let issuer = issuer.ok_or_else(|| Error::not_found("tenant", slug))?;
    let token = request.token.ok_or_else(|| grants::missing("token"))?;
    // Three parts with points between: a JWT.
    if token.expose().split('.').count() == 3 {
        let message = "an access token ends by itself; revoke the refresh token of its session";
        return Err(Error::malformed("unsupported_token_type", message));
    }
    let caller = Caller::system(issuer.tenant.id);
    app.write(&caller, async |scope| sessions::end(scope, &token).await).await
}
