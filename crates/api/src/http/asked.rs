//! Typed query strings in up to three parts, of which none may be misspelt: a filter that is silently ignored gives wrong answers.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use domain::kernel::Error;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::Failure;

/// What a request asks for in its query string.
pub(crate) struct Asked<A, B = Nothing, C = Nothing>(pub(crate) A, pub(crate) B, pub(crate) C);

/// No part.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Nothing {}

impl<A, B, C> FromRequest for Asked<A, B, C>
where
    A: DeserializeOwned + IntoParams,
    B: DeserializeOwned + IntoParams,
    C: DeserializeOwned + IntoParams,
{
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map_err(Failure))
    }
}

fn parse<A, B, C>(query: &str) -> Result<Asked<A, B, C>, Error>
where
    A: DeserializeOwned + IntoParams,
    B: DeserializeOwned + IntoParams,
    C: DeserializeOwned + IntoParams,
{
    let parts = [A::into_params(|| None), B::into_params(|| None), C::into_params(|| None)];
    let known: Vec<String> = parts.into_iter().flatten().map(|parameter| parameter.name).collect();
    let given = part::<Vec<(String, String)>>(query)?;
    if let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(name)) {
        let name: String = name.chars().take(64).collect();
        let message =
            format!("there is no parameter `{name}` here; there are: {}", known.join(", "));
        return Err(Error::malformed("unknown_parameter", message));
    }
    Ok(Asked(part(query)?, part(query)?, part(query)?))
}

fn part<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    let read = Query::<T>::from_query(query);
    read.map(Query::into_inner).map_err(|error| {
        let message = error.to_string();
        let message = message.strip_prefix("Query deserialize error: ").unwrap_or(&message);
        Error::malformed("query_unreadable", format!("the query cannot be read: {message}"))
    })
}
