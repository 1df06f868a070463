//! Who asks.

use super::types::{Allowed, Me};
use crate::kernel::{Actor, Permission, Result, Scope};
use crate::tenants;

/// Who asks, and what they may do. Everybody may know.
///
/// # Errors
/// Those of the database.
pub async fn me(scope: &Scope) -> Result<Me> {
    let permissions = Permission::ALL.iter().filter_map(|permission| {
        let reach = scope.reach(*permission)?;
        Some(Allowed { permission: permission.word(), reach: reach.into() })
    });
    let (user_id, client_id) = match scope.actor() {
        Actor::User(id) => (Some(id), None),
        Actor::Client(id) => (None, Some(id)),
        Actor::System => (None, None),
    };
    Ok(Me {
        id: scope.actor().to_string(),
        tenant: tenants::get(scope).await?,
        user_id,
        client_id,
        person_id: scope.access().person,
        permissions: permissions.collect(),
    })
}
