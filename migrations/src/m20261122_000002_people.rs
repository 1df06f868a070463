//! People, teams, who was where when, and who led whom.

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
    ("people", Layout::Heap, PEOPLE),
    ("teams", Layout::Heap, TEAMS),
    ("team_memberships", Layout::Heap, TEAM_MEMBERSHIPS),
    ("team_leads", Layout::Heap, TEAM_LEADS),
    ("connections", Layout::Heap, CONNECTIONS),
    ("external_identities", Layout::Heap, EXTERNAL_IDENTITIES),
];

const INDEXES: &[&str] = &[
    "CREATE INDEX teams_parent ON teams (tenant_id, parent_id)",
    "CREATE INDEX team_memberships_person ON team_memberships (tenant_id, person_id, valid_from)",
    "CREATE INDEX team_memberships_team ON team_memberships (tenant_id, team_id, valid_from)",
    "CREATE INDEX team_leads_team ON team_leads (tenant_id, team_id, valid_from)",
    "CREATE INDEX team_leads_person ON team_leads (tenant_id, person_id, valid_from)",
    "CREATE INDEX external_identities_person ON external_identities (tenant_id, person_id)",
];

const PEOPLE: &str = "
    id uuid NOT NULL,
    name text NOT NULL,
    work_email text,
    employee_no text,
    time_zone text,
    locale text,
    hire_date date,
    leave_date date,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT people_work_email_key UNIQUE (tenant_id, work_email),
    CONSTRAINT people_employee_no_key UNIQUE (tenant_id, employee_no),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";

const TEAMS: &str = "
    id uuid NOT NULL,
    parent_id uuid,
    name text NOT NULL,
    kind text,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT teams_name_key UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES teams (tenant_id, id),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";

const TEAM_MEMBERSHIPS: &str = "
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    team_id uuid NOT NULL,
    is_primary boolean NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (valid_to IS NULL OR valid_to > valid_from),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id)
";

const TEAM_LEADS: &str = "
    id uuid NOT NULL,
    team_id uuid NOT NULL,
    person_id uuid NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (valid_to IS NULL OR valid_to > valid_from),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id)
";

const CONNECTIONS: &str = "
    id uuid NOT NULL,
    name text NOT NULL,
    system text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT connections_name_key UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id) REFERENCES tenants (id)
";

const EXTERNAL_IDENTITIES: &str = "
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    external_id text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT external_identities_connection_id_external_id_key UNIQUE (tenant_id, connection_id, external_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
";
