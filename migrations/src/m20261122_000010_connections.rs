//! Connections to helpdesks: where one is in its life, what opens it, how far each of its streams was read, and when.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tenancy::{Layout, create_tables, drop_tables, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, kind) in COLUMNS {
            run(manager, &format!("ALTER TABLE connections ADD COLUMN {name} {kind}")).await?;
        }
        since_they_were_made(manager).await?;
        create_tables(manager, TABLES, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES.iter().map(|(name, _, _)| *name)).await?;
        for (name, _) in COLUMNS.iter().rev() {
            run(manager, &format!("ALTER TABLE connections DROP COLUMN {name}")).await?;
        }
        Ok(())
    }
}

/// The connections of imports have been active since they were made. On PostgreSQL the owner is let in by the wall for this statement.
async fn since_they_were_made(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    if postgres {
        run(manager, "ALTER TABLE connections NO FORCE ROW LEVEL SECURITY").await?;
    }
    run(manager, "UPDATE connections SET state_since = created_at").await?;
    if postgres {
        run(manager, "ALTER TABLE connections FORCE ROW LEVEL SECURITY").await?;
    }
    Ok(())
}

/// The first two have values in every row. What follows is empty for an import. `sealed_credentials` is empty once they are erased, too.
const COLUMNS: &[(&str, &str)] = &[
    ("state", "text NOT NULL DEFAULT 'active'"),
    ("state_since", "timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z'"),
    ("base_url", "text"),
    ("sealed_credentials", "bytea"),
    ("cadence_seconds", "integer"),
    ("sync_from", "timestamptz"),
    ("account_name", "text"),
    ("checked_at", "timestamptz"),
    ("synced_at", "timestamptz"),
    ("trouble_code", "text"),
    ("trouble", "text"),
];

const TABLES: &[(&str, Layout, &str)] =
    &[("sync_streams", Layout::Clustered, SYNC_STREAMS), ("sync_runs", Layout::Heap, SYNC_RUNS)];

const INDEXES: &[&str] =
    &["CREATE INDEX sync_runs_connection ON sync_runs (tenant_id, connection_id, id)"];

/// `checkpoint` is where the next run goes on, in the words of the connector. `reached_at` is how far the source's time has been read.
const SYNC_STREAMS: &str = "
    connection_id uuid NOT NULL,
    name text NOT NULL,
    checkpoint text,
    reached_at timestamptz,
    items bigint NOT NULL,
    changed bigint NOT NULL,
    failures integer NOT NULL,
    trouble_code text,
    trouble text,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, name),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
";

const SYNC_RUNS: &str = "
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    pages bigint NOT NULL,
    items bigint NOT NULL,
    changed bigint NOT NULL,
    trouble_code text,
    trouble text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
";
