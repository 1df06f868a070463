//! What a helpdesk lets us in with.

use std::collections::BTreeMap;
use std::fmt;

use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::kernel::{Error, OrInternal, Result, Secret};

const SHAPE: &str = "an object of texts is expected";

/// What a helpdesk lets us in with: texts by the names that its vendor's descriptor has. They can be neither printed nor written out.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials(BTreeMap<String, Secret>);

impl Credentials {
    /// From names and texts.
    #[must_use]
    pub fn new<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let fields = fields.into_iter();
        Self(fields.map(|(name, text)| (name.to_owned(), Secret::new(text))).collect())
    }

    /// The text of a name.
    ///
    /// # Errors
    /// `internal` where there is none: whoever sealed them had looked.
    pub fn get(&self, name: &str) -> Result<&str> {
        let field = self.0.get(name).map(Secret::expose);
        field.ok_or_else(|| Error::internal(format!("these credentials have no `{name}`")))
    }

    /// These with another text of a name.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.0.insert(name.to_owned(), Secret::new(text));
        self
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// These, and of others what is not among them.
    #[must_use]
    pub(in crate::connections) fn over(mut self, others: Self) -> Self {
        for (name, text) in others.0 {
            self.0.entry(name).or_insert(text);
        }
        self
    }

    /// As they are sealed.
    pub(in crate::connections) fn to_bytes(&self) -> Result<Vec<u8>> {
        let open: BTreeMap<_, _> =
            self.0.iter().map(|(name, text)| (name, text.expose())).collect();
        Ok(serde_json::to_vec(&open)?)
    }

    /// Reads what [`Credentials::to_bytes`] wrote.
    pub(in crate::connections) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).or_internal()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credentials").field(&self.0.keys()).finish()
    }
}

impl<'de> Deserialize<'de> for Credentials {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // Not as a map: what is none would be repeated before we are asked.
        from.deserialize_any(Texts).map(Self)
    }
}

/// Texts by their names. What is none is not repeated in the error: it may be a secret in the wrong shape.
struct Texts;

impl Texts {
    fn none<E: serde::de::Error>() -> Result<BTreeMap<String, Secret>, E> {
        Err(E::custom(SHAPE))
    }
}

impl<'de> Visitor<'de> for Texts {
    type Value = BTreeMap<String, Secret>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut texts = BTreeMap::new();
        while let Some((name, text)) = from.next_entry()? {
            if texts.insert(name, text).is_some() {
                return Err(A::Error::custom("a name is there twice"));
            }
        }
        Ok(texts)
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Self::none()
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Self::none()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Self::none()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Self::none()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Self::none()
    }
}

impl PartialSchema for Credentials {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .additional_properties(Some(Secret::schema()))
            .description(Some(
                "What a helpdesk lets us in with: texts by the names that its vendor's descriptor has. They are never answered.",
            ))
            .examples([serde_json::json!({ "email": "ann@acme.test", "api_token": "s3cr3t" })])
            .into()
    }
}

impl ToSchema for Credentials {}

/// What a helpdesk lets us in with: texts by the names that its vendor's descriptor has, like `{email: "…", api_token: "…"}`. They are never answered.
#[Scalar]
impl ScalarType for Credentials {
    fn parse(value: Value) -> InputValueResult<Self> {
        // The value itself is not repeated: it may be a secret in the wrong shape.
        let Value::Object(fields) = value else {
            return Err(InputValueError::custom(SHAPE));
        };
        let text = |value| <Secret as InputType>::parse(Some(value)).ok();
        let texts = fields.into_iter().map(|(name, value)| Some((name.to_string(), text(value)?)));
        texts.collect::<Option<_>>().map(Self).ok_or_else(|| InputValueError::custom(SHAPE))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }
}
