//! Making and changing tenants: the operator's.

use sea_orm::{ConnectionTrait, Set};

use super::entity::{ActiveModel, Entity};
use super::states::Action;
use super::types::{NewTenant, Tenant, TenantPatch, TenantState};
use super::{issuer, queries};
use crate::kernel::check::Check;
use crate::kernel::patch::required;
use crate::kernel::{Actor, Error, Event, Permission, Result, Scope};

/// Makes the tenant whose scope this is: the operator opens a scope on a new id.
///
/// # Errors
/// `slug_taken`; `invalid` for a slug, name or zone that is none.
pub async fn create(scope: &Scope, new: NewTenant) -> Result<Tenant> {
    check(&new)?;
    let NewTenant { slug, name, time_zone, week_start } = new;
    let row = ActiveModel {
        slug: Set(slug),
        name: Set(name.trim().to_owned()),
        time_zone: Set(time_zone),
        week_start: Set(week_start),
        password_sign_in: Set(true),
        state: Set(TenantState::Active),
        state_since: Set(scope.now()),
        ..Default::default()
    };
    scope.insert(row).await?;
    start_event_log(scope).await?;
    issuer::create_keys(scope).await?;
    let tenant = queries::get(scope).await?;
    scope.record(Event::created("tenant.created", tenant.id, &tenant));
    Ok(tenant)
}

/// Changes what is given.
///
/// # Errors
/// `forbidden` without `accounts.admin`; `invalid` for a name or a zone that is none.
pub async fn update(scope: &Scope, patch: TenantPatch) -> Result<Tenant> {
    scope.require(Permission::AccountsAdmin)?;
    let TenantPatch { name, time_zone, week_start, password_sign_in } = patch;
    let mut check = Check::default();
    check.text_if("/name", &name, 200);
    if let Some(zone) = &time_zone {
        check.zone("/time_zone", zone);
    }
    check.done()?;
    let row = scope.lock_to_change::<Entity>(scope.tenant()).await?;
    let change = ActiveModel {
        name: required(name.map(|name| name.trim().to_owned())),
        time_zone: required(time_zone),
        week_start: required(week_start),
        password_sign_in: required(password_sign_in),
        ..Default::default()
    };
    scope.amend("tenant.updated", scope.tenant(), &row, change).await
}

/// Nobody of the tenant may sign in or ask for anything any more; nothing is lost. The operator's.
///
/// # Errors
/// `forbidden` to everybody else.
pub async fn suspend(scope: &Scope) -> Result<Tenant> {
    step(scope, Action::Suspend).await
}

/// The tenant is in use again. The operator's.
///
/// # Errors
/// `forbidden` to everybody else.
pub async fn resume(scope: &Scope) -> Result<Tenant> {
    step(scope, Action::Resume).await
}

/// Nobody gets in any more, and there is no way back: what follows removes everything. Does nothing where that has begun.
pub(crate) async fn begin_to_erase(scope: &Scope) -> Result<()> {
    let row = scope.lock::<Entity>(scope.tenant()).await?;
    if row.state != TenantState::Erasing {
        scope.enter::<Entity>(&row, row.id, Action::Erase).await?;
    }
    Ok(())
}

async fn step(scope: &Scope, action: Action) -> Result<Tenant> {
    if scope.actor() != Actor::System {
        return Err(Error::refused("operator_only", "only the operator may do this"));
    }
    let before = scope.lock_to_change::<Entity>(scope.tenant()).await?;
    scope.enter::<Entity>(&before, before.id, action).await?;
    queries::get(scope).await
}

fn check(new: &NewTenant) -> Result<()> {
    if !is_slug(&new.slug) {
        let message = "must be 2 to 40 lower-case letters, digits and hyphens, beginning with a letter, like `acme`";
        return Err(Error::invalid("/slug", "not_a_slug", message));
    }
    Check::default().text("/name", &new.name, 200).zone("/time_zone", &new.time_zone).done()
}

/// Whether a text could be a tenant's slug.
pub(crate) fn is_slug(text: &str) -> bool {
    let legal =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    (2..=40).contains(&text.len())
        && text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.chars().all(legal)
        && !text.ends_with('-')
}

async fn start_event_log(scope: &Scope) -> Result<()> {
    let sql = "INSERT INTO event_heads (tenant_id, sequence, hash) VALUES ($1, 0, $2)";
    scope.tx().execute_raw(scope.sql(sql, [Vec::<u8>::new().into()])).await?;
    Ok(())
}
