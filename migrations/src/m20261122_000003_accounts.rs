//! Users, their roles, API clients, and what tokens are made with.

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

const TABLES: &[(&str, Layout, &str)] = &[
    ("users", Layout::Heap, USERS),
    ("role_grants", Layout::Heap, ROLE_GRANTS),
    ("api_clients", Layout::Heap, API_CLIENTS),
    ("refresh_tokens", Layout::Heap, REFRESH_TOKENS),
    ("signing_keys", Layout::Heap, SIGNING_KEYS),
];

const INDEXES: &[&str] = &[
    "CREATE INDEX role_grants_user ON role_grants (tenant_id, user_id)",
    "CREATE INDEX refresh_tokens_family ON refresh_tokens (tenant_id, family)",
    "CREATE INDEX refresh_tokens_user ON refresh_tokens (tenant_id, user_id)",
];

const USERS: &str = "
    id uuid NOT NULL,
    email text NOT NULL,
    person_id uuid,
    password_hash text,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT users_email_key UNIQUE (tenant_id, email),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";

const ROLE_GRANTS: &str = "
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
";

const API_CLIENTS: &str = "
    id uuid NOT NULL,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    scopes text NOT NULL,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT api_clients_name_key UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";

const REFRESH_TOKENS: &str = "
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    family uuid NOT NULL,
    hash bytea NOT NULL,
    state text NOT NULL,
    replaced_at timestamptz,
    sealed_successor bytea,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refresh_tokens_hash_key UNIQUE (tenant_id, hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
";

const SIGNING_KEYS: &str = "
    id uuid NOT NULL,
    algorithm text NOT NULL,
    public_key bytea NOT NULL,
    sealed_private_key bytea,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";
