//! Typed ids: a UUIDv7 in the database, `goal_01h455vb4pex5vsknk084sn02q` outside (the TypeID specification).

use std::fmt;

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// Why a text is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The prefix names another kind of thing.
    #[error("`{given}` is not a {wanted} id: it should start with `{wanted}_`")]
    Prefix {
        /// The prefix this place wants.
        wanted: &'static str,
        /// The text as given.
        given: String,
    },
    /// The part after the prefix is not 26 characters of Crockford's base32.
    #[error("`{given}` is not a well-formed id: after `{wanted}_` come 26 characters of base32")]
    Shape {
        /// The prefix this place wants.
        wanted: &'static str,
        /// The text as given.
        given: String,
    },
}

/// Writes `prefix_` and the UUID in Crockford's base32, most significant bits first.
///
/// # Errors
/// Only those of the formatter.
pub fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, id: Uuid) -> fmt::Result {
    let mut bits = id.as_u128();
    let mut text = [0u8; LENGTH];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    write!(f, "{prefix}_{}", String::from_utf8_lossy(&text))
}

/// Reads what [`write_id`] wrote.
///
/// # Errors
/// [`IdError`] says whether the prefix or the shape is wrong.
pub fn parse_id(prefix: &'static str, text: &str) -> Result<Uuid, IdError> {
    let Some(rest) = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) else {
        return Err(IdError::Prefix { wanted: prefix, given: shorten(text) });
    };
    decode(rest).ok_or_else(|| IdError::Shape { wanted: prefix, given: shorten(text) })
}

fn decode(text: &str) -> Option<Uuid> {
    let text = text.as_bytes();
    // 26 × 5 bits are 130: the first character may carry only three.
    if text.len() != LENGTH || text[0] > b'7' {
        return None;
    }
    let mut bits = 0u128;
    for byte in text {
        let digit = ALPHABET.iter().position(|letter| letter == byte)?;
        bits = (bits << 5) | digit as u128;
    }
    Some(Uuid::from_u128(bits))
}

fn shorten(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Declares a typed id: `id!(GoalId, "goal", "A goal's id.")`. It is a UUID column, serde's and OpenAPI's string, GraphQL's `ID`.
#[macro_export]
macro_rules! id {
    ($name:ident, $prefix:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sea_orm::DeriveValueType,
        )]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// What a written id starts with.
            pub const PREFIX: &'static str = $prefix;
            /// "No such thing" inside a natural key, where a column may not be null.
            pub const NONE: Self = Self(uuid::Uuid::nil());
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::kernel::id::write_id(f, $prefix, self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kernel::id::IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::kernel::id::parse_id($prefix, text).map(Self)
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64($prefix))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($doc))
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .examples([serde_json::json!(concat!($prefix, "_01h455vb4pex5vsknk084sn02q"))])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl async_graphql::InputType for $name {
            type RawValueType = Self;
            fn type_name() -> std::borrow::Cow<'static, str> {
                <async_graphql::ID as async_graphql::InputType>::type_name()
            }
            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                <async_graphql::ID as async_graphql::InputType>::create_type_info(registry)
            }
            fn parse(value: Option<async_graphql::Value>) -> async_graphql::InputValueResult<Self> {
                match value {
                    Some(async_graphql::Value::String(text)) => {
                        text.parse().map_err(async_graphql::InputValueError::custom)
                    }
                    other => Err(async_graphql::InputValueError::expected_type(
                        other.unwrap_or_default(),
                    )),
                }
            }
            fn to_value(&self) -> async_graphql::Value {
                async_graphql::Value::String(self.to_string())
            }
            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        impl async_graphql::OutputType for $name {
            fn type_name() -> std::borrow::Cow<'static, str> {
                <async_graphql::ID as async_graphql::OutputType>::type_name()
            }
            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                <async_graphql::ID as async_graphql::OutputType>::create_type_info(registry)
            }
            async fn resolve(
                &self,
                _: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                Ok(async_graphql::Value::String(self.to_string()))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::id!(GoalId, "goal", "A goal's id.");

    #[test]
    fn the_example_of_the_typeid_specification_reads_back() {
        let id: GoalId = "goal_01h455vb4pex5vsknk084sn02q".parse().unwrap();
        assert_eq!(id.0.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert_eq!(id.to_string(), "goal_01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn another_prefix_or_shape_is_named() {
        let prefix = "team_01h455vb4pex5vsknk084sn02q".parse::<GoalId>().unwrap_err();
        assert!(matches!(prefix, IdError::Prefix { wanted: "goal", .. }));
        for text in ["goal_", "goal_81h455vb4pex5vsknk084sn02q", "goal_01h455vb4pex5vsknk084sn02u"]
        {
            assert!(matches!(text.parse::<GoalId>().unwrap_err(), IdError::Shape { .. }), "{text}");
        }
    }
}
