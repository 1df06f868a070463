//! From a bearer token to who asks.

use std::future::{Future, ready};
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, IF_MATCH};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::accounts;
use domain::kernel::{self, Error};

use crate::app::Api;
use crate::http::{Failure, RequestId, observe_caller};

/// Who asks: a verified token's actor. A request that is done once has found out before.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) kernel::Caller);

impl Deref for Caller {
    type Target = kernel::Caller;

    fn deref(&self) -> &kernel::Caller {
        &self.0
    }
}

impl FromRequest for Caller {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if let Some(known) = request.extensions().get::<Self>().cloned() {
            return Box::pin(ready(Ok(known)));
        }
        let api = Api::from_request(request, payload).into_inner();
        let token = bearer(request);
        let expected = expected_version(request);
        let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
        let request = request.clone();
        Box::pin(async move {
            let api = api?;
            let mut caller = accounts::authenticate(&api, api.urls(), &token?, request_id).await?;
            observe_caller(&caller);
            caller.expected_version = expected?;
            admit(&api, &caller, &request).await?;
            Ok(Self(caller))
        })
    }
}

/// Lets a request in as far as its tenant and its token may ask; nothing of the database was touched for it yet.
async fn admit(api: &Api, caller: &kernel::Caller, request: &HttpRequest) -> Result<(), Error> {
    let (standing, admitted) = api.limits().request(caller).await;
    request.extensions_mut().insert(standing);
    admitted?;
    // It is the request's until its answer has begun.
    let turn = api.limits().turn(caller).await?;
    request.extensions_mut().insert(turn);
    Ok(())
}

/// The version that `If-Match` names, where the request is about one thing.
fn expected_version(request: &HttpRequest) -> Result<Option<i64>, Failure> {
    let Some(given) = request.headers().get(IF_MATCH) else {
        return Ok(None);
    };
    let one_thing = *request.method() == Method::PATCH
        || !request.match_info().is_empty() && request.method() != Method::GET;
    let text = given.to_str().unwrap_or_default().trim();
    if text == "*" || !one_thing {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match version.and_then(|version| version.parse().ok()) {
        Some(version) => Ok(Some(version)),
        None => {
            let message = "`If-Match` takes one `ETag` of ours, like `\"3\"`, or `*`";
            Err(Error::malformed("if_match_unreadable", message).into())
        }
    }
}

fn bearer(request: &HttpRequest) -> Result<String, Failure> {
    let missing = || {
        Error::unauthenticated(
            "unauthenticated",
            "send a token of your tenant as `Authorization: Bearer …`",
        )
    };
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let header = headers.next().and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
    // Two tokens would leave open whose request this is.
    if headers.next().is_some() {
        return Err(missing().into());
    }
    let (scheme, token) = header.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing().into());
    }
    Ok(token.trim_matches(' ').to_owned())
}
