//! A tenant's rows, through its scope: whatever is read or written, the tenant is added here.

use std::fmt::Display;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, DbErr, DeleteMany, EntityTrait,
    FromQueryResult, IntoActiveModel, ModelTrait, QueryFilter, Select, UpdateMany, Value,
};

use super::dialect::{self, Failure};
use super::{Error, Permission, Reach, Result, Scope};

/// An entity whose rows belong to a tenant and have an id of their own.
pub(crate) trait TenantOwned: EntityTrait {
    /// The column that says whose the row is.
    const TENANT: Self::Column;
    /// The row's own id.
    const ID: Self::Column;
    /// What one is called in an error.
    const NOUN: &'static str;
    /// What it is called that a unique value is taken: the constraint, the code and the message. One that is not here is told as
    /// `taken_meanwhile`.
    const TAKEN: &'static [(&'static str, &'static str, &'static str)] = &[];
}

/// An entity whose rows count their changes.
pub(crate) trait Versioned: TenantOwned {
    /// How often a row was written.
    const VERSION: Self::Column;
    /// When it was made.
    const CREATED_AT: Self::Column;
    /// When it was written last.
    const UPDATED_AT: Self::Column;
}

impl Scope {
    /// This tenant's rows.
    pub(crate) fn find<E: TenantOwned>(&self) -> Select<E> {
        #[expect(clippy::disallowed_methods, reason = "the tenant is added here, once")]
        E::find().filter(E::TENANT.eq(self.tenant().0))
    }

    /// The rows within the caller's reach, by the columns that say whose they are. With reach over teams, those of a row that names a
    /// team are what is of these teams and what is one's own; of a row that names a person alone, what is of the people in them.
    ///
    /// # Errors
    /// `forbidden` without the permission.
    pub(crate) fn find_of<E: TenantOwned>(
        &self,
        permission: Permission,
        person: E::Column,
        team: Option<E::Column>,
    ) -> Result<Select<E>> {
        let (select, access) = (self.find::<E>(), self.access());
        let own = access.person.map_or_else(|| Expr::val(false), |own| person.eq(own));
        let people = access.people.iter().map(|id| id.0);
        let teams = access.teams.iter().map(|id| id.0);
        let theirs = match (self.reach_of(permission)?, team) {
            (Reach::Tenant, _) => return Ok(select),
            (Reach::Teams, Some(team)) => dialect::any(self.backend(), team, teams).or(own),
            (Reach::Teams, None) => dialect::any(self.backend(), person, people),
            (Reach::Own, _) => own,
        };
        Ok(select.filter(theirs))
    }

    /// This tenant's row with an id.
    pub(crate) async fn get<E: TenantOwned>(
        &self,
        id: impl Into<Value> + Display + Copy,
    ) -> Result<E::Model>
    where
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        let row = self.find::<E>().filter(E::ID.eq(id)).one(self.tx()).await?;
        row.ok_or_else(|| Error::not_found(E::NOUN, id))
    }

    /// The same, kept from changing until this scope ends.
    pub(crate) async fn lock<E: TenantOwned>(
        &self,
        id: impl Into<Value> + Display + Copy,
    ) -> Result<E::Model>
    where
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        let select = self.find::<E>().filter(E::ID.eq(id));
        let row = dialect::locked(self.backend(), select).one(self.tx()).await?;
        row.ok_or_else(|| Error::not_found(E::NOUN, id))
    }

    /// Refuses a field of the input that names what is not there.
    pub(crate) async fn exists<E: TenantOwned>(
        &self,
        pointer: &str,
        id: impl Into<Value> + Display + Copy,
    ) -> Result<()>
    where
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        self.get::<E>(id).await.map(drop).map_err(|error| error.dangling_at(pointer))
    }

    /// The row that a field of the input names, kept from changing until this scope ends.
    pub(crate) async fn lock_named<E: TenantOwned>(
        &self,
        pointer: &str,
        id: impl Into<Value> + Display + Copy,
    ) -> Result<E::Model>
    where
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        self.lock::<E>(id).await.map_err(|error| error.dangling_at(pointer))
    }

    /// Adds a row of this tenant: its first version, made now.
    pub(crate) async fn insert<A>(&self, mut row: A) -> Result<()>
    where
        A: ActiveModelTrait<Entity: Versioned> + ActiveModelBehavior + Send,
    {
        let now = self.now();
        row.set(A::Entity::CREATED_AT, now.into());
        row.set(A::Entity::UPDATED_AT, now.into());
        row.set(A::Entity::VERSION, 1i64.into());
        self.insert_unversioned(row).await
    }

    /// The same for a row that does not count its changes.
    pub(crate) async fn insert_unversioned<A>(&self, mut row: A) -> Result<()>
    where
        A: ActiveModelTrait<Entity: TenantOwned> + ActiveModelBehavior + Send,
    {
        row.set(A::Entity::TENANT, self.tenant().0.into());
        #[expect(clippy::disallowed_methods, reason = "the tenant was stamped on the line above")]
        let inserted = A::Entity::insert(row).exec_without_returning(self.tx()).await;
        inserted.map(drop).map_err(taken::<A::Entity>)
    }

    /// Changes the row with an id by the set columns of `row`. Returns whether it was there.
    pub(crate) async fn update<E, A>(&self, id: impl Into<Value>, row: A) -> Result<bool>
    where
        E: TenantOwned,
        A: ActiveModelTrait<Entity = E> + IntoActiveModel<A> + Send,
    {
        let many = self.update_many::<E>().set(row).filter(E::ID.eq(id));
        let updated = many.exec(self.tx()).await.map_err(taken::<E>)?;
        Ok(updated.rows_affected > 0)
    }

    /// The row that the caller is about to change, locked, if it is the one they saw.
    ///
    /// # Errors
    /// `not_found`; `stale_version` when the caller says which version they change and it is not this one.
    pub(crate) async fn lock_to_change<E: Versioned>(
        &self,
        id: impl Into<Value> + Display + Copy,
    ) -> Result<E::Model>
    where
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        let row = self.lock::<E>(id).await?;
        self.require_expected::<E>(&row)?;
        Ok(row)
    }

    /// Refuses a row that is not the one the caller saw.
    ///
    /// # Errors
    /// `stale_version` when the caller says which version they change and it is not this one.
    pub(crate) fn require_expected<E: Versioned>(&self, row: &E::Model) -> Result<()> {
        let version = version_of::<E>(row)?;
        match self.caller().expected_version {
            Some(expected) if expected != version => Err(Error::stale(E::NOUN, version)),
            Some(_) | None => Ok(()),
        }
    }

    /// Changes a locked row by the set columns of `change`: it is a version newer, and from now. Where none is set, it stays as it is.
    pub(crate) async fn change<E, A>(&self, row: &E::Model, mut change: A) -> Result<()>
    where
        E: Versioned,
        A: ActiveModelTrait<Entity = E> + IntoActiveModel<A> + Send,
    {
        if !change.is_changed() {
            return Ok(());
        }
        change.set(E::VERSION, (version_of::<E>(row)? + 1).into());
        change.set(E::UPDATED_AT, self.now().into());
        self.update::<E, A>(row.get(E::ID), change).await?;
        Ok(())
    }

    /// Removes the row with an id.
    pub(crate) async fn delete<E: TenantOwned>(&self, id: impl Into<Value>) -> Result<()> {
        self.delete_many::<E>().filter(E::ID.eq(id)).exec(self.tx()).await?;
        Ok(())
    }

    /// A change of many of this tenant's rows.
    pub(crate) fn update_many<E: TenantOwned>(&self) -> UpdateMany<E> {
        #[expect(clippy::disallowed_methods, reason = "the tenant is added here, once")]
        E::update_many().filter(E::TENANT.eq(self.tenant().0))
    }

    /// A removal of many of this tenant's rows.
    pub(crate) fn delete_many<E: TenantOwned>(&self) -> DeleteMany<E> {
        #[expect(clippy::disallowed_methods, reason = "the tenant is added here, once")]
        E::delete_many().filter(E::TENANT.eq(self.tenant().0))
    }
}

/// In the entity's own words, where the failure is that a value is taken.
fn taken<E: TenantOwned>(error: DbErr) -> Error {
    if let Failure::Taken(constraint) = dialect::failure(&error)
        && let Some((_, code, message)) = E::TAKEN.iter().find(|(name, ..)| *name == constraint)
    {
        return Error::conflict(code, *message).because(error);
    }
    error.into()
}

fn version_of<E: Versioned>(row: &E::Model) -> Result<i64> {
    let Value::BigInt(Some(version)) = row.get(E::VERSION) else {
        return Err(Error::internal(format!("the version of a {} is no number", E::NOUN)));
    };
    Ok(version)
}
