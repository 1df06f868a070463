//! Typed parts of addresses.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use domain::kernel::{Error, FieldError};
use serde::de::DeserializeOwned;

use super::Failure;
use super::asked::Parameters;

/// What an address has in its braces.
pub(crate) struct Path<T>(T);

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Parameters::note(request, request.match_info().iter().map(|(name, _)| name.to_owned()));
        let read = web::Path::<T>::from_request(request, payload).into_inner();
        ready(read.map(|path| Self(path.into_inner())).map_err(|error| {
            let message = error.to_string();
            let message = message.strip_prefix("Path deserialize error: ").unwrap_or(&message);
            let name = request.match_info().iter().last().map_or("", |(name, _)| name);
            let field = FieldError {
                pointer: format!("/{name}"),
                code: "unreadable",
                message: message.to_owned(),
            };
            let message = format!("`{name}` in the address cannot be read: {message}");
            Error::malformed("path_unreadable", message).naming(vec![field]).into()
        }))
    }
}
