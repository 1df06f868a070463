//! Sealing everything anew with the first of the master keys, while everybody goes on working: in units, and safe to run again.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::catalogue::{self, Table};
use super::dialect::for_update;
use super::seal::sealed_with;
use super::{App, Caller, Error, Resealed, Result, Scope, SystemScope, TenantId};

/// How many secrets a unit seals anew.
const AT_A_TIME: i64 = 100;
/// How many tenants are listed at once.
const TENANTS: i64 = 500;

impl App {
    /// Seals every secret of every tenant anew that is not sealed with the first master key.
    ///
    /// # Errors
    /// Those of the database. What was sealed anew until then stays so.
    pub async fn reseal(&self) -> Result<Resealed> {
        let tables = self.system_read(async |scope| catalogue::tables(scope.tx()).await).await?;
        let (mut resealed, mut after) = (Resealed::default(), TenantId::NONE);
        loop {
            // As somebody who writes: on SQLite this waits for whoever makes a tenant, with a key of that one's own.
            let tenants = self.system(async |scope| tenants(scope, after).await).await?;
            let Some(last) = tenants.last() else { return Ok(resealed) };
            after = *last;
            for tenant in tenants {
                for (table, column) in sealed(&tables) {
                    self.reseal_column(tenant, table, column, &mut resealed).await?;
                }
            }
        }
    }

    /// How many secrets of a tenant are sealed with which key, by the key's name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sealed_with(&self, caller: &Caller) -> Result<BTreeMap<String, i64>> {
        self.read(caller, async |scope| {
            let mut counts = BTreeMap::new();
            let tables = catalogue::tables(scope.tx()).await?;
            for (table, column) in sealed(&tables) {
                let sql = format!(
                    "SELECT substr({column}, 2, 4) AS id, count(*) AS count FROM {table} WHERE tenant_id = $1 AND {column} IS NOT NULL GROUP BY 1"
                );
                for row in scope.tx().query_all_raw(scope.sql(&sql, [])).await? {
                    let id: Vec<u8> = row.try_get("", "id")?;
                    let name = id.iter().map(|byte| format!("{byte:02x}")).collect();
                    *counts.entry(name).or_default() += row.try_get::<i64>("", "count")?;
                }
            }
            Ok(counts)
        })
        .await
    }

    async fn reseal_column(
        &self,
        tenant: TenantId,
        table: &str,
        column: &str,
        resealed: &mut Resealed,
    ) -> Result<()> {
        let caller = Caller::system(tenant);
        let mut after = Uuid::nil();
        loop {
            let unit = async |scope: &Scope| reseal_some(scope, table, column, after).await;
            let Some((last, some)) = self.write_retrying(&caller, unit).await? else {
                return Ok(());
            };
            after = last;
            resealed.anew += some.anew;
            resealed.left += some.left;
        }
    }
}

/// Every column with something sealed, with its table.
fn sealed(tables: &[Table]) -> impl Iterator<Item = (&str, &str)> {
    tables.iter().flat_map(|table| {
        table.sealed().map(move |column| (table.name.as_str(), column.name.as_str()))
    })
}

async fn tenants(scope: &SystemScope, after: TenantId) -> Result<Vec<TenantId>> {
    let sql = "SELECT id FROM tenants WHERE id > $1 ORDER BY id LIMIT $2";
    let values = [after.0.into(), TENANTS.into()];
    let rows = scope.tx().query_all_raw(super::dialect::statement(scope.backend(), sql, values));
    let ids = rows.await?.into_iter().map(|row| row.try_get("", "id").map(TenantId));
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The next secrets that are sealed with another key, sealed anew; `None` when there are no more.
async fn reseal_some(
    scope: &Scope,
    table: &str,
    column: &str,
    after: Uuid,
) -> Result<Option<(Uuid, Resealed)>> {
    let (place, mut some, mut last) = (format!("{table}.{column}"), Resealed::default(), None);
    let key = scope.keys().sealing()?.id();
    let sql = format!(
        "SELECT id, {column} AS sealed FROM {table} WHERE tenant_id = $1 AND id > $2 AND {column} IS NOT NULL AND substr({column}, 2, 4) <> $3 \
         ORDER BY id LIMIT $4{}",
        for_update(scope.backend())
    );
    let values = [after.into(), key.to_vec().into(), AT_A_TIME.into()];
    let update = format!("UPDATE {table} SET {column} = $3 WHERE tenant_id = $1 AND id = $2");
    for row in scope.tx().query_all_raw(scope.sql(&sql, values)).await? {
        let (id, sealed): (Uuid, Vec<u8>) = (row.try_get("", "id")?, row.try_get("", "sealed")?);
        last = Some(id);
        match scope.unseal_at(&place, id, &sealed) {
            Ok(secret) => {
                let anew = scope.seal_at(&place, id, &secret).await?;
                let statement: Statement = scope.sql(&update, [id.into(), anew.into()]);
                scope.tx().execute_raw(statement).await?;
                some.anew += 1;
            }
            Err(error) => {
                tell_left(scope, &place, id, &sealed, &error);
                some.left += 1;
            }
        }
    }
    Ok(last.map(|last| (last, some)))
}

fn tell_left(scope: &Scope, place: &str, id: Uuid, sealed: &[u8], error: &Error) {
    let known = sealed_with(sealed).is_some();
    tracing::warn!(tenant = %scope.tenant(), place, row = %id, known, ?error, "a secret cannot be opened, and stays as it is");
}
