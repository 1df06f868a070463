//! Whom customers write for: an organisation is called the same with each of them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;

use super::super::entity::customer;
use super::types::SourceOrganisation;
use crate::connections::ConnectionId;
use crate::kernel::bulk::{Keys, Lookup};
use crate::kernel::{Result, Scope};

/// Gives customers of organisations that are called otherwise now their new names, and says how many customers these are.
pub(super) async fn rename(
    scope: &Scope,
    connection: ConnectionId,
    organisations: &[SourceOrganisation],
) -> Result<u64> {
    let names: BTreeMap<&str, &str> =
        organisations.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect();
    let ids = names.keys().map(|id| (*id).to_owned()).collect();
    let lookup = Lookup::of("customers").with("connection_id", connection.0);
    let theirs: Vec<customer::Model> =
        lookup.by(scope, "organisation_external_id", Keys::Text(ids)).await?;
    let renamed: BTreeSet<&str> = theirs
        .iter()
        .filter_map(|row| {
            let id = row.organisation_external_id.as_deref()?;
            (names.get(id).copied() != row.organisation.as_deref()).then_some(id)
        })
        .collect();
    let mut changed = 0;
    for id in renamed {
        let (id, name) = (id.to_owned(), names.get(id).map(|name| (*name).to_owned()));
        let values = [connection.0.into(), id.into(), name.into(), scope.now().into()];
        let statement = scope.sql(
            "UPDATE customers SET organisation = $4, updated_at = $5, version = version + 1 \
             WHERE tenant_id = $1 AND connection_id = $2 AND organisation_external_id = $3 \
             AND organisation IS DISTINCT FROM $4",
            values,
        );
        changed += scope.tx().execute_raw(statement).await?.rows_affected();
    }
    Ok(changed)
}
