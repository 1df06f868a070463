//! Tickets and their events, the queues and customers they name, and how files are read.

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
    ("queues", Layout::Heap, QUEUES),
    ("queue_teams", Layout::Heap, QUEUE_TEAMS),
    ("customers", Layout::Heap, CUSTOMERS),
    ("tickets", Layout::Clustered, TICKETS),
    ("ticket_events", Layout::Clustered, TICKET_EVENTS),
    ("import_mappings", Layout::Heap, IMPORT_MAPPINGS),
];

/// Each one is paid for by every ticket that is imported.
const INDEXES: &[&str] = &[
    "CREATE INDEX queue_teams_queue ON queue_teams (tenant_id, queue_id, valid_from)",
    "CREATE INDEX tickets_assignee ON tickets (tenant_id, assignee_id, id)",
];

const QUEUES: &str = "
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    external_id text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT queues_connection_id_external_id_key UNIQUE (tenant_id, connection_id, external_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
";

const QUEUE_TEAMS: &str = "
    id uuid NOT NULL,
    queue_id uuid NOT NULL,
    team_id uuid NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (valid_to IS NULL OR valid_to > valid_from),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id)
";

const CUSTOMERS: &str = "
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    external_id text NOT NULL,
    name text NOT NULL,
    organisation text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT customers_connection_id_external_id_key UNIQUE (tenant_id, connection_id, external_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
";

/// Customer, queue and assignee are found or made in the unit that writes the ticket, and never removed: docs/adr/0004.
/// `created_at` is the source's. `merged_into` is the source's id of the target, which may come later than this ticket, or never.
const TICKETS: &str = "
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    external_id text NOT NULL,
    channel text NOT NULL,
    customer_id uuid,
    initiated_by text NOT NULL,
    is_test boolean NOT NULL,
    status text NOT NULL,
    priority text,
    queue_id uuid,
    assignee_id uuid,
    tags text NOT NULL,
    created_at timestamptz NOT NULL,
    first_solved_at timestamptz,
    last_solved_at timestamptz,
    deleted_at timestamptz,
    spam_at timestamptz,
    merged_at timestamptz,
    merged_into text,
    source_version bigint,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT tickets_connection_id_external_id_key UNIQUE (tenant_id, connection_id, external_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
";

/// A part of its ticket, written in the same unit under the ticket's lock: docs/adr/0004.
const TICKET_EVENTS: &str = "
    ticket_id uuid NOT NULL,
    source_key bytea NOT NULL,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    effects text NOT NULL,
    merged_into text,
    PRIMARY KEY (tenant_id, ticket_id, source_key)
";

const IMPORT_MAPPINGS: &str = "
    id uuid NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT import_mappings_name_key UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";
