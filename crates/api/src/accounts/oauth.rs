//! The tenant as an issuer: tokens, keys and discovery. Failures have OAuth's shape (RFC 6749 §5.2), because OAuth's clients read them.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::web::Form;
use actix_web::{HttpRequest, HttpResponse, get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::accounts::{self, RevocationRequest, Secret, TokenAnswer, TokenRequest};
use domain::kernel::{Error, ErrorKind};
use domain::tenants::{self, Discovery, Jwks};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::http::{Attempt, Failure, Json, Path, Problems, Result, observe_failure, status};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(token).service(revoke).service(discovery).service(keys);
}

/// Why there is no token (RFC 6749 §5.2).
#[derive(Serialize, ToSchema)]
struct TokenError<'a> {
    /// One of OAuth's words.
    error: &'a str,
    /// What happened, and what to do.
    error_description: &'a str,
}

/// Get a token: by a password, an API client's secret, or the newest refresh token of a session.
///
/// Access tokens live ten minutes. A user's comes with a refresh token, which is good once: the next answer has the next one.
#[utoipa::path(
    tag = "accounts",
    operation_id = "tokens.create", params(("tenant" = String, Path, description = "The tenant's name in addresses.")),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded", example = json!({ "grant_type": "client_credentials", "client_id": "client_01h455vb4pex5vsknk084sn02q", "client_secret": "s3cr3t-that-was-shown-once" })),
    security(()),
    responses(
        (status = OK, body = TokenAnswer),
        (status = BAD_REQUEST, body = TokenError, description = "The request is not one, or its grant is not good.", example = json!({ "error": "invalid_grant", "error_description": "the e-mail or the password is wrong" })),
        (status = UNAUTHORIZED, body = TokenError, description = "The client is not known, or its secret is wrong.", example = json!({ "error": "invalid_client", "error_description": "the client or its secret is wrong" })),
        (status = NOT_FOUND, body = TokenError, description = "There is no such tenant.", example = json!({ "error": "not_found", "error_description": "there is no tenant `acme`" })),
        (status = TOO_MANY_REQUESTS, body = TokenError, description = "There were too many tries; `Retry-After` says when to try again.", example = json!({ "error": "limited", "error_description": "there were too many tries to sign in; try again later" })),
        (status = SERVICE_UNAVAILABLE, body = TokenError, description = "A part of the service is away for a moment.", example = json!({ "error": "unavailable", "error_description": "a part of the service is away for a moment; try again" }))
    )
)]
#[post("/t/{tenant}/oauth/token")]
async fn token(
    http: HttpRequest,
    api: Api,
    tenant: Path<String>,
    form: std::result::Result<Form<TokenRequest>, actix_web::Error>,
) -> HttpResponse {
    let asked = async {
        let address = api.proxies().client(&http);
        api.limits().stranger(address).await?;
        let mut request = form.map_err(|error| unreadable(&error))?.into_inner();
        basic(&http, &mut request)?;
        let attempt = request.signs_in_as().map(|account| {
            let tenant = tenant.to_owned();
            Attempt { tenant, account, address }
        });
        if let Some(attempt) = &attempt {
            api.limits().sign_in(attempt).await?;
        }
        let answer = accounts::token(&api, api.urls(), &tenant, request).await?;
        if let Some(attempt) = &attempt {
            api.limits().signed_in(attempt).await;
        }
        Ok(answer)
    };
    match asked.await {
        Ok(answer) => HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(answer),
        Err(error) => refusal(&error),
    }
}

/// End a session: sign out (RFC 7009).
///
/// No refresh token of it is good any more; its last access token ends by itself, within ten minutes. A token that is not known has ended
/// already, and that is no error.
#[utoipa::path(
    tag = "accounts",
    operation_id = "tokens.revoke", params(("tenant" = String, Path, description = "The tenant's name in addresses.")),
    request_body(content = RevocationRequest, content_type = "application/x-www-form-urlencoded", example = json!({ "token": "r3fr3sh-that-is-good-once" })),
    security(()),
    responses(
        (status = OK, description = "It has ended."),
        (status = BAD_REQUEST, body = TokenError, description = "There is no token, or it is one that ends by itself.", example = json!({ "error": "invalid_request", "error_description": "`token` is missing" })),
        (status = NOT_FOUND, body = TokenError, description = "There is no such tenant.", example = json!({ "error": "not_found", "error_description": "there is no tenant `acme`" })),
        (status = TOO_MANY_REQUESTS, body = TokenError, description = "There were too many requests; `Retry-After` says when to try again.", example = json!({ "error": "limited", "error_description": "this address has tried more often than it may; try again later" })),
        (status = SERVICE_UNAVAILABLE, body = TokenError, description = "A part of the service is away for a moment.", example = json!({ "error": "unavailable", "error_description": "a part of the service is away for a moment; try again" }))
    )
)]
#[post("/t/{tenant}/oauth/revoke")]
async fn revoke(
    http: HttpRequest,
    api: Api,
    tenant: Path<String>,
    form: std::result::Result<Form<RevocationRequest>, actix_web::Error>,
) -> HttpResponse {
    let asked = async {
        api.limits().stranger(api.proxies().client(&http)).await?;
        let request = form.map_err(|error| unreadable(&error))?.into_inner();
        accounts::revoke(&api, &tenant, request).await
    };
    match asked.await {
        Ok(()) => HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).finish(),
        Err(error) => refusal(&error),
    }
}

/// A form that cannot be read is an invalid request in OAuth's words too.
fn unreadable(error: &actix_web::Error) -> Error {
    let message = match error.as_error::<Failure>() {
        Some(failure) => failure.error.message().to_owned(),
        None => format!("the form cannot be read: {error}"),
    };
    Error::malformed("invalid_request", message)
}

fn refusal(error: &Error) -> HttpResponse {
    observe_failure(error);
    let status = match error.code() {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        _ if error.kind() == ErrorKind::Unauthenticated => StatusCode::BAD_REQUEST,
        _ => status(error.kind()),
    };
    let mut answer = HttpResponse::build(status);
    answer.insert_header((CACHE_CONTROL, "no-store"));
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((WWW_AUTHENTICATE, "Basic realm=\"plumbline\""));
    }
    if let Some(wait) = error.retry_after() {
        answer.insert_header((RETRY_AFTER, wait.as_secs().max(1)));
    }
    answer.json(TokenError { error: error.code(), error_description: error.message() })
}

/// A client may also show itself by HTTP Basic (RFC 6749 §2.3.1), but not both ways at once.
fn basic(http: &HttpRequest, request: &mut TokenRequest) -> std::result::Result<(), Error> {
    let Some(header) = http.headers().get(AUTHORIZATION) else {
        return Ok(());
    };
    let wrong = || {
        Error::unauthenticated(
            "invalid_client",
            "the `Authorization` header is not HTTP Basic with a client's id and secret",
        )
    };
    let text =
        header.to_str().ok().and_then(|text| text.strip_prefix("Basic ")).ok_or_else(wrong)?;
    let bytes = STANDARD.decode(text.trim()).map_err(|error| wrong().because(error))?;
    let pair = String::from_utf8(bytes).map_err(|error| wrong().because(error))?;
    let (id, secret) = pair.split_once(':').ok_or_else(wrong)?;
    if request.client_id.is_some() || request.client_secret.is_some() {
        return Err(Error::malformed(
            "invalid_request",
            "the client shows itself twice: in the header and in the form",
        ));
    }
    request.client_id = Some(id.to_owned());
    request.client_secret = Some(Secret::new(secret));
    Ok(())
}

/// Say where this tenant's tokens come from and how to check them.
#[utoipa::path(tag = "accounts", operation_id = "tokens.discovery", params(("tenant" = String, Path, description = "The tenant's name in addresses.")), security(()), responses((status = OK, body = Discovery), Problems))]
#[get("/t/{tenant}/.well-known/openid-configuration")]
async fn discovery(http: HttpRequest, api: Api, tenant: Path<String>) -> Result<Json<Discovery>> {
    api.limits().stranger(api.proxies().client(&http)).await?;
    Ok(Json(tenants::discovery(&api, api.urls(), &tenant).await?))
}

/// List the public keys of this tenant's tokens.
#[utoipa::path(tag = "accounts", operation_id = "tokens.keys", params(("tenant" = String, Path, description = "The tenant's name in addresses.")), security(()), responses((status = OK, body = Jwks), Problems))]
#[get("/t/{tenant}/.well-known/jwks.json")]
async fn keys(http: HttpRequest, api: Api, tenant: Path<String>) -> Result<HttpResponse> {
    api.limits().stranger(api.proxies().client(&http)).await?;
    let keys = tenants::jwks(&api, &tenant).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=60")).json(keys))
}
