//! Reading identities: those of people within the caller's reach.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, Select};

use super::entity::{Column, Entity};
use super::types::{Identity, IdentityId};
use crate::connections::ConnectionId;
use crate::connections::sync::require_system;
use crate::kernel::first_pages::{self, Owned};
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::{Finds, Permission, PersonId, Result, Scope, Seen};
use crate::people;

/// A person's identities.
///
/// # Errors
/// `not_found` when the person is not within reach.
pub async fn list(scope: &Scope, person: PersonId, args: &PageArgs) -> Result<Page<Identity>> {
    people::get(scope, person).await?;
    let theirs = Condition::all().add(Column::PersonId.eq(person));
    page::load(scope, &person, args, theirs).await
}

/// One identity.
///
/// # Errors
/// `not_found` when there is none of a person within reach.
pub async fn get(scope: &Scope, id: IdentityId) -> Result<Identity> {
    scope.one(id).await
}

impl Finds for IdentityId {
    type Thing = Identity;

    /// Those of these identities whose people are within reach, in no order.
    ///
    /// # Errors
    /// `forbidden` without `people.read`.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Identity>> {
        scope.many(ids).await
    }
}

/// The first page of the identities of each of these people, within reach.
///
/// # Errors
/// `forbidden` without `people.read`.
pub async fn of_each_person(
    scope: &Scope,
    people: &[PersonId],
    limit: Option<u32>,
) -> Result<HashMap<PersonId, Page<Identity>>> {
    let owned = Owned { column: Column::PersonId, of: |it: &Identity| Some(it.person_id) };
    first_pages::load(scope, &owned, people, |person| person, limit, Condition::all()).await
}

impl Seen for Identity {
    type Entity = Entity;

    /// Those of people within reach.
    fn visible(scope: &Scope) -> Result<Select<Entity>> {
        scope.find_of(Permission::PeopleRead, Column::PersonId, None)
    }
}

/// Under which ids a source knows people: all that are or were its agents.
///
/// # Errors
/// `operator_only`; those of the database.
pub async fn known(scope: &Scope, connection: ConnectionId) -> Result<HashSet<String>> {
    require_system(scope)?;
    let theirs = scope.find::<Entity>().filter(Column::ConnectionId.eq(connection));
    let select = theirs.select_only().column(Column::ExternalId).into_tuple::<String>();
    Ok(select.all(scope.tx()).await?.into_iter().collect())
}
