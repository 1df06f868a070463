//! Adding and removing identities.

use sea_orm::Set;

use super::entity::{ActiveModel, Entity};
use super::types::{Identity, IdentityId, NewIdentity};
use crate::kernel::check::Check;
use crate::kernel::{Event, Permission, PersonId, Result, Scope};
use crate::{connections, people};

/// Adds an identity to a person.
///
/// # Errors
/// `identity_taken` when it belongs to another person; `invalid` for a connection that does not exist.
pub async fn add(scope: &Scope, person: PersonId, new: NewIdentity) -> Result<Identity> {
    scope.require(Permission::PeopleWrite)?;
    let NewIdentity { connection_id, external_id } = new;
    Check::default().text("/external_id", &external_id, 200).done()?;
    people::get(scope, person).await?;
    connections::exists(scope, "/connection_id", connection_id).await?;
    let id = scope.new_id::<IdentityId>();
    let row = ActiveModel {
        id: Set(id),
        person_id: Set(person),
        connection_id: Set(connection_id),
        external_id: Set(external_id),
        ..Default::default()
    };
    scope.insert(row).await?;
    let identity: Identity = scope.one(id).await?;
    scope.record(Event::created("identity.created", person, &identity));
    Ok(identity)
}

/// Takes an identity from a person: the source's next ticket finds or makes another.
///
/// # Errors
/// `not_found`.
pub async fn remove(scope: &Scope, id: IdentityId) -> Result<()> {
    scope.require(Permission::PeopleWrite)?;
    scope.lock_to_change::<Entity>(id).await?;
    let identity: Identity = scope.one(id).await?;
    scope.delete::<Entity>(id).await?;
    scope.record(Event::removed("identity.removed", identity.person_id, &identity));
    Ok(())
}
