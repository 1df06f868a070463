//! The door: what is delivered is verified over its bytes, kept, and answered once it is committed.

use actix_web::http::header::HeaderMap;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, post};
use domain::connections::{Headers, Refused};
use domain::hooks::{self, HookId, Kept};
use domain::kernel::Error;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::http::{Path, Problems, Result};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(receive);
}

/// Tell of what happened: where helpdesks, and sources of one's own, send their webhooks.
///
/// It takes no token. A delivery proves whose it is by the hook's header, over the bytes of its body. It is answered once it is kept for good,
/// and worked off later; one that comes again is answered alike and changes nothing. 503 asks to send it again.
#[utoipa::path(
    tag = "hooks",
    operation_id = "hooks.receive",
    params(("hook" = HookId, Path, description = "The hook.")),
    request_body(content = serde_json::Value, content_type = "application/json", description = "What the sender has to tell, in its own words.", example = json!({ "ticket_id": "1042" })),
    security(()),
    responses((status = ACCEPTED, description = "It is kept."), Problems)
)]
#[post("/hooks/{hook}")]
async fn receive(
    http: HttpRequest,
    api: Api,
    hook: Path<HookId>,
    body: Bytes,
) -> Result<HttpResponse> {
    let door = hooks::door(&api, *hook).await?;
    let verified = match &door {
        None => Err(Error::not_found("hook", *hook)),
        Some(door) => {
            let verified = door.verify(&Sent(http.headers()), &body, api.clock().now());
            verified.map(|name| (door, name)).map_err(refusal)
        }
    };
    let (door, name) = match verified {
        Ok(verified) => verified,
        Err(error) => {
            // Whoever guesses does so slowly.
            api.limits().stranger(api.proxies().client(&http)).await?;
            return Err(error.into());
        }
    };
    let kept = Kept { tenant: door.tenant(), hook: door.hook(), name, body: body.to_vec() };
    api.inbox().keep(kept).await?;
    Ok(HttpResponse::Accepted().finish())
}

struct Sent<'h>(&'h HeaderMap);

impl Headers for Sent<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.get_all(name);
        let one = values.next()?.to_str().ok();
        one.filter(|_| values.next().is_none())
    }
}

fn refusal(refused: Refused) -> Error {
    let code = match refused {
        Refused::Missing(_) => "hook_header_missing",
        Refused::Signature => "hook_signature_wrong",
        Refused::Stale => "hook_signature_stale",
    };
    Error::unauthenticated(code, refused.to_string())
}
