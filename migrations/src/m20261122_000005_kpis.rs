//! Facts, what has to be added up anew, and the sums.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tenancy::{Layout, RUNTIME_ROLE, create_tables, drop_tables, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        create_tables(manager, TABLES, INDEXES).await?;
        if postgres {
            // Packed values do not compress; trying to costs more than reading them.
            run(manager, "ALTER TABLE rollups ALTER COLUMN cells SET STORAGE EXTERNAL").await?;
        }
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
        for (name, _) in VIEWS {
            run(manager, &format!("DROP VIEW {name}")).await?;
        }
        drop_tables(manager, TABLES.iter().map(|(name, _, _)| *name)).await
    }
}

/// None of them refers to others by a foreign key: they are derived, rewritten in bulk, and hold nothing that the events do not say. An
/// agent or queue that is not there is the nil id, because keys have no nulls. Times are microseconds since 1970: they are compared and
/// added up by the million, and never read by people.
const TABLES: &[(&str, Layout, &str)] = &[
    ("ticket_facts", Layout::Clustered, TICKET_FACTS),
    ("dirty_cells", Layout::Clustered, DIRTY_CELLS),
    ("rollups", Layout::Clustered, ROLLUPS),
];

/// What the numbers need of other features, and nothing else of them.
const VIEWS: &[(&str, &str)] = &[
    ("kpi_people", "SELECT tenant_id, id, name FROM people"),
    ("kpi_teams", "SELECT tenant_id, id, parent_id, name FROM teams"),
    (
        "kpi_members",
        "SELECT tenant_id, id, person_id, team_id, valid_from, valid_to FROM team_memberships WHERE is_primary",
    ),
    (
        "kpi_queue_teams",
        "SELECT tenant_id, id, queue_id, team_id, valid_from, valid_to FROM queue_teams",
    ),
    ("kpi_tickets", "SELECT tenant_id, id, external_id FROM tickets"),
];

const INDEXES: &[&str] =
    &["CREATE INDEX ticket_facts_at ON ticket_facts (tenant_id, measure, at_micros)"];

const TICKET_FACTS: &str = "
    ticket_id uuid NOT NULL,
    ordinal integer NOT NULL,
    measure smallint NOT NULL,
    at_micros bigint NOT NULL,
    value bigint NOT NULL,
    agent_id uuid NOT NULL,
    queue_id uuid NOT NULL,
    channel text NOT NULL,
    exclusion smallint NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, ordinal)
";

const DIRTY_CELLS: &str = "
    measure smallint NOT NULL,
    month integer NOT NULL,
    agent_id uuid NOT NULL,
    queue_id uuid NOT NULL,
    channel text NOT NULL,
    days integer NOT NULL,
    PRIMARY KEY (tenant_id, measure, month, agent_id, queue_id, channel)
";

const ROLLUPS: &str = "
    measure smallint NOT NULL,
    agent_id uuid NOT NULL,
    month integer NOT NULL,
    queue_id uuid NOT NULL,
    channel text NOT NULL,
    n bigint NOT NULL,
    total bigint NOT NULL,
    cells bytea NOT NULL,
    PRIMARY KEY (tenant_id, measure, agent_id, month, queue_id, channel)
";
