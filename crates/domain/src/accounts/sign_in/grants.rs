//! What each kind of grant asks for.

use super::{Granted, TokenRequest};
use crate::accounts::clients::{self, ApiClientState, entity as client};
use crate::accounts::passwords::{self, PasswordHash};
use crate::accounts::secrets::digest;
use crate::accounts::sessions;
use crate::accounts::types::ShownOnce;
use crate::accounts::users::entity::user;
use crate::accounts::users::{self, UserState};
use crate::kernel::check::normalise_email;
use crate::kernel::{Actor, ApiClientId, App, Caller, Error, Permission, Result, Scope, UserId};
use crate::tenants::{Issuer, TenantState};

/// E-mail and password. An unknown account costs a hashing too.
pub(super) async fn password(app: &App, issuer: &Issuer, request: TokenRequest) -> Result<Granted> {
    if !issuer.tenant.password_sign_in {
        return Err(unsupported());
    }
    let email = request.username.ok_or_else(|| missing("username"))?;
    let password = request.password.ok_or_else(|| missing("password"))?;
    without_scope(request.scope.as_deref())?;
    if password.expose().len() > passwords::MAX_BYTES {
        return Err(invalid_grant());
    }
    let caller = caller(issuer)?;
    let email = normalise_email(&email);
    let found = app.read(&caller, async |scope| users::by_email(scope, &email).await);
    let found = found.await?;
    let known = found.as_ref().and_then(|user| user.password_hash.clone());
    let verified = passwords::verify_password(password, known.clone()).await?;
    let Some(user) = found.filter(|_| verified) else {
        return Err(invalid_grant());
    };
    let session = app.write(&caller, async |scope| start(scope, user.id, known).await);
    let refresh_token = session.await?.ok_or_else(invalid_grant)?;
    Ok(Granted { actor: Actor::User(user.id), refresh_token: Some(refresh_token), scope: None })
}

/// Looks again: while the password was hashed, the user may have been suspended or given another one.
async fn start(
    scope: &Scope,
    id: UserId,
    verified: Option<PasswordHash>,
) -> Result<Option<ShownOnce>> {
    let user = scope.lock::<user::Entity>(id).await?;
    if user.state != UserState::Active || user.password_hash != verified {
        return Ok(None);
    }
    sessions::start(scope, id).await.map(Some)
}

/// A client's id and secret, for all of its scopes or some.
pub(super) async fn client_credentials(
    app: &App,
    issuer: &Issuer,
    request: TokenRequest,
) -> Result<Granted> {
    let id = request.client_id.ok_or_else(|| missing("client_id"))?;
    let secret = request.client_secret.ok_or_else(|| missing("client_secret"))?;
    let caller = caller(issuer).map_err(|error| invalid_client().because(error))?;
    let id: ApiClientId = id.parse().map_err(|error| invalid_client().because(error))?;
    let found = app.read(&caller, async |scope| clients::by_id(scope, id).await);
    // Comparing digests byte by byte tells nothing: nobody can aim at one.
    let good = |client: &client::Model| {
        client.state == ApiClientState::Active && client.secret_hash == digest(secret.expose())
    };
    let client = found.await?.filter(good).ok_or_else(invalid_client)?;
    let scope = narrowed(client.scopes, request.scope.as_deref())?;
    Ok(Granted { actor: Actor::Client(client.id), refresh_token: None, scope: Some(scope) })
}

/// The scopes that are asked for, all of them the client's.
fn narrowed(own: String, asked: Option<&str>) -> Result<String> {
    let Some(asked) = asked.map(str::trim).filter(|asked| !asked.is_empty()) else {
        return Ok(own);
    };
    let mut scopes: Vec<&str> = Vec::new();
    for word in asked.split(' ').filter(|word| !word.is_empty()) {
        // What a wider scope includes may be asked for alone.
        let permission = Permission::from_word(word).filter(|it| it.is_in(own.split(' ')));
        if permission.is_none() {
            return Err(invalid_scope());
        }
        if !scopes.contains(&word) {
            scopes.push(word);
        }
    }
    Ok(scopes.join(" "))
}

/// The newest refresh token of a session.
pub(super) async fn refresh_token(
    app: &App,
    issuer: &Issuer,
    request: TokenRequest,
) -> Result<Granted> {
    let token = request.refresh_token.ok_or_else(|| missing("refresh_token"))?;
    without_scope(request.scope.as_deref())?;
    let caller = caller(issuer)?;
    // A reused token is refused, and what ends its session is committed all the same.
    let refreshed = app.write(&caller, async |scope| sessions::refresh(scope, &token).await);
    let (user, next) = refreshed.await?.ok_or_else(invalid_grant)?;
    Ok(Granted { actor: Actor::User(user), refresh_token: Some(next), scope: None })
}

/// Plumbline itself, in a tenant that is in use.
fn caller(issuer: &Issuer) -> Result<Caller> {
    if issuer.tenant.state != TenantState::Active {
        return Err(invalid_grant());
    }
    Ok(Caller::system(issuer.tenant.id))
}

/// A user's token is never narrowed, and an answer must not look as if it were.
fn without_scope(scope: Option<&str>) -> Result<()> {
    match scope.map(str::trim) {
        None | Some("") => Ok(()),
        Some(_) => Err(invalid_scope()),
    }
}

pub(super) fn missing(field: &str) -> Error {
    Error::malformed("invalid_request", format!("`{field}` is missing"))
}

pub(super) fn unsupported() -> Error {
    let message = "this tenant's token endpoint does not take this `grant_type`";
    Error::malformed("unsupported_grant_type", message)
}

fn invalid_grant() -> Error {
    let message =
        "what was given is wrong, has expired or was revoked, or its owner may not sign in";
    Error::malformed("invalid_grant", message)
}

fn invalid_client() -> Error {
    let message = "there is no such client with this secret";
    Error::unauthenticated("invalid_client", message)
}

fn invalid_scope() -> Error {
    let message = "`scope` names what the client was not given; users' tokens take none";
    Error::malformed("invalid_scope", message)
}
