//! The event log is only added to. A payload may go, when a person is erased; an entry goes with its whole tenant and not otherwise.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tenancy::{RUNTIME_ROLE, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in texts(manager, &postgres_up(), SQLITE_UP) {
            run(manager, sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in texts(manager, &postgres_down(), SQLITE_DOWN) {
            run(manager, sql).await?;
        }
        Ok(())
    }
}

fn texts<'t>(
    manager: &SchemaManager<'_>,
    postgres: &'t [String],
    sqlite: &'t [&'t str],
) -> Vec<&'t str> {
    if manager.get_database_backend() == DbBackend::Postgres {
        postgres.iter().map(String::as_str).collect()
    } else {
        sqlite.to_vec()
    }
}

/// The runtime never had the right to change an entry.
fn postgres_up() -> [String; 3] {
    [
        format!("REVOKE UPDATE ON event_payloads FROM {RUNTIME_ROLE}"),
        format!("GRANT DELETE ON events TO {RUNTIME_ROLE}"),
        format!(
            "CREATE POLICY erasure ON events AS RESTRICTIVE FOR DELETE TO {RUNTIME_ROLE} \
             USING (EXISTS (SELECT FROM tenants t WHERE t.id = tenant_id AND t.state = 'erasing'))"
        ),
    ]
}

fn postgres_down() -> [String; 3] {
    [
        "DROP POLICY erasure ON events".to_owned(),
        format!("REVOKE DELETE ON events FROM {RUNTIME_ROLE}"),
        format!("GRANT UPDATE ON event_payloads TO {RUNTIME_ROLE}"),
    ]
}

const SQLITE_UP: &[&str] = &[
    "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the event log is only added to'); END",
    "CREATE TRIGGER events_are_kept BEFORE DELETE ON events \
        WHEN NOT EXISTS (SELECT 1 FROM tenants t WHERE t.id = OLD.tenant_id AND t.state = 'erasing') \
        BEGIN SELECT RAISE(ABORT, 'the event log is only added to'); END",
    "CREATE TRIGGER event_payloads_stay BEFORE UPDATE ON event_payloads BEGIN SELECT RAISE(ABORT, 'the event log is only added to'); END",
];

const SQLITE_DOWN: &[&str] = &[
    "DROP TRIGGER events_stay",
    "DROP TRIGGER events_are_kept",
    "DROP TRIGGER event_payloads_stay",
];
