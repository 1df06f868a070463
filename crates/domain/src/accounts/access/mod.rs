//! What an actor may do now, and to whose things.

mod queries;

use std::collections::HashSet;

use chrono::NaiveDate;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::{ActiveEnum, QueryResult};

use super::clients::{ApiClientState, scopes_of};
use super::types::Role;
use super::users::UserState;
use crate::kernel::clock::date_in;
use crate::kernel::{
    Access, Actor, ApiClientId, Error, PersonId, Reach, Result, Scope, TeamId, UserId,
};
use crate::tenants::TenantState;

/// Reads what the scope's actor may do.
pub(crate) fn load(scope: &Scope) -> BoxFuture<'_, Result<Access>> {
    async move {
        match scope.actor() {
            Actor::User(user) => of_user(scope, user).await,
            Actor::Client(client) => of_client(scope, client).await,
            Actor::System => Ok(Access::system()),
        }
    }
    .boxed()
}

async fn of_user(scope: &Scope, user: UserId) -> Result<Access> {
    let rows = queries::user(scope, user).await?;
    let first = rows.first().ok_or_else(shut_out)?;
    require_active(first, UserState::Active.to_value())?;
    let mut access = Access { person: first.try_get("", "person_id")?, ..Access::default() };
    for row in &rows {
        let role: Option<Role> = row.try_get("", "role")?;
        for (permission, reach) in role.map(Role::permissions).unwrap_or_default() {
            let widest = access.permissions.entry(permission).or_insert(reach);
            *widest = reach.max(*widest);
        }
    }
    access.people.extend(access.person);
    if let Some(person) = access.person
        && access.permissions.values().any(|it| *it == Reach::Teams)
    {
        let zone: String = first.try_get("", "time_zone")?;
        let (teams, people) = led(scope, person, date_in(&zone, scope.now())?).await?;
        access.teams = teams;
        access.people.extend(people);
    }
    Ok(access)
}

async fn led(
    scope: &Scope,
    person: PersonId,
    today: NaiveDate,
) -> Result<(HashSet<TeamId>, HashSet<PersonId>)> {
    let (mut teams, mut people) = (HashSet::new(), HashSet::new());
    for row in queries::led(scope, person, today).await? {
        teams.insert(row.try_get("", "team_id")?);
        people.extend(row.try_get::<Option<PersonId>>("", "person_id")?);
    }
    Ok((teams, people))
}

async fn of_client(scope: &Scope, client: ApiClientId) -> Result<Access> {
    let rows = queries::client(scope, client).await?;
    let row = rows.first().ok_or_else(shut_out)?;
    require_active(row, ApiClientState::Active.to_value())?;
    let scopes: String = row.try_get("", "scopes")?;
    Ok(Access {
        permissions: scopes_of(&scopes).map(|it| (it, Reach::Tenant)).collect(),
        ..Access::default()
    })
}

/// One answer for whoever is unknown, suspended, ended or revoked, and for everybody of a suspended tenant.
fn shut_out() -> Error {
    Error::unauthenticated(
        "unauthenticated",
        "whoever this token was made for may not come in any more",
    )
}

fn require_active(row: &QueryResult, active: String) -> Result<()> {
    let (state, tenant): (String, String) =
        (row.try_get("", "state")?, row.try_get("", "tenant_state")?);
    if state == active && tenant == TenantState::Active.to_value() {
        return Ok(());
    }
    Err(shut_out())
}
