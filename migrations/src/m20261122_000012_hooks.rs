//! Hooks: where helpdesks and others tell of what happens, and the inbox that keeps what they told until it is worked off.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tenancy::{Layout, SYSTEM_ROLE, create_tables, drop_tables, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_tables(manager, TABLES, INDEXES).await?;
        // Whoever fills the inbox asks for the work that it makes.
        if manager.get_database_backend() == DbBackend::Postgres {
            run(manager, &format!("GRANT INSERT ON jobs TO {SYSTEM_ROLE}")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            run(manager, &format!("REVOKE INSERT ON jobs FROM {SYSTEM_ROLE}")).await?;
        }
        drop_tables(manager, TABLES.iter().map(|(name, _, _)| *name)).await
    }
}

const TABLES: &[(&str, Layout, &str)] =
    &[("hooks", Layout::Heap, HOOKS), ("inbox", Layout::Heap, INBOX)];

/// A hook is found by its id alone: whoever calls it names no tenant.
const INDEXES: &[&str] = &[
    "CREATE INDEX hooks_id ON hooks (id)",
    "CREATE INDEX inbox_waiting ON inbox (tenant_id, hook_id, id) WHERE state = 'received'",
];

/// `scheme` is how a delivery proves whose it is; `settings` is JSON where the tenant chose how.
const HOOKS: &str = "
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    scheme text NOT NULL,
    settings text,
    sealed_secret bytea NOT NULL,
    received_at timestamptz,
    trouble_at timestamptz,
    trouble_code text,
    trouble text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
";

/// `delivery` is a digest of what the sender calls it, so that it is kept once however often it is sent.
const INBOX: &str = "
    id uuid NOT NULL,
    hook_id uuid NOT NULL,
    delivery bytea NOT NULL,
    body bytea NOT NULL,
    state text NOT NULL,
    received_at timestamptz NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hook_id, delivery),
    FOREIGN KEY (tenant_id, hook_id) REFERENCES hooks (tenant_id, id) ON DELETE CASCADE
";
