//! Tenants, their event logs and the queue.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tenancy::{
    Grant, Layout, RUNTIME_ROLE, SYSTEM_ROLE, drop_tables, run, secure, tenant_table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        if postgres {
            run(manager, &roles()).await?;
        }
        run(manager, TENANTS).await?;
        if postgres {
            secure(manager, "tenants", "id", Grant::Full).await?;
            run(manager, &format!("GRANT USAGE ON SCHEMA public TO {RUNTIME_ROLE}, {SYSTEM_ROLE}"))
                .await?;
            run(manager, &format!("GRANT SELECT ON seaql_migrations TO {RUNTIME_ROLE}")).await?;
        }
        tenant_table(manager, "event_heads", Layout::Clustered, Grant::Full, EVENT_HEADS).await?;
        tenant_table(manager, "events", Layout::Clustered, Grant::Append, EVENTS).await?;
        // Payloads may be erased; the log itself may not.
        tenant_table(manager, "event_payloads", Layout::Clustered, Grant::Full, EVENT_PAYLOADS)
            .await?;
        tenant_table(manager, "jobs", Layout::Heap, Grant::Full, JOBS).await?;
        run(manager, "CREATE INDEX jobs_due ON jobs (tenant_id, due_at) WHERE state <> 'dead'")
            .await?;
        run(manager, "CREATE UNIQUE INDEX jobs_waiting_once ON jobs (tenant_id, kind, unique_key) WHERE unique_key IS NOT NULL AND state = 'ready'").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = ["tenants", "event_heads", "events", "event_payloads", "jobs"];
        drop_tables(manager, tables.into_iter()).await
    }
}

/// Roles belong to the whole server, so another database's migration may have made them. From PostgreSQL 16 on, whoever makes a role
/// is its member without the right to become it, so that is what is asked.
fn roles() -> String {
    format!(
        "DO $$ DECLARE becoming text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END; BEGIN \
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{SYSTEM_ROLE}') THEN CREATE ROLE {SYSTEM_ROLE} NOLOGIN; END IF; \
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{RUNTIME_ROLE}') THEN CREATE ROLE {RUNTIME_ROLE} NOLOGIN NOINHERIT; END IF; \
           IF NOT pg_has_role('{RUNTIME_ROLE}', '{SYSTEM_ROLE}', becoming) THEN GRANT {SYSTEM_ROLE} TO {RUNTIME_ROLE}; END IF; \
           IF NOT pg_has_role(current_user, '{RUNTIME_ROLE}', becoming) AND (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user) THEN EXECUTE format('GRANT {RUNTIME_ROLE} TO %I', current_user); END IF; \
         END $$"
    )
}

const TENANTS: &str = "CREATE TABLE tenants (
    id uuid NOT NULL PRIMARY KEY,
    slug text NOT NULL CONSTRAINT tenants_slug_key UNIQUE,
    name text NOT NULL,
    time_zone text NOT NULL,
    week_start text NOT NULL,
    password_sign_in boolean NOT NULL,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL
)";

const EVENT_HEADS: &str = "
    sequence bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";

const EVENTS: &str = "
    sequence bigint NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    actor text NOT NULL,
    request_id text,
    at timestamptz NOT NULL,
    digest bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, sequence),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";

const EVENT_PAYLOADS: &str = "
    sequence bigint NOT NULL,
    salt bytea NOT NULL,
    payload text NOT NULL,
    PRIMARY KEY (tenant_id, sequence),
    FOREIGN KEY (tenant_id, sequence) REFERENCES events (tenant_id, sequence)
";

const JOBS: &str = "
    id uuid NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    unique_key text,
    state text NOT NULL CHECK (state IN ('ready', 'running', 'dead')),
    due_at timestamptz NOT NULL,
    attempt integer NOT NULL,
    max_attempts integer NOT NULL,
    token bigint NOT NULL,
    last_error text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";
