//! Typed query strings in up to three parts, of which none may be misspelt: a filter that is silently ignored gives wrong answers.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::kernel::Error;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::{RefOr, Schema};

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
        let known: Vec<_> = parts.into_iter().flatten().collect();
        let read = parse(request.query_string(), &known);
        Parameters::note(request, known.into_iter().map(|parameter| parameter.name));
        ready(read.map_err(Failure::from))
    }
}

fn parse<A, B, C>(query: &str, known: &[Parameter]) -> Result<Asked<A, B, C>, Error>
where
    A: DeserializeOwned,
    B: DeserializeOwned,
    C: DeserializeOwned,
{
    let mut given: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        let Some(parameter) = known.iter().find(|parameter| parameter.name == name) else {
            return Err(unknown(&name, known));
        };
        // A list may come as one text with commas or one element at a time; here it is the former.
        let earlier = given.iter_mut().find(|(it, _)| *it == name && is_list(parameter));
        match earlier {
            Some((_, list)) => *list = format!("{list},{value}"),
            None => given.push((name, value)),
        }
    }
    let given = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    Ok(Asked(part(&given)?, part(&given)?, part(&given)?))
}

fn unknown(name: &str, known: &[Parameter]) -> Error {
    let name: String = name.chars().take(64).collect();
    let known: Vec<_> = known.iter().map(|parameter| parameter.name.as_str()).collect();
    let message = format!("there is no parameter `{name}` here; there are: {}", known.join(", "));
    Error::malformed("unknown_parameter", message)
}

fn is_list(parameter: &Parameter) -> bool {
    matches!(parameter.schema, Some(RefOr::T(Schema::Array(_))))
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
