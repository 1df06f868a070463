//! Whom customers write for: an organisation is called the same with each of them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, QueryFilter};

use super::super::entity::customer::{self, Column};
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
        let name = names.get(id).copied();
        let theirs = scope
            .update_many::<customer::Entity>()
            .col_expr(Column::Organisation, Expr::val(name))
            .col_expr(Column::UpdatedAt, Expr::val(scope.now()))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::ConnectionId.eq(connection))
            .filter(Column::OrganisationExternalId.eq(id))
            .filter(
                Condition::any()
                    .add(Column::Organisation.is_null())
                    .add(Column::Organisation.ne(name)),
            );
        changed += theirs.exec(scope.tx()).await?.rows_affected;
    }
    Ok(changed)
}
