//! A PostgreSQL database: its schema, and the roles that the product works as.

use migrations::schema::{DbErr, Schema, Standing, is_forbidden, reason};

use super::{Upgrade, is_current, older};
use crate::output::{Failure, Result};

/// Sees to it that the schema is this program's.
pub(super) async fn prepare(url: &str, upgrade: Upgrade) -> Result<()> {
    let place = without_password(url);
    let failed = |error: &DbErr| Failure::new("database", format!("{place}: {}", reason(error)));
    let schema = enter(url, &place).await?;
    let standing = schema.standing().await.map_err(|error| failed(&error))?;
    if !is_current(&standing, &place)? {
        if upgrade == Upgrade::Refused {
            return Err(match standing {
                Standing::Older(changes) => older(&place, "--database-url …", changes),
                _ => missing_schema(&place),
            });
        }
        schema.upgrade().await.map_err(|error| {
            if is_forbidden(&error) {
                return forbidden(&place, &standing);
            }
            let message =
                format!("{place} could not be brought up, and is as it was: {}", reason(&error));
            Failure::new("migration", message)
        })?;
    }
    schema.close().await.map_err(|error| failed(&error))
}

/// Where the schema of a server's database stands.
pub(crate) async fn standing(url: &str) -> Result<Standing> {
    let place = without_password(url);
    let failed = |error: DbErr| Failure::new("database", format!("{place}: {}", reason(&error)));
    let schema = enter(url, &place).await?;
    let standing = schema.standing().await.map_err(failed)?;
    schema.close().await.map_err(failed)?;
    Ok(standing)
}

async fn enter(url: &str, place: &str) -> Result<Schema> {
    Schema::of_server(url).await.map_err(|error| {
        let message =
            format!("there is no way into {place}: {}; see --database-url", reason(&error));
        Failure::new("database", message)
    })
}

/// Sees to it that the login may take the product's roles. Whoever only migrates need not.
pub(crate) async fn try_roles(url: &str) -> Result<()> {
    let place = without_password(url);
    let failed = |error: &DbErr| Failure::new("database", format!("{place}: {}", reason(error)));
    let schema = Schema::of_server(url).await.map_err(|error| failed(&error))?;
    schema.try_roles().await.map_err(|error| {
        if is_forbidden(&error) { no_roles(&place, &error) } else { failed(&error) }
    })?;
    schema.close().await.map_err(|error| failed(&error))
}

pub(crate) fn missing_schema(place: &str) -> Failure {
    let message = format!(
        "{place} is empty; make the roles with deploy/sql/roles.sql, then run `plumbline migrate --database-url …` as the owner of the database"
    );
    Failure::new("schema_missing", message)
}

fn forbidden(place: &str, standing: &Standing) -> Failure {
    let state = match standing {
        Standing::Older(_) => "older than this program",
        _ => "empty",
    };
    let message = format!(
        "{place} is {state}, and this login may not change it; make the roles with deploy/sql/roles.sql, then run `plumbline migrate --database-url …` as the owner of the database"
    );
    Failure::new("schema_missing", message)
}

fn no_roles(place: &str, error: &DbErr) -> Failure {
    let message = format!(
        "the login of {place} may not work as plumbline_runtime ({}); deploy/sql/roles.sql makes the roles, and `GRANT plumbline_runtime TO <login>` lets another login in",
        reason(error)
    );
    Failure::new("database_role", message)
}

/// An address as it may be shown.
pub(crate) fn without_password(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else {
        return "the database".to_owned();
    };
    match rest.rsplit_once('@') {
        Some((login, host)) => {
            let user = login.split(':').next().unwrap_or(login);
            format!("{scheme}://{user}@{host}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_not_shown() {
        for (url, shown) in [
            ("postgres://a:b@c/d", "postgres://a@c/d"),
            ("postgres://a:b@c@d/e?password=f", "postgres://a@d/e"),
            ("postgres://c:5432/d", "postgres://c:5432/d"),
            ("secret", "the database"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
