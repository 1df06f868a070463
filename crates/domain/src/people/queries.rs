//! Reading people, within the caller's reach.

use sea_orm::{ColumnTrait, Condition, Select};

use super::entity::{Column, Entity};
use super::types::{Person, PersonFilter, PersonSort};
use crate::kernel::check::normalise_email;
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::sort::{Key, Sort, Sorted};
use crate::kernel::{Finds, Permission, PersonId, Result, Scope, Seen, states};

/// One person.
///
/// # Errors
/// `not_found` when there is none within reach.
pub async fn get(scope: &Scope, id: PersonId) -> Result<Person> {
    scope.one(id).await
}

impl Finds for PersonId {
    type Thing = Person;

    /// Those of these people who exist within reach, in no order.
    ///
    /// # Errors
    /// `forbidden` without `people.read`.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Person>> {
        scope.many(ids).await
    }
}

/// A page of people.
///
/// # Errors
/// `forbidden` without `people.read`; a cursor of another list.
pub async fn list(scope: &Scope, filter: &PersonFilter, args: &PageArgs) -> Result<Page<Person>> {
    page::load_sorted(scope, filter, filter.sort, args, matching(filter)).await
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

impl Seen for Person {
    type Entity = Entity;

    fn visible(scope: &Scope) -> Result<Select<Entity>> {
        scope.find_of(Permission::PeopleRead, Column::Id, None)
    }

    fn for_caller(self, scope: &Scope) -> Self {
        let allowed_actions = states::allowed_actions::<Entity>(scope, self.state);
        Self { allowed_actions, ..self }
    }
}

fn matching(filter: &PersonFilter) -> Condition {
    let PersonFilter { state, work_email, sort: _ } = filter;
    let email = work_email.as_deref().map(normalise_email);
    Condition::all()
        .add_option(state.map(|state| Column::State.eq(state)))
        .add_option(email.map(|email| Column::WorkEmail.eq(email)))
}
