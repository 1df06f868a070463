//! Reading tenants.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use super::entity::{Column, Entity};
use super::types::Tenant;
use crate::kernel::clock::date_in;
use crate::kernel::{Error, Finds, Result, Scope, Seen, SystemScope, TenantId, dialect};

/// The scope's own tenant.
///
/// # Errors
/// Those of the database.
pub async fn get(scope: &Scope) -> Result<Tenant> {
    scope.one(scope.tenant()).await
}

impl Seen for Tenant {
    type Entity = Entity;

    /// One's own, whoever asks.
    fn visible(scope: &Scope) -> Result<Select<Entity>> {
        Ok(scope.find())
    }
}

impl Finds for TenantId {
    type Thing = Tenant;

    /// A caller sees their own tenant alone.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Tenant>> {
        if !ids.contains(&scope.tenant()) {
            return Ok(Vec::new());
        }
        Ok(vec![get(scope).await?])
    }
}

/// The tenant of a slug, whoever asks: sign-in and the operator.
///
/// # Errors
/// `not_found` when there is none.
pub async fn by_slug(scope: &SystemScope, slug: &str) -> Result<Tenant> {
    #[expect(
        clippy::disallowed_methods,
        reason = "tenants are looked up across tenants by the system alone"
    )]
    let select = Entity::find().filter(Column::Slug.eq(slug));
    let tenant = select.into_partial_model::<Tenant>().one(scope.tx()).await?;
    tenant.ok_or_else(|| Error::not_found("tenant", slug))
}

/// Every tenant, by slug: the operator.
///
/// # Errors
/// Those of the database.
pub async fn list(scope: &SystemScope) -> Result<Vec<Tenant>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "tenants are listed across tenants by the system alone"
    )]
    let select = Entity::find().order_by_asc(Column::Slug);
    Ok(select.into_partial_model::<Tenant>().all(scope.tx()).await?)
}

/// The date it is now for the scope's tenant.
///
/// # Errors
/// Those of the database.
pub async fn today(scope: &Scope) -> Result<NaiveDate> {
    date_in(&get(scope).await?.time_zone, scope.now())
}

/// Keeps others who also hold the tenant waiting until this scope ends: for rules over many rows, like a tree without circles.
pub(crate) async fn hold(scope: &Scope) -> Result<()> {
    dialect::locked(scope.backend(), scope.find::<Entity>()).one(scope.tx()).await?;
    Ok(())
}
