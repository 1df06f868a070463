//! A merge patch: absent leaves, null clears, a value replaces. The same in JSON and in GraphQL.

pub use async_graphql::MaybeUndefined;
use sea_orm::{ActiveValue, NotSet, Set};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// What is said of a null where there is always a value.
pub const NOT_NULL: &str = "must not be null; leave it out to keep what is there";

/// Reads a field of a patch that changes what is never null: absent leaves, a value replaces, and null is nothing that could be meant.
pub(crate) fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    let given = Option::<T>::deserialize(from)?;
    given.map(Some).ok_or_else(|| D::Error::custom(NOT_NULL))
}

/// What a patch does to a nullable column.
pub(crate) fn nullable<T>(given: MaybeUndefined<T>) -> ActiveValue<Option<T>>
where
    Option<T>: Into<sea_orm::Value>,
{
    match given {
        MaybeUndefined::Undefined => NotSet,
        MaybeUndefined::Null => Set(None),
        MaybeUndefined::Value(value) => Set(Some(value)),
    }
}

/// What a patch does to a column that is never null.
pub(crate) fn required<T: Into<sea_orm::Value>>(given: Option<T>) -> ActiveValue<T> {
    given.map_or(NotSet, Set)
}
