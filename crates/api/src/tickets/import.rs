//! Imports: a body of any length, in constant memory.

use std::sync::Arc;

use actix_web::http::header::CONTENT_ENCODING;
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, post};
use domain::kernel::{Error, OrInternal};
use domain::kpis;
use domain::tickets::ImportReport;
use domain::tickets::import::{
    self as intake, FileFormat, Intake, IntakeOptions, Mapping, Rejects, SortedTickets,
};
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::IntoParams;

use crate::app::Api;
use crate::caller::Caller;
use crate::http;
use crate::http::{Asked, Failure, Json, Problems, media_type};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportArgs {
    /// The name of a stored mapping. Without one the columns have the canonical names, as the guide to imports lists them.
    mapping: Option<String>,
    /// Read everything and write nothing.
    #[serde(default)]
    #[param(required = false)]
    dry_run: bool,
}

/// Import tickets from CSV or NDJSON. What is there already changes nothing, so a file may be sent again.
///
/// The body is read as a stream of any length. Lines that cannot be read are left out; the answer names the first thousand of them with their reasons.
#[utoipa::path(
    tag = "tickets",
    operation_id = "tickets.import",
    params(ImportArgs),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses((status = OK, body = ImportReport), Problems)
)]
#[post("/tickets/import")]
pub(super) async fn import(
    request: HttpRequest,
    api: Api,
    caller: Caller,
    asked: Asked<ImportArgs>,
    body: Payload,
) -> http::Result<Json<ImportReport>> {
    if request.headers().contains_key(CONTENT_ENCODING) {
        let message = "an import is sent as it is, without `Content-Encoding`";
        return Err(Failure::unsupported_media_type(message));
    }
    let mut mapping = intake::mapping_of(&api, &caller, asked.0.mapping.as_deref()).await?;
    if let Some(format) = format(&request)? {
        mapping.format = Some(format);
    }
    let source = mapping.source.clone();
    let sorted = take(mapping, body).await?;
    let report = if asked.0.dry_run {
        actix_web::rt::task::spawn_blocking(move || intake::dry_run(sorted))
            .await
            .or_internal()??
    } else {
        Box::pin(intake::write(&api, &caller, &source, sorted, kpis::follow, |_| ())).await?
    };
    Ok(Json(report))
}

/// What the sender says the body is; the mapping or the content decides where it says nothing of use.
fn format(request: &HttpRequest) -> Result<Option<FileFormat>, Failure> {
    match media_type(request).as_str() {
        "text/csv" => Ok(Some(FileFormat::Csv)),
        "application/x-ndjson" | "application/jsonl" | "application/ndjson" => {
            Ok(Some(FileFormat::Ndjson))
        }
        "" | "application/octet-stream" | "text/plain" | "application/x-www-form-urlencoded" => {
            Ok(None)
        }
        other => {
            let other: String = other.chars().take(64).collect();
            Err(Failure::unsupported_media_type(format!(
                "`{other}` cannot be imported: send `text/csv` or `application/x-ndjson`"
            )))
        }
    }
}

/// Reads the body into sorted temporary files, on a thread that may wait for the disk.
async fn take(mapping: Mapping, mut body: Payload) -> http::Result<SortedTickets> {
    let (sender, receiver) = mpsc::channel::<Bytes>(4);
    let reading = actix_web::rt::task::spawn_blocking(move || read(mapping, receiver));
    let mut cut = None;
    while let Some(chunk) = body.next().await {
        match chunk {
            // Nobody takes it only when reading has failed: its own error says why.
            Ok(chunk) => {
                if sender.send(chunk).await.is_err() {
                    break;
                }
            }
            Err(error) => {
                cut = Some(Failure::of_body(&error));
                break;
            }
        }
    }
    drop(sender);
    let sorted = reading.await.or_internal()?;
    match cut {
        Some(cut) => Err(cut),
        None => Ok(sorted?),
    }
}

fn read(mapping: Mapping, mut chunks: mpsc::Receiver<Bytes>) -> Result<SortedTickets, Error> {
    let options = IntakeOptions { temp_dir: std::env::temp_dir(), rejects: Rejects::default() };
    let mut rows = Intake::new(Arc::new(mapping), options);
    while let Some(chunk) = chunks.blocking_recv() {
        rows.feed(&chunk)?;
    }
    Ok(rows.finish()?)
}
