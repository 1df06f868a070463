//! What sources called people who were erased: digests, from which nobody reads an id or an address, but by which one that comes again
//! is known. Their numbers go on being nobody's in particular, and no name comes back.

mod entity;

use std::collections::HashMap;

use sea_orm::{ColumnTrait, QueryFilter, Set};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use self::entity::{ActiveModel, Column, Entity};
use super::entity as identity;
use super::types::Newcomer;
use crate::connections::ConnectionId;
use crate::kernel::{PersonId, Result, Scope};

/// Forgets under which ids the sources know a person, and keeps their digests. Returns how many there were.
pub(in crate::people) async fn forget(scope: &Scope, person: PersonId) -> Result<usize> {
    let theirs = identity::Column::PersonId.eq(person);
    let known = scope.find::<identity::Entity>().filter(theirs.clone()).all(scope.tx()).await?;
    for row in &known {
        keep(scope, person, digest(scope, row.connection_id.0, &row.external_id)).await?;
    }
    scope.delete_many::<identity::Entity>().filter(theirs).exec(scope.tx()).await?;
    Ok(known.len())
}

/// Keeps the digest of an address that was a person's. The caller forgets the address itself.
pub(crate) async fn forget_email(scope: &Scope, person: PersonId, email: &str) -> Result<()> {
    keep(scope, person, of_email(scope, email)).await
}

/// Who of some newcomers has been erased, by the source's ids.
pub(super) async fn among(
    scope: &Scope,
    connection: ConnectionId,
    newcomers: &[Newcomer],
) -> Result<HashMap<String, PersonId>> {
    let mut wanted: HashMap<Vec<u8>, Vec<&Newcomer>> = HashMap::new();
    for newcomer in newcomers {
        let id = digest(scope, connection.0, &newcomer.external_id);
        let email = newcomer.work_email.as_deref().map(|email| of_email(scope, email));
        for digest in std::iter::once(id).chain(email) {
            wanted.entry(digest).or_default().push(newcomer);
        }
    }
    let mut erased = HashMap::new();
    if wanted.is_empty() {
        return Ok(erased);
    }
    let select = scope.find::<Entity>().filter(Column::Digest.is_in(wanted.keys().cloned()));
    for row in select.all(scope.tx()).await? {
        let who = wanted.get(&row.digest).into_iter().flatten();
        erased.extend(who.map(|newcomer| (newcomer.external_id.clone(), row.person_id)));
    }
    Ok(erased)
}

/// Of two people who had it, the later one.
async fn keep(scope: &Scope, person: PersonId, digest: Vec<u8>) -> Result<()> {
    let row =
        ActiveModel { person_id: Set(person), created_at: Set(scope.now()), ..Default::default() };
    if scope.update::<Entity, _>(digest.clone(), row.clone()).await? {
        return Ok(());
    }
    scope.insert_unversioned(ActiveModel { digest: Set(digest), ..row }).await
}

fn of_email(scope: &Scope, email: &str) -> Vec<u8> {
    digest(scope, Uuid::nil(), &email.to_lowercase())
}

/// The tenant and the source have fixed lengths, so what follows needs none.
fn digest(scope: &Scope, source: Uuid, text: &str) -> Vec<u8> {
    Sha256::new()
        .chain_update(b"plumbline erased identity")
        .chain_update(scope.tenant().0.as_bytes())
        .chain_update(source.as_bytes())
        .chain_update(text)
        .finalize()
        .to_vec()
}
