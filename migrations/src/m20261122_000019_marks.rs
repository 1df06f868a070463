//! What a backfill writes for each ticket, made less: a mark is of many tickets, and tickets and customers refer to nothing (docs/adr/0004).

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tenancy::{Layout, create_tables, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in REFERRING {
            refer(manager, table, false).await?;
        }
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES_TOGETHER,
            _ => SQLITE_TOGETHER,
        };
        make_anew(manager, DIRTY_TICKETS, sql).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in REFERRING {
            refer(manager, table, true).await?;
        }
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES_APART,
            _ => SQLITE_APART,
        };
        make_anew(manager, DIRTY_TICKETS_BEFORE, sql).await
    }
}

const REFERRING: [&str; 2] = ["customers", "tickets"];
const TO_CONNECTION: &str =
    "FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)";

/// With or without the foreign key to the connection. SQLite checks it against the text of the table, which is changed as its documentation
/// has it for constraints: the rows stay as they are.
async fn refer(manager: &SchemaManager<'_>, table: &str, refers: bool) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let name = format!("{table}_tenant_id_connection_id_fkey");
        let change = match refers {
            true => format!("ADD CONSTRAINT {name} {TO_CONNECTION}"),
            false => format!("DROP CONSTRAINT {name}"),
        };
        return run(manager, &format!("ALTER TABLE {table} {change}")).await;
    }
    let before = "UNIQUE (tenant_id, connection_id, external_id)".to_owned();
    let (with, without) = (format!("{before},\n    {TO_CONNECTION}"), before);
    let (from, to) = if refers { (without, with) } else { (with, without) };
    // At once, so that all of it is one connection's.
    let change = format!(
        "PRAGMA writable_schema = ON; \
         UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}') WHERE type = 'table' AND name = '{table}'; \
         PRAGMA writable_schema = RESET"
    );
    run(manager, &change).await
}

/// Fills the table from what it was, whose rows everybody's owner sees meanwhile.
async fn make_anew(manager: &SchemaManager<'_>, body: &str, fill: &str) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    run(manager, "ALTER TABLE dirty_tickets RENAME TO dirty_tickets_before").await?;
    if postgres {
        let rename = "ALTER INDEX dirty_tickets_pkey RENAME TO dirty_tickets_before_pkey";
        run(manager, rename).await?;
    }
    create_tables(manager, &[("dirty_tickets", Layout::Clustered, body)], &[]).await?;
    if postgres {
        for table in ["dirty_tickets", "dirty_tickets_before"] {
            run(manager, &format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")).await?;
        }
    }
    run(manager, fill).await?;
    run(manager, "DROP TABLE dirty_tickets_before").await?;
    if postgres {
        run(manager, "ALTER TABLE dirty_tickets FORCE ROW LEVEL SECURITY").await?;
    }
    Ok(())
}

/// A mark: the ids of some tickets, one after the other.
const DIRTY_TICKETS: &str = "
    id uuid NOT NULL,
    tickets bytea NOT NULL,
    PRIMARY KEY (tenant_id, id)
";

const DIRTY_TICKETS_BEFORE: &str = "
    ticket_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id)
";

const POSTGRES_TOGETHER: &str = "
    INSERT INTO dirty_tickets (tenant_id, id, tickets)
    SELECT tenant_id, (array_agg(ticket_id))[1], string_agg(uuid_send(ticket_id), ''::bytea)
    FROM (SELECT tenant_id, ticket_id, (row_number() OVER (PARTITION BY tenant_id ORDER BY ticket_id) - 1) / 500 AS part
          FROM dirty_tickets_before) AS marked
    GROUP BY tenant_id, part
";

const SQLITE_TOGETHER: &str = "
    INSERT INTO dirty_tickets (tenant_id, id, tickets)
    SELECT tenant_id, min(ticket_id), unhex(group_concat(hex(ticket_id), ''))
    FROM (SELECT tenant_id, ticket_id, (row_number() OVER (PARTITION BY tenant_id ORDER BY ticket_id) - 1) / 500 AS part
          FROM dirty_tickets_before)
    GROUP BY tenant_id, part
";

const POSTGRES_APART: &str = "
    INSERT INTO dirty_tickets (tenant_id, ticket_id)
    SELECT DISTINCT tenant_id, encode(substring(tickets FROM place FOR 16), 'hex')::uuid
    FROM dirty_tickets_before, generate_series(1, length(tickets), 16) AS place
";

const SQLITE_APART: &str = "
    INSERT INTO dirty_tickets (tenant_id, ticket_id)
    WITH RECURSIVE apart (tenant_id, ticket_id, rest) AS (
        SELECT tenant_id, substr(tickets, 1, 16), substr(tickets, 17) FROM dirty_tickets_before
        UNION ALL
        SELECT tenant_id, substr(rest, 1, 16), substr(rest, 17) FROM apart WHERE length(rest) > 0
    )
    SELECT DISTINCT tenant_id, ticket_id FROM apart
";
