//! Reading people, within the caller's reach.

use sea_orm::{ColumnTrait, QueryFilter, Select};

use super::entity::{Column, Entity};
use super::types::{Person, PersonFilter, PersonSort};
use crate::kernel::check::normalise_email;
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::sort::{Key, Sort, Sorted};
use crate::kernel::{Error, Finds, Permission, PersonId, Result, Scope, dialect, states};

/// One person.
///
/// # Errors
/// `not_found` when there is none within reach.
pub async fn get(scope: &Scope, id: PersonId) -> Result<Person> {
    many(scope, &[id]).await?.pop().ok_or_else(|| Error::not_found("person", id))
}

/// Those of these people who exist within reach, in no order.
///
/// # Errors
/// `forbidden` without `people.read`.
pub async fn many(scope: &Scope, ids: &[PersonId]) -> Result<Vec<Person>> {
    let select = visible(scope)?.filter(dialect::any(
        scope.backend(),
        Column::Id,
        ids.iter().map(|id| id.0),
    ));
    let people = select.into_partial_model::<Person>().all(scope.tx()).await?;
    Ok(people.into_iter().map(|person| with_actions(scope, person)).collect())
}

impl Finds for PersonId {
    type Thing = Person;

    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Person>> {
        many(scope, ids).await
    }
}

/// A page of people.
///
/// # Errors
/// `forbidden` without `people.read`; a cursor of another list.
pub async fn list(scope: &Scope, filter: &PersonFilter, args: &PageArgs) -> Result<Page<Person>> {
    let mut select = visible(scope)?;
    if let Some(state) = filter.state {
        select = select.filter(Column::State.eq(state));
    }
    if let Some(email) = &filter.work_email {
        select = select.filter(Column::WorkEmail.eq(normalise_email(email)));
    }
    let page: Page<Person> = page::load_sorted(scope, filter, filter.sort, args, select).await?;
    Ok(page.map(|person| with_actions(scope, person)))
}

/// Keeps the person whom a field names as they are until this scope ends, whoever asks: for rules over what else is known of them.
pub(crate) async fn hold(scope: &Scope, pointer: &str, id: PersonId) -> Result<()> {
    scope.lock_named::<Entity>(pointer, id).await.map(drop)
}

/// Refuses a field that names a person who is not there, whoever asks.
pub(crate) async fn exists(scope: &Scope, pointer: &str, id: PersonId) -> Result<()> {
    scope.exists::<Entity>(pointer, id).await
}

impl Sort<Person> for PersonSort {
    type Entity = Entity;

    fn by(self) -> (Sorted<Entity>, bool) {
        match self {
            Self::Name => (Sorted::Folded(Column::Name), false),
            Self::NameDesc => (Sorted::Folded(Column::Name), true),
            Self::HireDate => (Sorted::Plain(Column::HireDate), false),
            Self::HireDateDesc => (Sorted::Plain(Column::HireDate), true),
        }
    }

    fn key(self, person: &Person) -> Key {
        match self {
            Self::Name | Self::NameDesc => Key::text(&person.name),
            Self::HireDate | Self::HireDateDesc => Key::Day(person.hire_date),
        }
    }
}

/// The people the caller may see.
fn visible(scope: &Scope) -> Result<Select<Entity>> {
    scope.find_of_people(Permission::PeopleRead, Column::Id)
}

fn with_actions(scope: &Scope, mut person: Person) -> Person {
    person.allowed_actions = states::allowed_actions::<Entity>(scope, person.state);
    person
}
