//! Making and changing tenants: the operator's.

use sea_orm::{ConnectionTrait, Set, Statement};
use serde_json::json;

use super::entity::{ActiveModel, Entity};
use super::queries;
use super::types::{NewTenant, Tenant, TenantState};
use crate::kernel::check::Check;
use crate::kernel::{Error, Event, Result, Scope};

/// Makes the tenant whose scope this is: the operator opens a scope on a new id.
///
/// # Errors
/// `slug_taken`; `invalid` for a slug, name or zone that is none.
pub async fn create(scope: &Scope, new: NewTenant) -> Result<Tenant> {
    check(&new)?;
    let now = scope.now();
    let row = ActiveModel {
        id: Set(scope.tenant()),
        slug: Set(new.slug),
        name: Set(new.name.trim().to_owned()),
        time_zone: Set(new.time_zone),
        week_start: Set(new.week_start),
        password_sign_in: Set(true),
        state: Set(TenantState::Active),
        state_since: Set(now),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    scope.insert::<Entity, _>(row).await?;
    start_event_log(scope).await?;
    let tenant = queries::get(scope).await?;
    scope.record(Event::new(
        "tenant.created",
        tenant.id,
        json!({ "slug": tenant.slug, "name": tenant.name }),
    ));
    Ok(tenant)
}

fn check(new: &NewTenant) -> Result<()> {
    let legal =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let begins = new
        .slug
        .starts_with(|letter: char| letter.is_ascii_lowercase());
    if !(2..=40).contains(&new.slug.len())
        || !begins
        || !new.slug.chars().all(legal)
        || new.slug.ends_with('-')
    {
        let message = "must be 2 to 40 lower-case letters, digits and hyphens, beginning with a letter, like `acme`";
        return Err(Error::invalid("/slug", "not_a_slug", message));
    }
    Check::default()
        .text("/name", &new.name, 200)
        .zone("/time_zone", &new.time_zone)
        .done()
}

async fn start_event_log(scope: &Scope) -> Result<()> {
    let sql = "INSERT INTO event_heads (tenant_id, sequence, hash) VALUES ($1, 0, $2)";
    let values = [scope.tenant().0.into(), Vec::<u8>::new().into()];
    scope
        .tx()
        .execute_raw(Statement::from_sql_and_values(scope.backend(), sql, values))
        .await?;
    Ok(())
}
