//! Erasing people and tenants.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use crate::accounts::users;
use crate::kernel::{Actor, App, Caller, Error, Event, PersonId, Result, Scope, idempotency};
use crate::{people, tenants};

/// What was erased of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ErasedPerson {
    /// Who is nobody any more.
    pub id: PersonId,
    /// How many users they had.
    pub users: usize,
    /// Under how many ids sources knew them; none when they had been erased before.
    pub identities: usize,
    /// Of how many entries of the event log the payload went.
    pub payloads: u64,
}

/// Erases a person: the row, their users and identities at once, and then, in units, the payloads of the event log that are about them.
/// Run again, it goes on where it was cut off.
///
/// # Errors
/// `operator_only`; `not_found`; `last_owner` when the tenant would be nobody's.
pub async fn erase_person(app: &App, caller: &Caller, id: PersonId) -> Result<ErasedPerson> {
    let (users, identities) = app
        .write_retrying(caller, async |scope| {
            require_operator(scope)?;
            let users = users::empty_of_person(scope, id).await?;
            let emptied = people::empty(scope, id).await?;
            idempotency::forget_all(scope).await?;
            if emptied.is_new {
                let payload = json!({ "users": users, "identities": emptied.identities });
                scope.record(Event::new("person.erased", id, payload));
            }
            Ok((users, emptied.identities))
        })
        .await?;
    let payloads = app.erase_payloads(caller, id, &users).await?;
    Ok(ErasedPerson { id, users: users.len(), identities, payloads })
}

/// Erases a tenant with everything it has. From the first moment on nobody of it gets in. Returns how many rows of which tables there
/// were. Run again, it goes on where it was cut off.
///
/// # Errors
/// `operator_only`; those of the database.
pub async fn erase_tenant(app: &App, caller: &Caller) -> Result<BTreeMap<String, u64>> {
    app.write(caller, async |scope| {
        require_operator(scope)?;
        tenants::begin_to_erase(scope).await
    })
    .await?;
    app.erase_tenant(caller).await
}

fn require_operator(scope: &Scope) -> Result<()> {
    if scope.actor() == Actor::System {
        return Ok(());
    }
    Err(Error::refused("operator_only", "only the operator may do this"))
}
