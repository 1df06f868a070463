//! Things as callers see them: read within their reach.

use std::fmt::Display;

use sea_orm::{ColumnTrait, Condition, PartialModelTrait, QueryFilter, Select, Value};
use uuid::Uuid;

use super::{Error, Result, Scope, TenantOwned, Versioned, dialect};

/// What callers see of a row.
pub(crate) trait Seen: PartialModelTrait {
    /// The rows.
    type Entity: Versioned;

    /// The rows that the caller may see.
    ///
    /// # Errors
    /// `forbidden` without the permission.
    fn visible(scope: &Scope) -> Result<Select<Self::Entity>>;

    /// The same with what only this caller is told, like what they may do to it.
    #[must_use]
    fn for_caller(self, _scope: &Scope) -> Self {
        self
    }
}

impl Scope {
    /// The thing with an id.
    ///
    /// # Errors
    /// `not_found` when there is none within reach; `forbidden` without the permission.
    pub(crate) async fn one<T: Seen>(&self, id: impl Into<Value> + Display + Copy) -> Result<T> {
        let wanted = Condition::all().add(T::Entity::ID.eq(id));
        let found = self.all::<T>(wanted).await?.pop();
        found.ok_or_else(|| Error::not_found(T::Entity::NOUN, id))
    }

    /// Those of some things that are there within reach, in no order.
    ///
    /// # Errors
    /// `forbidden` without the permission.
    pub(crate) async fn many<T: Seen>(&self, ids: &[impl Copy + Into<Uuid>]) -> Result<Vec<T>> {
        let ids = ids.iter().map(|id| (*id).into());
        let wanted = dialect::any(self.backend(), T::Entity::ID, ids);
        self.all(Condition::all().add(wanted)).await
    }

    /// Every thing within reach for which a condition holds, in no order: for what cannot be many.
    ///
    /// # Errors
    /// `forbidden` without the permission.
    pub(crate) async fn all<T: Seen>(&self, wanted: Condition) -> Result<Vec<T>> {
        let select = T::visible(self)?.filter(wanted);
        let found = select.into_partial_model::<T>().all(self.tx()).await?;
        Ok(found.into_iter().map(|thing| thing.for_caller(self)).collect())
    }
}
