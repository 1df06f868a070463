//! A merge patch: absent leaves, null clears, a value replaces. The same in JSON and in GraphQL.

pub use async_graphql::MaybeUndefined;
use sea_orm::{ActiveValue, NotSet, Set};

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
