//! Failures with `extensions.code`, the same words as in REST. One of the two places that know how failures are shown.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use domain::kernel::{Error, ErrorKind};

use crate::http::observe_failure;

/// A thing, or null where it is not there.
pub(crate) fn found<T>(thing: Result<T, Error>) -> Result<Option<T>, Error> {
    match thing {
        Ok(thing) => Ok(Some(thing)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Gives every failure of an answer its code, its fields and the request's id.
pub(super) fn dress(response: &mut Response, request_id: &str) {
    for error in &mut response.errors {
        let mut extensions = error.extensions.take().unwrap_or_default();
        match cause(error) {
            Some(source) => {
                observe_failure(source);
                describe(source, &mut extensions);
            }
            None => {
                extensions.set("code", "graphql_invalid");
                error.message = without_document(&error.message);
            }
        }
        extensions.set("requestId", request_id);
        error.extensions = Some(extensions);
    }
}

/// A parser shows the line that it stopped at, and a password may stand there; `locations` has the place.
fn without_document(message: &str) -> String {
    if !message.trim_start().starts_with("-->") {
        return message.to_owned();
    }
    let expected = message.rsplit("= ").next().unwrap_or_default();
    format!("the document cannot be read: {expected}")
}

/// The failure of ours that an error tells of.
pub(super) fn cause(error: &ServerError) -> Option<&Error> {
    // A data loader shares one failure among all who waited for it.
    let shared = || error.source::<Arc<Error>>().map(AsRef::as_ref);
    error.source::<Error>().or_else(shared)
}

fn describe(error: &Error, extensions: &mut ErrorExtensionValues) {
    extensions.set("code", error.code());
    if !error.fields().is_empty() {
        let fields = error.fields().iter().map(|field| {
            let entries = [
                ("pointer", in_camel_case(&field.pointer)),
                ("code", field.code.to_owned()),
                ("message", field.message.clone()),
            ];
            Value::Object(
                entries
                    .into_iter()
                    .map(|(name, value)| (async_graphql::Name::new(name), Value::String(value)))
                    .collect(),
            )
        });
        extensions.set("fields", Value::List(fields.collect()));
    }
    if let Some(actions) = error.allowed_actions() {
        extensions.set(
            "allowedActions",
            Value::List(actions.iter().map(|action| Value::String((*action).to_owned())).collect()),
        );
    }
    if let Some(wait) = error.retry_after() {
        extensions.set("retryAfter", wait.as_secs().max(1));
    }
}

/// A field's place as this graph spells it: `/parent_id` is `/parentId`.
fn in_camel_case(pointer: &str) -> String {
    let mut spelt = String::with_capacity(pointer.len());
    let mut letters = pointer.chars().peekable();
    while let Some(letter) = letters.next() {
        match letters.next_if(|next| letter == '_' && next.is_ascii_lowercase()) {
            Some(next) => spelt.push(next.to_ascii_uppercase()),
            None => spelt.push(letter),
        }
    }
    spelt
}

/// A refusal before the graph was asked.
pub(super) fn refusal(error: &Error, request_id: &str) -> Response {
    observe_failure(error);
    let mut extensions = ErrorExtensionValues::default();
    describe(error, &mut extensions);
    extensions.set("requestId", request_id);
    let mut refusal = ServerError::new(error.message(), None);
    refusal.extensions = Some(extensions);
    Response::from_errors(vec![refusal])
}
