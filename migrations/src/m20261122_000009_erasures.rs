//! Under which ids sources knew people who were erased, so that none of them comes back by an import.

use sea_orm_migration::prelude::*;

use crate::tenancy::{Layout, create_tables, drop_tables};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_tables(manager, TABLES, &[]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES.iter().map(|(name, _, _)| *name)).await
    }
}

const TABLES: &[(&str, Layout, &str)] =
    &[("erased_identities", Layout::Clustered, ERASED_IDENTITIES)];

/// `digest` is made of the tenant, the source and the source's id, or of the tenant and an e-mail address; there is no way back from it.
const ERASED_IDENTITIES: &str = "
    digest bytea NOT NULL,
    person_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, digest),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
";
