//! Reading hooks.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, Value,
};

use super::doors;
use super::entity::{delivery, hook};
use super::types::{Hook, HookId};
use crate::kernel::{App, Error, Finds, Permission, Result, Scope, TenantId, dialect};

/// The hooks of the tenant, the oldest first.
///
/// # Errors
/// `forbidden` without `connections.admin`.
pub async fn list(scope: &Scope) -> Result<Vec<Hook>> {
    scope.require(Permission::ConnectionsAdmin)?;
    read(scope, Condition::all()).await
}

/// One hook.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`.
pub async fn get(scope: &Scope, id: HookId) -> Result<Hook> {
    many(scope, &[id]).await?.pop().ok_or_else(|| Error::not_found("hook", id))
}

/// Some hooks, in order of id.
///
/// # Errors
/// `forbidden` without `connections.admin`.
pub async fn many(scope: &Scope, ids: &[HookId]) -> Result<Vec<Hook>> {
    scope.require(Permission::ConnectionsAdmin)?;
    let wanted = dialect::any(scope.backend(), hook::Column::Id, ids.iter().map(|id| id.0));
    read(scope, Condition::all().add(wanted)).await
}

impl Finds for HookId {
    type Thing = Hook;

    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Hook>> {
        many(scope, ids).await
    }
}

/// Whose hook it is: whoever calls it names no tenant.
pub(super) async fn tenant_of(app: &App, id: HookId) -> Result<Option<TenantId>> {
    let find = app.system_read(async |scope| {
        let sql = "SELECT tenant_id FROM hooks WHERE id = $1";
        let statement = dialect::statement(scope.backend(), sql, [Value::from(id.0)]);
        Ok(scope.tx().query_one_raw(statement).await?)
    });
    let found = find.await?;
    found.map(|row| Ok(TenantId(row.try_get("", "tenant_id")?))).transpose()
}

async fn read(scope: &Scope, condition: Condition) -> Result<Vec<Hook>> {
    let select = scope.find::<hook::Entity>().filter(condition).order_by_asc(hook::Column::Id);
    let rows = select.all(scope.tx()).await?;
    let waiting = scope
        .find::<delivery::Entity>()
        .filter(delivery::Column::State.eq("received"))
        .select_only()
        .column(delivery::Column::HookId)
        .column_as(delivery::Column::Id.count(), "waiting")
        .group_by(delivery::Column::HookId)
        .into_tuple::<(HookId, i64)>();
    let mut waiting: HashMap<HookId, i64> = waiting.all(scope.tx()).await?.into_iter().collect();
    rows.into_iter().map(|row| shown(row, &mut waiting)).collect()
}

fn shown(row: hook::Model, waiting: &mut HashMap<HookId, i64>) -> Result<Hook> {
    let header = doors::proof(&row)?.header().to_owned();
    Ok(Hook {
        id: row.id,
        connection_id: row.connection_id,
        path: format!("/hooks/{}", row.id),
        scheme: row.scheme,
        header,
        received_at: row.received_at,
        waiting: waiting.remove(&row.id).unwrap_or_default(),
        trouble_at: row.trouble_at,
        trouble_code: row.trouble_code,
        trouble: row.trouble,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}
