//! The tables of tenants, as the database's own catalogue has them: what is done to every table is done to a new one too.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

use super::db::Tx;
use super::{Error, Result};

/// What is sealed is called so, and whoever seals keeps to it.
pub(super) const SEALED: &str = "sealed_";
/// What a secret is recognised by and not made from, but for what is sealed: nobody else is to have it either.
const SECRETS: &[(&str, &str)] =
    &[("api_clients", "secret_hash"), ("refresh_tokens", "hash"), ("users", "password_hash")];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Uuid,
    Text,
    Time,
    Date,
    Long,
    Int,
    Small,
    Bool,
    Bytes,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(dead_code, reason = "tests fill whole tables with it")
    )]
    pub(crate) is_nullable: bool,
}

/// A table whose rows are tenants'.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The columns of its primary key, the tenant first.
    pub(crate) key: Vec<String>,
    /// To which tables its rows refer, and by which columns.
    pub(crate) refers: Vec<(String, Vec<String>)>,
}

impl Kind {
    /// The names are PostgreSQL's on both databases; it has longer ones too.
    fn of(name: &str) -> Option<Self> {
        // SQLite writes those it knows in capital letters.
        Some(match name.to_ascii_lowercase().as_str() {
            "uuid" => Self::Uuid,
            "text" => Self::Text,
            "timestamptz" | "timestamp with time zone" => Self::Time,
            "date" => Self::Date,
            "bigint" => Self::Long,
            "integer" => Self::Int,
            "smallint" => Self::Small,
            "boolean" => Self::Bool,
            "bytea" => Self::Bytes,
            _ => return None,
        })
    }

    /// As the schema has it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text => "text",
            Self::Time => "timestamptz",
            Self::Date => "date",
            Self::Long => "bigint",
            Self::Int => "integer",
            Self::Small => "smallint",
            Self::Bool => "boolean",
            Self::Bytes => "bytea",
        }
    }
}

impl Table {
    /// The column that says whose a row is.
    pub(crate) fn tenant(&self) -> &'static str {
        if self.name == "tenants" { "id" } else { "tenant_id" }
    }

    /// The key without the tenant; of a table with one row a tenant it is empty.
    pub(crate) fn own_key(&self) -> impl Iterator<Item = &str> {
        self.key.iter().map(String::as_str).filter(|column| *column != self.tenant())
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether a column holds a secret: sealed, or what one is recognised by.
    pub(crate) fn is_secret(&self, column: &str) -> bool {
        column.starts_with(SEALED) || SECRETS.contains(&(self.name.as_str(), column))
    }

    /// The columns that hold something sealed.
    pub(crate) fn sealed(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.name.starts_with(SEALED))
    }
}

/// Every table that has tenants' rows. One comes after those that it refers to.
pub(crate) async fn tables(tx: &Tx) -> Result<Vec<Table>> {
    let postgres = tx.get_database_backend() == DbBackend::Postgres;
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for row in all(tx, if postgres { POSTGRES_COLUMNS } else { SQLITE_COLUMNS }).await? {
        let (name, column, kind): (String, String, String) =
            (row.try_get("", "name")?, row.try_get("", "column_name")?, row.try_get("", "kind")?);
        let table = tables.entry(name.clone()).or_insert_with(|| Table {
            name: name.clone(),
            columns: Vec::new(),
            key: Vec::new(),
            refers: Vec::new(),
        });
        if row.try_get::<i64>("", "place")? > 0 {
            table.key.push(column.clone());
        }
        let kind = Kind::of(&kind).ok_or_else(|| {
            Error::internal(format!("{name}.{column} is a {kind}, which is known to nobody"))
        })?;
        let is_nullable = row.try_get::<i64>("", "nullable")? > 0;
        table.columns.push(Column { name: column, kind, is_nullable });
    }
    for row in all(tx, if postgres { POSTGRES_REFERENCES } else { SQLITE_REFERENCES }).await? {
        let (name, target, columns): (String, String, String) =
            (row.try_get("", "name")?, row.try_get("", "target")?, row.try_get("", "columns")?);
        if let Some(table) = tables.get_mut(&name) {
            table.refers.push((target, columns.split(',').map(str::to_owned).collect()));
        }
    }
    Ok(in_order(tables.into_values().collect()))
}

async fn all(tx: &Tx, sql: &str) -> Result<Vec<QueryResult>> {
    Ok(tx.query_all_raw(Statement::from_string(tx.get_database_backend(), sql)).await?)
}

/// In the order of the key, which both databases tell by its place; columns of no key come first.
const POSTGRES_COLUMNS: &str = "SELECT c.relname::text AS name, a.attname::text AS column_name, format_type(a.atttypid, NULL) AS kind, \
        (NOT a.attnotnull)::int::bigint AS nullable, coalesce(k.place, 0) AS place \
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
    LEFT JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place) ON k.attnum = a.attnum \
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') \
      AND (c.relname = 'tenants' OR EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped)) \
    ORDER BY 1, 5, a.attnum";
const SQLITE_COLUMNS: &str = "SELECT m.name AS name, p.name AS column_name, p.type AS kind, 1 - p.\"notnull\" AS nullable, p.pk AS place \
    FROM sqlite_schema m JOIN pragma_table_info(m.name) p \
    WHERE m.type = 'table' AND (m.name = 'tenants' OR EXISTS (SELECT 1 FROM pragma_table_info(m.name) t WHERE t.name = 'tenant_id')) \
    ORDER BY 1, 5, p.cid";
const POSTGRES_REFERENCES: &str = "SELECT c.relname::text AS name, t.relname::text AS target, \
        (SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(f.conkey) WITH ORDINALITY k(attnum, place) \
           JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum) AS columns \
    FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class t ON t.oid = f.confrelid \
    WHERE f.contype = 'f' AND c.relnamespace = 'public'::regnamespace ORDER BY 1, 2";
const SQLITE_REFERENCES: &str = "SELECT source AS name, target, group_concat(part, ',') AS columns \
    FROM (SELECT m.name AS source, l.id AS id, l.\"table\" AS target, l.\"from\" AS part \
          FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) l WHERE m.type = 'table' ORDER BY l.id, l.seq) \
    GROUP BY source, id, target ORDER BY 1, 2";

/// One after those it refers to; a table that refers to itself may.
fn in_order(mut waiting: Vec<Table>) -> Vec<Table> {
    let mut ordered: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let blocked = |table: &Table| {
            let mut targets = table.refers.iter().map(|(target, _)| target);
            targets.any(|it| *it != table.name && waiting.iter().any(|other| other.name == *it))
        };
        let (free, rest): (Vec<_>, Vec<_>) = waiting.iter().cloned().partition(|it| !blocked(it));
        if free.is_empty() {
            // A circle: there is no such order.
            ordered.extend(rest);
            break;
        }
        ordered.extend(free);
        waiting = rest;
    }
    ordered
}
