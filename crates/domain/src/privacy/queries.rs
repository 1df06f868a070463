//! Whose the data is.

use crate::accounts::users::{self, UserFilter};
use crate::kernel::export::Whose;
use crate::kernel::{Error, PageArgs, PersonId, Result, Scope};
use crate::people::{self, PersonFilter};

/// The person of an id, or of a work e-mail.
///
/// # Errors
/// `not_found` when there is none.
pub async fn find_person(scope: &Scope, named: &str) -> Result<PersonId> {
    if let Ok(id) = named.parse::<PersonId>() {
        return Ok(people::get(scope, id).await?.id);
    }
    let filter = PersonFilter { work_email: Some(named.to_owned()), ..Default::default() };
    let found = people::list(scope, &filter, &PageArgs::default()).await?;
    let person = found.items.into_iter().next();
    person.map(|person| person.id).ok_or_else(|| Error::not_found("person", named))
}

/// What is exported of a person: what is about them, and about their users.
///
/// # Errors
/// Those of the database.
pub async fn of_person(scope: &Scope, person: PersonId) -> Result<Whose> {
    let filter = UserFilter { person_id: Some(person), ..Default::default() };
    let users = users::list(scope, &filter, &PageArgs::default()).await?;
    Ok(Whose::Persons(person, users.items.into_iter().map(|user| user.id).collect()))
}
