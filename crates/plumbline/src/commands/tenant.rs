//! `plumbline tenant …`

use std::fs;
use std::io::{Read, stdin};
use std::path::Path;

use domain::accounts::{self, Secret};
use domain::accounts::users::User;
use domain::kernel::{Caller, TenantId};
use domain::tenants::{self, NewTenant, SigningKey, Tenant};
use serde::Serialize;

use crate::config::{CreateTenantArgs, ListTenantsArgs, RotateKeysArgs};
use crate::data::{self, Upgrade};
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
    let app = data::open(&args.store, Upgrade::Refused, Some(1)).await?;
    let new = NewTenant {
        slug: args.slug,
        name: args.name,
        time_zone: args.time_zone,
        week_start: args.week_start,
    };
    let password = accounts::hash_password(&password).await?;
    let id = app
        .system(async |scope| Ok(scope.new_id::<TenantId>()))
        .await?;
    let created = app
        .write(&Caller::system(id), async |scope| {
            Ok(Created {
                tenant: tenants::create(scope, new).await?,
                admin: accounts::create_owner(scope, &args.admin_email, password).await?,
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
    let app = data::open(&args.store, Upgrade::Refused, Some(1)).await?;
    let tenants = app.system(tenants::list).await?;
    let width = tenants.iter().map(|tenant| tenant.slug.len()).max();
    let width = width.unwrap_or_default();
    let lines = tenants.iter().map(|tenant| {
        let Tenant {
            id,
            slug,
            name,
            time_zone,
            ..
        } = tenant;
        format!("{slug:width$}  {id}  {time_zone}  {name}\n")
    });
    let words: String = lines.collect();
    let none = "There is no tenant yet; make one with `plumbline tenant create`.";
    let words = if words.is_empty() { none } else { &words };
    result(args.json, &tenants, words)
}

pub(crate) async fn rotate_keys(args: RotateKeysArgs) -> Result<()> {
    let app = data::open(&args.store, Upgrade::Refused, Some(1)).await?;
    let caller = data::tenant(&app, &args.slug).await?;
    let keys = app.write(&caller, tenants::rotate_keys).await?;
    let words = format!(
        "The keys of `{}` are rotated; tokens already given out stay good until they expire.",
        args.slug
    );
    result(args.json, &Rotated { keys }, &words)
}
