//! Lists in an order of their own: by a value of each item, then by its id. What has no value comes last, whichever way.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{Condition, DbBackend, EntityTrait, Order as Way, QueryOrder, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{TenantOwned, dialect};

/// What a list of `T` may be sorted by, and which way.
pub(crate) trait Sort<T>: Copy + Serialize {
    /// The rows.
    type Entity: TenantOwned;

    /// The column, and whether the greatest comes first.
    fn by(self) -> (Sorted<Self::Entity>, bool);

    /// The value of an item.
    fn key(self, item: &T) -> Key;
}

/// A column that a list is sorted by.
pub(crate) enum Sorted<E: EntityTrait> {
    /// As it is.
    Plain(E::Column),
    /// Without regard to capital letters.
    Folded(E::Column),
}

/// The value that an item is sorted by, as a cursor carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Key {
    /// A text in lower case.
    Text(String),
    /// A day, where there is one.
    Day(Option<NaiveDate>),
    /// A time.
    Time(DateTime<Utc>),
}

impl Key {
    /// A text, folded as the databases do it: the letters of ASCII.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_ascii_lowercase())
    }

    fn value(&self) -> Option<SimpleExpr> {
        match self {
            Self::Text(text) => Some(Expr::val(text.clone())),
            Self::Day(day) => day.map(Expr::val),
            Self::Time(time) => Some(Expr::val(*time)),
        }
    }
}

/// The order of a statement.
pub(super) struct Order<E: EntityTrait> {
    pub(super) backend: DbBackend,
    pub(super) column: Sorted<E>,
    pub(super) is_descending: bool,
}

impl<E: TenantOwned> Order<E> {
    fn value(&self) -> SimpleExpr {
        match self.column {
            Sorted::Plain(column) => Expr::col(column),
            Sorted::Folded(column) => dialect::folded(self.backend, column),
        }
    }

    /// The rows after an item with this value and id.
    pub(super) fn after(&self, key: &Key, id: Uuid) -> Condition {
        let past = |column: SimpleExpr, value: SimpleExpr| {
            if self.is_descending { column.lt(value) } else { column.gt(value) }
        };
        let later = past(Expr::col(E::ID), Expr::val(id));
        match key.value() {
            None => Condition::all().add(self.value().is_null()).add(later),
            Some(value) => Condition::any()
                .add(past(self.value(), value.clone()))
                .add(Condition::all().add(self.value().eq(value)).add(later))
                .add(self.value().is_null()),
        }
    }

    /// In this order.
    pub(super) fn apply(&self, select: Select<E>) -> Select<E> {
        let way = if self.is_descending { Way::Desc } else { Way::Asc };
        select
            .order_by(self.value().is_null(), Way::Asc)
            .order_by(self.value(), way.clone())
            .order_by(E::ID, way)
    }
}
