//! Which helpdesk a connection reads, so that no two read the same; and what the drift between a helpdesk's figures and ours is read from.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tenancy::{RUNTIME_ROLE, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Empty for connections of before, two of which may read the same: the code knows those by their addresses.
        run(manager, "ALTER TABLE connections ADD COLUMN helpdesk text").await?;
        let unique =
            "CREATE UNIQUE INDEX connections_helpdesk_key ON connections (tenant_id, helpdesk)";
        run(manager, unique).await?;
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let invoker = if postgres { " WITH (security_invoker = true)" } else { "" };
        for (name, select) in VIEWS {
            run(manager, &format!("CREATE VIEW {name}{invoker} AS {select}")).await?;
            if postgres {
                run(manager, &format!("GRANT SELECT ON {name} TO {RUNTIME_ROLE}")).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in VIEWS.iter().rev() {
            run(manager, &format!("DROP VIEW {name}")).await?;
        }
        run(manager, "DROP INDEX connections_helpdesk_key").await?;
        run(manager, "ALTER TABLE connections DROP COLUMN helpdesk").await
    }
}

/// What is compared of tickets and of their facts, and nothing else of them.
const VIEWS: &[(&str, &str)] = &[
    (
        "drift_facts",
        "SELECT tenant_id, ticket_id, ordinal, measure, at_micros, value, exclusion FROM ticket_facts",
    ),
    (
        "drift_tickets",
        "SELECT tenant_id, id, connection_id, created_at, last_solved_at, source_version, \
            source_first_response_seconds, source_full_resolution_seconds, source_reopens FROM tickets",
    ),
];
