//! Things as callers see them: read within their reach, and written together with the event that tells of it.

use std::fmt::Display;

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel,
    PartialModelTrait, QueryFilter, Select, Value,
};
use serde::Serialize;
use uuid::Uuid;

use super::{Error, Event, Result, Scope, TenantOwned, Versioned, dialect};

/// What callers see of a row.
pub(crate) trait Seen: PartialModelTrait + Serialize {
    /// The rows.
    type Entity: TenantOwned;

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

    /// Adds a row with this id and records that it was made: `kind` is like `team.created`.
    pub(crate) async fn create<T, A>(
        &self,
        kind: &'static str,
        id: impl Into<Value> + Display + Copy,
        row: A,
    ) -> Result<T>
    where
        T: Seen<Entity: Versioned>,
        A: ActiveModelTrait<Entity = T::Entity> + ActiveModelBehavior + Send,
    {
        self.insert(row).await?;
        let made = self.one::<T>(id).await?;
        self.record(Event::created(kind, id, &made));
        Ok(made)
    }

    /// Changes a locked row by the set columns of `change`, and records what it was and became: `kind` is like `team.updated`.
    /// Where nothing is another than before, nothing is recorded.
    pub(crate) async fn amend<T, A>(
        &self,
        kind: &'static str,
        id: impl Into<Value> + Display + Copy,
        row: &<T::Entity as EntityTrait>::Model,
        change: A,
    ) -> Result<T>
    where
        T: Seen<Entity: Versioned>,
        A: ActiveModelTrait<Entity = T::Entity> + IntoActiveModel<A> + Send,
    {
        let before = self.one::<T>(id).await?;
        self.change(row, change).await?;
        let after = self.one::<T>(id).await?;
        self.record(Event::updated(kind, id, &before, &after));
        Ok(after)
    }

    /// Deletes a locked row, and records what it was: `kind` is like `membership.removed`.
    pub(crate) async fn remove<T: Seen>(
        &self,
        kind: &'static str,
        id: impl Into<Value> + Display + Copy,
    ) -> Result<()> {
        let before = self.one::<T>(id).await?;
        self.delete::<T::Entity>(id).await?;
        self.record(Event::removed(kind, id, &before));
        Ok(())
    }
}
