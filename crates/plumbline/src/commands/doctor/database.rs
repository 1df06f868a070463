//! A PostgreSQL server: whether we may in, what holds tenants apart, its clock and its connections.

use chrono::TimeDelta;
use domain::kernel::condition::{self, ServerCondition};
use domain::kernel::{App, Database, Walls};
use migrations::schema::Standing;
use migrations::{LOG_TABLES, NO_TENANT, RUNTIME_ROLE, SYSTEM_ROLE, SYSTEM_TABLES};

use super::inside;
use super::report::{Report, milliseconds};
use crate::config::{DoctorArgs, ServerArgs, TO_SERVER};
use crate::data;
use crate::output::{Failure, Result};

/// What we are tested on, and from where on.
const OLDEST: i32 = 150_000;
/// Leases and tokens allow for this much.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(2);
const WALLS: Walls = Walls {
    runtime_role: RUNTIME_ROLE,
    system_role: SYSTEM_ROLE,
    system_tables: SYSTEM_TABLES,
    log_tables: LOG_TABLES,
    no_tenant: NO_TENANT,
};

pub(super) async fn check(url: &str, doctor: &DoctorArgs, report: &mut Report) {
    let args = &doctor.serve.server;
    let place = data::without_password(url);
    let standing = match data::standing_of_server(url).await {
        Ok(standing) => standing,
        Err(failure) => {
            let advice = "see that the server runs, that its host and port are right and let us through, and that the login and its password are";
            return report.error("database", failure.message(), advice);
        }
    };
    match &standing {
        Standing::Current => report.ok("schema", "it is this program's"),
        Standing::Older(changes) => {
            report.failed("schema", &data::older(&place, "--database-url …", *changes));
        }
        Standing::Newer(change) => report.failed("schema", &data::newer(&place, change)),
        Standing::Empty => report.failed("schema", &data::missing_schema(&place)),
    }
    if let Err(failure) = data::try_roles(url).await {
        return report.failed("roles", &failure);
    }
    let key = match data::given_key(&args.store.key) {
        Ok(key) => key.ok_or_else(data::missing_key),
        Err(failure) => Err(failure),
    };
    if let Err(failure) = &key {
        report.failed("master key", failure);
    }
    let key = key.ok();
    let has_key = key.is_some();
    match Database::postgres(url, 1).await {
        Ok(database) => {
            let app = inside::app(database, key);
            if let Err(failure) =
                server(&app, &place, args, standing != Standing::Empty, report).await
            {
                report.failed("database", &failure);
            }
            if standing == Standing::Current {
                inside::check(&app, has_key, doctor.audit, report).await;
            }
        }
        Err(error) => report.failed("database", &Failure::from(error)),
    }
}

async fn server(
    app: &App,
    place: &str,
    args: &ServerArgs,
    has_tables: bool,
    report: &mut Report,
) -> Result<()> {
    let server = app.system_read(condition::of_server).await?;
    let message = format!(
        "{place}, PostgreSQL {}, answers in {}",
        server.version,
        milliseconds(server.round_trip)
    );
    if server.version_number < OLDEST {
        report.error("database", message, "use PostgreSQL 15 or newer");
    } else {
        report.ok("database", message);
    }
    clock(&server, report);
    connections(&server, args, report);
    login(&server, report);
    if !has_tables {
        return Ok(());
    }
    let breaches = WALLS.breaches(app).await?;
    if breaches.is_empty() {
        report.ok(
            "tenants apart",
            "row-level security binds every table, and the roles have no way around it",
        );
    }
    for breach in breaches {
        let advice = "put it back as deploy/sql/roles.sql and the migrations have it, before anybody else uses the service";
        report.error("tenants apart", breach, advice);
    }
    Ok(())
}

fn clock(server: &ServerCondition, report: &mut Report) {
    let apart = server.clock_ahead.num_milliseconds();
    let message =
        format!("the database's clock differs from ours by {:.3} s", apart as f64 / 1_000.0);
    if server.clock_ahead.abs() > CLOCKS_APART {
        let advice = "let both machines follow a time server: leases of jobs and lives of tokens are told by these clocks";
        report.warning("clock", message, advice);
    } else {
        report.ok("clock", message);
    }
}

fn connections(server: &ServerCondition, args: &ServerArgs, report: &mut Report) {
    let ours = args.connections.unwrap_or(TO_SERVER);
    let ServerCondition { connections_allowed: allowed, connections_used: used, .. } = server;
    let message = format!(
        "a process of ours opens up to {ours}; the server allows {allowed}, and {used} are in use"
    );
    let advice = "raise max_connections of the server (or the limit of the role or the database), or lower `connections`";
    if i64::from(ours) > *allowed {
        report.error("connections", message, advice);
    } else if i64::from(ours) + used > *allowed {
        report.warning("connections", message, advice);
    } else {
        report.ok("connections", message);
    }
}

/// Every session takes the runtime role, so that the walls stand; but it could step back to what it logged in as.
fn login(server: &ServerCondition, report: &mut Report) {
    let login = &server.login;
    let advice = format!(
        "log in as {RUNTIME_ROLE}; deploy/sql/roles.sql makes it, and the owner is for `plumbline migrate` alone"
    );
    if server.login_is_above_security {
        let message =
            format!("`{login}` is SUPERUSER or BYPASSRLS: row-level security does not bind it");
        report.error("login", message, advice);
    } else if server.login_owns > 0 {
        let message = format!(
            "`{login}` owns {} of the tables, and can switch their security off",
            server.login_owns
        );
        report.error("login", message, advice);
    } else {
        report.ok("login", format!("`{login}` is bound by row-level security and owns no table"));
    }
}
