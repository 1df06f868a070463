//! What a source does not have any more.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, Select};

use crate::connections::ConnectionId;
use crate::kernel::{Result, Scope};
use crate::tickets::entity::ticket;

/// The source's ids of the tickets that were created from one moment to before another, are here, and are not `there`. It checks no permission.
///
/// # Errors
/// Those of the database.
pub async fn missing(
    scope: &Scope,
    connection: ConnectionId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    there: &HashSet<String>,
) -> Result<Vec<String>> {
    let created = ticket::Column::CreatedAt;
    let select = here(scope, connection).filter(created.gte(from)).filter(created.lt(to));
    let here: Vec<String> = select.into_tuple().all(scope.tx()).await?;
    Ok(here.into_iter().filter(|id| !there.contains(id)).collect())
}

/// Whether a ticket is here by the source's id of it, and neither deleted nor spam. It checks no permission.
///
/// # Errors
/// Those of the database.
pub async fn present(scope: &Scope, connection: ConnectionId, id: &str) -> Result<bool> {
    let select = here(scope, connection).filter(ticket::Column::ExternalId.eq(id));
    Ok(select.into_tuple::<String>().one(scope.tx()).await?.is_some())
}

fn here(scope: &Scope, connection: ConnectionId) -> Select<ticket::Entity> {
    let theirs = scope.find::<ticket::Entity>().filter(ticket::Column::ConnectionId.eq(connection));
    theirs
        .filter(ticket::Column::DeletedAt.is_null())
        .filter(ticket::Column::SpamAt.is_null())
        .select_only()
        .column(ticket::Column::ExternalId)
}
