//! Making and changing people.

use sea_orm::Set;

use super::entity::{ActiveModel, Entity};
use super::types::{Emptied, NewPerson, Person, PersonAction, PersonPatch, PersonState};
use super::{identities, queries};
use crate::kernel::check::{Check, normalise_email};
use crate::kernel::patch::{nullable, required};
use crate::kernel::{Error, Permission, PersonId, Result, Scope};

/// What whoever was erased is called.
const NOBODY: &str = "Erased person";

/// Makes a person.
///
/// # Errors
/// `work_email_taken`, `employee_no_taken`; `invalid` per field.
pub async fn create(scope: &Scope, new: NewPerson) -> Result<Person> {
    scope.require(Permission::PeopleWrite)?;
    check_new(&new)?;
    let NewPerson { name, work_email, employee_no, time_zone, locale, hire_date, invited } = new;
    let id = scope.new_id::<PersonId>();
    let row = ActiveModel {
        id: Set(id),
        name: Set(name.trim().to_owned()),
        work_email: Set(work_email.as_deref().map(normalise_email)),
        employee_no: Set(employee_no),
        time_zone: Set(time_zone),
        locale: Set(locale),
        hire_date: Set(hire_date),
        leave_date: Set(None),
        state: Set(if invited { PersonState::Invited } else { PersonState::Active }),
        state_since: Set(scope.now()),
        ..Default::default()
    };
    scope.create("person.created", id, row).await
}

/// Changes a person's fields.
///
/// # Errors
/// `not_found`, `work_email_taken`, `employee_no_taken`; `invalid` per field.
pub async fn update(scope: &Scope, id: PersonId, patch: PersonPatch) -> Result<Person> {
    scope.require(Permission::PeopleWrite)?;
    check_patch(&patch)?;
    let row = scope.lock_to_change::<Entity>(id).await?;
    if row.state == PersonState::Erased {
        let message = "this person has been erased, and nothing is kept of them any more";
        return Err(Error::conflict("person_erased", message).allowing(Vec::new()));
    }
    let PersonPatch { name, work_email, employee_no, time_zone, locale, hire_date, leave_date } =
        patch;
    let change = ActiveModel {
        name: required(name.map(|name| name.trim().to_owned())),
        work_email: nullable(work_email.map_value(|email| normalise_email(&email))),
        employee_no: nullable(employee_no),
        time_zone: nullable(time_zone),
        locale: nullable(locale),
        hire_date: nullable(hire_date),
        leave_date: nullable(leave_date),
        ..Default::default()
    };
    scope.amend("person.updated", id, &row, change).await
}

/// Empties a locked person of everything that names them, and forgets under which ids sources knew them: only their digests stay, so that
/// none of them brings the person back. The caller records it.
pub(crate) async fn empty(scope: &Scope, id: PersonId) -> Result<Emptied> {
    let row = scope.lock::<Entity>(id).await?;
    if row.state == PersonState::Erased {
        return Ok(Emptied::default());
    }
    let identities = identities::forget(scope, id).await?;
    if let Some(email) = &row.work_email {
        identities::forget_email(scope, id, email).await?;
    }
    let nobody = ActiveModel {
        name: Set(NOBODY.to_owned()),
        work_email: Set(None),
        employee_no: Set(None),
        time_zone: Set(None),
        locale: Set(None),
        hire_date: Set(None),
        leave_date: Set(None),
        state: Set(PersonState::Erased),
        state_since: Set(scope.now()),
        ..Default::default()
    };
    scope.change(&row, nobody).await?;
    Ok(Emptied { is_new: true, identities })
}

/// Moves a person to another state.
///
/// # Errors
/// `not_found`; a conflict with the legal actions.
pub async fn act(scope: &Scope, id: PersonId, action: PersonAction) -> Result<Person> {
    scope.require(Permission::PeopleWrite)?;
    let row = scope.lock_to_change::<Entity>(id).await?;
    scope.enter::<Entity>(&row, id, action).await?;
    queries::get(scope, id).await
}

fn check_new(new: &NewPerson) -> Result<()> {
    let mut check = Check::default();
    check.text("/name", &new.name, 200);
    check.text_if("/employee_no", &new.employee_no, 64).text_if("/locale", &new.locale, 35);
    if let Some(email) = &new.work_email {
        check.email("/work_email", email);
    }
    if let Some(zone) = &new.time_zone {
        check.zone("/time_zone", zone);
    }
    check.day("/hire_date", new.hire_date).done()
}

fn check_patch(patch: &PersonPatch) -> Result<()> {
    let mut check = Check::default();
    check.text_if("/name", &patch.name, 200);
    check.text_if("/employee_no", patch.employee_no.value(), 64);
    check.text_if("/locale", patch.locale.value(), 35);
    if let Some(email) = patch.work_email.value() {
        check.email("/work_email", email);
    }
    if let Some(zone) = patch.time_zone.value() {
        check.zone("/time_zone", zone);
    }
    check.day("/hire_date", patch.hire_date.value().copied());
    check.day("/leave_date", patch.leave_date.value().copied());
    check.done()
}
