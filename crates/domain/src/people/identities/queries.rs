//! Reading identities: those of people within the caller's reach.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, QueryFilter, Select};

use super::entity::{Column, Entity};
use super::types::{Identity, IdentityId};
use crate::kernel::first_pages::{self, Owned};
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::{Error, Finds, Permission, PersonId, Reach, Result, Scope, dialect};
use crate::people;

/// A person's identities.
///
/// # Errors
/// `not_found` when the person is not within reach.
pub async fn list(scope: &Scope, person: PersonId, args: &PageArgs) -> Result<Page<Identity>> {
    people::get(scope, person).await?;
    let select = scope.find::<Entity>().filter(Column::PersonId.eq(person));
    page::load::<Entity, Identity>(scope, &person, args, select).await
}

/// One identity.
///
/// # Errors
/// `not_found` when there is none of a person within reach.
pub async fn get(scope: &Scope, id: IdentityId) -> Result<Identity> {
    let found = many(scope, &[id]).await?.pop();
    found.ok_or_else(|| Error::not_found("external identity", id))
}

/// Those of these identities whose people are within reach, in no order.
///
/// # Errors
/// `forbidden` without `people.read`.
pub async fn many(scope: &Scope, ids: &[IdentityId]) -> Result<Vec<Identity>> {
    let wanted = dialect::any(scope.backend(), Column::Id, ids.iter().map(|id| id.0));
    let select = visible(scope)?.filter(wanted);
    Ok(select.into_partial_model::<Identity>().all(scope.tx()).await?)
}

impl Finds for IdentityId {
    type Thing = Identity;

    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Identity>> {
        many(scope, ids).await
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
    first_pages::load(scope, &owned, people, |person| person, limit, visible(scope)?).await
}

/// The identities of the people whom the caller may see.
fn visible(scope: &Scope) -> Result<Select<Entity>> {
    let select = scope.find::<Entity>();
    let these = |people: Vec<PersonId>| {
        dialect::any(scope.backend(), Column::PersonId, people.into_iter().map(|id| id.0))
    };
    let access = scope.access();
    Ok(match scope.reach_of(Permission::PeopleRead)? {
        Reach::Tenant => select,
        Reach::Teams => select.filter(these(access.people.iter().copied().collect())),
        Reach::Own => select.filter(these(access.person.into_iter().collect())),
    })
}
