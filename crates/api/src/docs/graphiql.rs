//! GraphiQL from our own address: nothing is fetched from anywhere else. `graphiql/build.sh` makes what is served.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use domain::kernel::Error;

use crate::app::Api;
use crate::http::Result;

/// Its editor sets styles of its own; scripts and requests stay at this address.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The page, where the operator lets it be.
pub(super) async fn page(request: HttpRequest, api: Api) -> Result<HttpResponse> {
    if !api.has_graphiql() {
        return Err(Error::not_found("page", request.path()).into());
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .body(include_str!("../../graphiql/index.html")))
}

/// What the page is made of.
pub(super) async fn part(
    request: HttpRequest,
    api: Api,
    name: Path<String>,
) -> Result<HttpResponse> {
    let (media_type, body): (_, &'static [u8]) = match name.as_str() {
        _ if !api.has_graphiql() => return Err(Error::not_found("page", request.path()).into()),
        "graphiql.js" => ("text/javascript", include_bytes!("../../graphiql/graphiql.js.gz")),
        "graphiql.css" => ("text/css", include_bytes!("../../graphiql/graphiql.css.gz")),
        "page.css" => ("text/css", include_bytes!("../../graphiql/page.css")),
        "LICENSES.txt" => ("text/plain", include_bytes!("../../graphiql/LICENSES.txt")),
        _ => return Err(Error::not_found("page", request.path()).into()),
    };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, format!("{media_type}; charset=utf-8")));
    answer.insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    answer.insert_header((CACHE_CONTROL, "public, max-age=300"));
    if body.starts_with(&[0x1f, 0x8b]) {
        answer.insert_header((CONTENT_ENCODING, "gzip"));
    }
    Ok(answer.body(body))
}
