//! Typed query strings in up to three parts, of which none may be misspelt: a filter that is silently ignored gives wrong answers.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::kernel::Error;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::Failure;
use super::reading::{field_error, pointer};

/// What a request asks for in its query string.
pub(crate) struct Asked<A, B = Nothing, C = Nothing>(pub(crate) A, pub(crate) B, pub(crate) C);

/// No part.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Nothing {}

/// The names of what a request may say outside its body, by which failures speak of it.
#[derive(Clone, Default)]
pub(crate) struct Parameters(Vec<String>);

impl Parameters {
    /// Notes more of them.
    pub(super) fn note(request: &HttpRequest, names: impl IntoIterator<Item = String>) {
        let mut extensions = request.extensions_mut();
        let mut known = extensions.remove::<Self>().unwrap_or_default();
        known.0.extend(names);
        extensions.insert(known);
    }

    /// The parameter that a pointer means, if it means one.
    pub(super) fn named<'a>(&self, pointer: &'a str) -> Option<&'a str> {
        let name = pointer.strip_prefix('/')?;
        self.0.iter().any(|known| known == name).then_some(name)
    }
}

impl<A, B, C> FromRequest for Asked<A, B, C>
where
    A: DeserializeOwned + IntoParams,
    B: DeserializeOwned + IntoParams,
    C: DeserializeOwned + IntoParams,
{
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parts = [A::into_params(|| None), B::into_params(|| None), C::into_params(|| None)];
        let known: Vec<_> = parts.into_iter().flatten().map(|parameter| parameter.name).collect();
        let read = parse(request.query_string(), &known);
        Parameters::note(request, known);
        ready(read.map_err(Failure::from))
    }
}

fn parse<A, B, C>(query: &str, known: &[String]) -> Result<Asked<A, B, C>, Error>
where
    A: DeserializeOwned,
    B: DeserializeOwned,
    C: DeserializeOwned,
{
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
    let pairs = form_urlencoded::parse(query.as_bytes());
    let read = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
    read.map_err(|error| {
        let place = pointer(error.path());
        let field = field_error(&place, &error.into_inner().to_string());
        let name = field.pointer.trim_start_matches('/');
        let message = format!("the parameter `{name}` cannot be read: {}", field.message);
        Error::malformed("query_unreadable", message).naming(vec![field])
    })
}
