//! Whom customers write for, by the helpdesk's own id of it: an organisation that is given another name has it with all its customers. And what
//! helpdesks promised of tickets, and what came of it.

use sea_orm_migration::prelude::*;

use crate::tenancy::{Layout, create_tables, drop_tables, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Where a helpdesk tells of no organisations, the index has nothing.
const INDEX: &str = "CREATE INDEX customers_organisation ON customers (tenant_id, connection_id, organisation_external_id) \
        WHERE organisation_external_id IS NOT NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "ALTER TABLE customers ADD COLUMN organisation_external_id text").await?;
        run(manager, INDEX).await?;
        create_tables(manager, TABLES, &[]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES.iter().map(|(name, _, _)| *name)).await?;
        run(manager, "DROP INDEX customers_organisation").await?;
        run(manager, "ALTER TABLE customers DROP COLUMN organisation_external_id").await
    }
}

const TABLES: &[(&str, Layout, &str)] = &[("sla_targets", Layout::Clustered, SLA_TARGETS)];

/// `ticket` is the source's name of it: a source may tell of a promise before it tells of the ticket. What is promised, how its clock stands
/// and when it was broken are told by themselves, each with an order of its own.
const SLA_TARGETS: &str = "
    connection_id uuid NOT NULL,
    ticket text NOT NULL,
    source_metric text NOT NULL,
    instance bigint NOT NULL,
    metric text NOT NULL,
    policy text,
    target_seconds bigint,
    clock text,
    applied_at timestamptz,
    due_at timestamptz,
    promise_order bigint,
    progress text,
    progress_at timestamptz,
    progress_order bigint,
    breached_at timestamptz,
    breach_order bigint,
    PRIMARY KEY (tenant_id, connection_id, ticket, source_metric, instance),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
";
