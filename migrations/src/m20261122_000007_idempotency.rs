//! What was done for a request that named itself, and what was answered.

use sea_orm_migration::prelude::*;

use crate::tenancy::{Layout, create_tables, drop_tables};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_tables(manager, TABLES, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES.iter().map(|(name, _, _)| *name)).await
    }
}

const TABLES: &[(&str, Layout, &str)] = &[("idempotency_keys", Layout::Heap, IDEMPOTENCY_KEYS)];

const INDEXES: &[&str] =
    &["CREATE INDEX idempotency_keys_created ON idempotency_keys (tenant_id, created_at)"];

/// `request` is a hash of what was asked, `sealed_answer` what was answered: it may hold a secret that is shown once.
const IDEMPOTENCY_KEYS: &str = "
    id uuid NOT NULL,
    caller_id uuid NOT NULL,
    key text NOT NULL,
    request bytea NOT NULL,
    sealed_answer bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT idempotency_keys_caller_id_key_key UNIQUE (tenant_id, caller_id, key),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";
