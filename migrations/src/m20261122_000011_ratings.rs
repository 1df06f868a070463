//! What customers thought of answers, and what a helpdesk itself makes of a ticket.

use sea_orm_migration::prelude::*;

use crate::tenancy::{Layout, create_tables, drop_tables, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, kind) in COLUMNS {
            run(manager, &format!("ALTER TABLE tickets ADD COLUMN {name} {kind}")).await?;
        }
        create_tables(manager, TABLES, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES.iter().map(|(name, _, _)| *name)).await?;
        for (name, _) in COLUMNS.iter().rev() {
            run(manager, &format!("ALTER TABLE tickets DROP COLUMN {name}")).await?;
        }
        Ok(())
    }
}

/// The source's own figures, which are kept beside ours and are never counted in them.
const COLUMNS: &[(&str, &str)] = &[
    ("source_first_response_seconds", "bigint"),
    ("source_full_resolution_seconds", "bigint"),
    ("source_reopens", "bigint"),
];

const TABLES: &[(&str, Layout, &str)] = &[("ratings", Layout::Heap, RATINGS)];

const INDEXES: &[&str] =
    &["CREATE INDEX ratings_ticket ON ratings (tenant_id, connection_id, ticket)"];

/// `ticket` is the source's name of it: a source may tell of a rating before it tells of the ticket.
const RATINGS: &str = "
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    external_id text NOT NULL,
    ticket text NOT NULL,
    score integer NOT NULL,
    best integer NOT NULL,
    comment text,
    rated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connection_id, external_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
";
