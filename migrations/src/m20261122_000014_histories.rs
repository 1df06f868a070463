//! What happened to a ticket as one row, as it is read and written; and which tickets' facts are to be made anew.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tenancy::{Layout, create_tables, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_tables(manager, TABLES, &[]).await?;
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES_TOGETHER,
            _ => SQLITE_TOGETHER,
        };
        change(manager, "ticket_events", "ticket_histories", sql).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_tables(manager, &[("ticket_events", Layout::Clustered, TICKET_EVENTS)], &[]).await?;
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES_APART,
            _ => SQLITE_APART,
        };
        change(manager, "ticket_histories", "ticket_events", sql).await?;
        run(manager, "DROP TABLE dirty_tickets").await
    }
}

/// Fills a table from another, which is gone then. Whoever owns them sees every tenant's rows meanwhile.
async fn change(manager: &SchemaManager<'_>, from: &str, to: &str, sql: &str) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    if postgres {
        for table in [from, to] {
            run(manager, &format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")).await?;
        }
    }
    run(manager, sql).await?;
    run(manager, &format!("DROP TABLE {from}")).await?;
    if postgres {
        run(manager, &format!("ALTER TABLE {to} FORCE ROW LEVEL SECURITY")).await?;
    }
    Ok(())
}

const TABLES: &[(&str, Layout, &str)] = &[
    ("ticket_histories", Layout::Clustered, TICKET_HISTORIES),
    ("dirty_tickets", Layout::Clustered, DIRTY_TICKETS),
];

/// A part of its ticket, written in the same unit under the ticket's lock: docs/adr/0004 and 0006. `events` is a JSON list, in order of time;
/// each event is a list of key, sequence, time, kind, kind of actor, actor, effects, and the ticket that this one went into.
const TICKET_HISTORIES: &str = "
    ticket_id uuid NOT NULL,
    events text NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id)
";

/// A mark, as `dirty_cells` are.
const DIRTY_TICKETS: &str = "
    ticket_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id)
";

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

const POSTGRES_TOGETHER: &str = r#"
    INSERT INTO ticket_histories (tenant_id, ticket_id, events)
    SELECT tenant_id, ticket_id, json_agg(json_build_array(
        encode(source_key, 'hex'), seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), kind, actor_kind,
        replace(actor_id::text, '-', ''), effects::json, merged_into
    ) ORDER BY at, seq)::text
    FROM ticket_events GROUP BY tenant_id, ticket_id
"#;

const SQLITE_TOGETHER: &str = "
    INSERT INTO ticket_histories (tenant_id, ticket_id, events)
    SELECT tenant_id, ticket_id, json_group_array(json_array(
        lower(hex(source_key)), seq, at, kind, actor_kind, lower(nullif(hex(actor_id), '')), json(effects), merged_into
    ) ORDER BY at, seq)
    FROM ticket_events GROUP BY tenant_id, ticket_id
";

const POSTGRES_APART: &str = "
    INSERT INTO ticket_events (tenant_id, ticket_id, source_key, seq, at, kind, actor_kind, actor_id, effects, merged_into)
    SELECT tenant_id, ticket_id, decode(event ->> 0, 'hex'), (event ->> 1)::integer, (event ->> 2)::timestamptz, event ->> 3, event ->> 4,
        (event ->> 5)::uuid, event ->> 6, event ->> 7
    FROM ticket_histories, json_array_elements(events::json) AS event
";

const SQLITE_APART: &str = "
    INSERT INTO ticket_events (tenant_id, ticket_id, source_key, seq, at, kind, actor_kind, actor_id, effects, merged_into)
    SELECT tenant_id, ticket_id, unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4,
        unhex(value ->> 5), value -> 6, value ->> 7
    FROM ticket_histories, json_each(events)
";
