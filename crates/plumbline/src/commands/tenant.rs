//! `plumbline tenant …`

use std::fs;
use std::io::{Read, stdin};
use std::path::Path;

use domain::accounts::users::User;
use domain::accounts::{self, PasswordHash, Secret};
use domain::kernel::{App, Caller, Error, TenantId};
use domain::tenants::{self, NewTenant, SigningKey, Tenant, TenantState};
use serde::Serialize;

use crate::config::{CreateTenantArgs, ListTenantsArgs, TenantArgs};
use crate::data;
use crate::output::{Failure, Result, result};

#[derive(Serialize)]
struct Created {
    #[serde(flatten)]
    tenant: Tenant,
    admin: User,
}

#[derive(Serialize)]
struct Rotated {
    keys: Vec<SigningKey>,
}

pub(crate) async fn create_tenant(args: CreateTenantArgs) -> Result<()> {
    let password = password(&args.admin_password_file)?;
    let new = NewTenant {
        slug: args.slug,
        name: args.name,
        time_zone: args.time_zone,
        week_start: args.week_start,
    };
    let password = accounts::hash_password(&password).await?;
    let created = data::with(&args.store, 1, async |app| {
        let slug = new.slug.clone();
        let created = create(app, new, &args.admin_email, password).await;
        created.map_err(|error| match error.code() {
            "slug_taken" => Failure::new("slug_taken", format!("there is a tenant `{slug}` already; choose another slug, `plumbline tenant list` shows those that are taken")),
            _ => error.into(),
        })
    })
    .await?;
    let Created { tenant, admin } = &created;
    let words = format!(
        "Made the tenant `{}` ({}). {} may sign in at /t/{}/oauth/token.",
        tenant.slug, tenant.id, admin.email, tenant.slug
    );
    result(args.json, &created, &words)
}

/// The tenant and who administers it, both or neither.
async fn create(
    app: &App,
    new: NewTenant,
    email: &str,
    password: PasswordHash,
) -> Result<Created, Error> {
    let caller = Caller::system(app.new_id::<TenantId>());
    let created = app.write(&caller, async |scope| {
        Ok(Created {
            tenant: tenants::create(scope, new).await?,
            admin: accounts::create_owner(scope, email, password).await?,
        })
    });
    created.await
}

/// A line end belongs to the file and not to the password.
fn password(file: &Path) -> Result<Secret> {
    let read = if file == Path::new("-") {
        let mut text = String::new();
        stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    let text = read.map_err(|error| {
        let message = format!(
            "the password cannot be read from {}: {error}; see --admin-password-file",
            file.display()
        );
        Failure::new("password_file", message)
    })?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret::new(line.strip_suffix('\r').unwrap_or(line)))
}

pub(crate) async fn list_tenants(args: ListTenantsArgs) -> Result<()> {
    let list = async |app: &App| Ok(app.system_read(tenants::list).await?);
    let tenants = data::with(&args.store, 1, list).await?;
    let width = tenants.iter().map(|tenant| tenant.slug.len()).max();
    let width = width.unwrap_or_default();
    let lines = tenants.iter().map(|tenant| {
        let Tenant { id, slug, name, time_zone, state, .. } = tenant;
        let state = match state {
            TenantState::Active => "",
            TenantState::Suspended => "  (suspended)",
            TenantState::Erasing => "  (being erased)",
        };
        format!("{slug:width$}  {id}  {time_zone}  {name}{state}\n")
    });
    let words: String = lines.collect();
    let none = "There is no tenant yet; make one with `plumbline tenant create`.";
    let words = if words.is_empty() { none } else { &words };
    result(args.json, &tenants, words)
}

pub(crate) async fn rotate_keys(args: TenantArgs) -> Result<()> {
    let rotate = async |app: &App| {
        let caller = data::tenant(app, &args.slug).await?;
        Ok(app.write(&caller, tenants::rotate_keys).await?)
    };
    let keys = data::with(&args.store, 1, rotate).await?;
    let words = format!(
        "The keys of `{}` are rotated; tokens already given out stay good until they expire.",
        args.slug
    );
    result(args.json, &Rotated { keys }, &words)
}

pub(crate) async fn suspend_tenant(args: TenantArgs) -> Result<()> {
    let words = "is suspended: within seconds its tokens are refused, and nobody of it can sign in";
    step(args, Step::Suspend, words).await
}

pub(crate) async fn resume_tenant(args: TenantArgs) -> Result<()> {
    let words = "is in use again; tokens that have not expired are good again too";
    step(args, Step::Resume, words).await
}

enum Step {
    Suspend,
    Resume,
}

async fn step(args: TenantArgs, step: Step, words: &str) -> Result<()> {
    let step = async |app: &App| {
        let caller = data::tenant(app, &args.slug).await?;
        let (stepped, word) = match step {
            Step::Suspend => (app.write(&caller, tenants::suspend).await, "suspended"),
            Step::Resume => (app.write(&caller, tenants::resume).await, "active"),
        };
        stepped.map_err(|error| match error.code() {
            code @ ("tenant_suspended" | "tenant_active") => {
                Failure::new(code, format!("the tenant `{}` is {word} already", args.slug))
            }
            _ => error.into(),
        })
    };
    let tenant = data::with(&args.store, 1, step).await?;
    result(args.json, &tenant, &format!("The tenant `{}` {words}.", tenant.slug))
}
