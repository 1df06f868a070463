//! How a table becomes a tenant's: keys by hand in its text, and on PostgreSQL row-level security and grants from here.
//!
//! The texts are written once, in PostgreSQL's types. SQLite takes them as they are: it keeps what it is given and reads a type's name only as a hint.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// The tables that the system role sees across tenants, with all it may do to them: claim and finish jobs, find a tenant by its slug and a hook
/// by its id, and put what hooks are told into the inbox. The catalogue test reads this list.
pub const SYSTEM_TABLES: &[(&str, &str)] = &[
    ("hooks", "SELECT"),
    ("inbox", "INSERT"),
    ("jobs", "DELETE, INSERT, SELECT, UPDATE"),
    ("tenants", "SELECT"),
];

/// What the system role could do to these tables when they were made; a later change gave it more.
const AS_MADE: &[(&str, &str)] = &[("jobs", "DELETE, SELECT, UPDATE")];

/// The tables of the event log, with all that the runtime may do to them. What it may remove, a policy narrows further.
pub const LOG_TABLES: &[(&str, &str)] =
    &[("event_payloads", "DELETE, INSERT, SELECT"), ("events", "DELETE, INSERT, SELECT")];

/// The tables that are no tenant's: the record of migrations.
pub const NO_TENANT: &[&str] = &["seaql_migrations"];

/// The role every session of the product takes. Row-level security binds it.
pub const RUNTIME_ROLE: &str = "plumbline_runtime";
/// The role of a transaction that works across tenants on [`SYSTEM_TABLES`].
pub const SYSTEM_ROLE: &str = "plumbline_system";

/// What the runtime may do to a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// Everything.
    Full,
    /// Read and add: logs.
    Append,
}

/// Where SQLite keeps the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Apart from the primary key: rows that are read by other keys too.
    Heap,
    /// In the primary key itself: rows that are read in its order.
    Clustered,
}

/// Creates a table whose rows belong to tenants. `body` is everything after `tenant_id uuid NOT NULL,`.
pub(crate) async fn tenant_table(
    manager: &SchemaManager<'_>,
    name: &str,
    layout: Layout,
    grant: Grant,
    body: &str,
) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    let tail = if layout == Layout::Clustered && !postgres { " WITHOUT ROWID" } else { "" };
    run(manager, &format!("CREATE TABLE {name} (tenant_id uuid NOT NULL, {body}){tail}")).await?;
    if postgres {
        secure(manager, name, "tenant_id", grant).await?;
    }
    Ok(())
}

/// Row-level security, its policies and the grants of one table, PostgreSQL only.
pub(crate) async fn secure(
    manager: &SchemaManager<'_>,
    name: &str,
    tenant: &str,
    grant: Grant,
) -> Result<(), DbErr> {
    // As a question of its own, the setting is read once a statement and not once a row.
    let mine = format!("{tenant} = (SELECT nullif(current_setting('app.tenant', true), '')::uuid)");
    let rights = match grant {
        Grant::Full => "SELECT, INSERT, UPDATE, DELETE",
        Grant::Append => "SELECT, INSERT",
    };
    run(manager, &format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")).await?;
    run(manager, &format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY")).await?;
    run(
        manager,
        &format!(
            "CREATE POLICY tenant ON {name} TO {RUNTIME_ROLE} USING ({mine}) WITH CHECK ({mine})"
        ),
    )
    .await?;
    run(manager, &format!("GRANT {rights} ON {name} TO {RUNTIME_ROLE}")).await?;
    let mut system = AS_MADE.iter().chain(SYSTEM_TABLES);
    if let Some((_, rights)) = system.find(|(table, _)| *table == name) {
        run(
            manager,
            &format!(
                "CREATE POLICY system ON {name} TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)"
            ),
        )
        .await?;
        run(manager, &format!("GRANT {rights} ON {name} TO {SYSTEM_ROLE}")).await?;
    }
    Ok(())
}

/// Runs one statement.
pub(crate) async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}

/// Creates tables and then their indexes.
pub(crate) async fn create_tables(
    manager: &SchemaManager<'_>,
    tables: &[(&str, Layout, &str)],
    indexes: &[&str],
) -> Result<(), DbErr> {
    for (name, layout, body) in tables {
        tenant_table(manager, name, *layout, Grant::Full, body).await?;
    }
    for sql in indexes {
        run(manager, sql).await?;
    }
    Ok(())
}

/// Drops tables, the last made first.
pub(crate) async fn drop_tables(
    manager: &SchemaManager<'_>,
    names: impl DoubleEndedIterator<Item = &'static str> + Send,
) -> Result<(), DbErr> {
    for name in names.rev() {
        run(manager, &format!("DROP TABLE {name}")).await?;
    }
    Ok(())
}
