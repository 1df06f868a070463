//! The tables of a database as its catalogue has them, and rows of theirs that nobody wrote by hand: a new table is covered without being named.

use migrations::NO_TENANT;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use uuid::Uuid;

use super::TestApp;
use crate::kernel::{App, Result, TenantId};

/// Values that a column takes where not every value of its type will do.
const TAKES: &[(&str, &str, &str)] = &[("jobs", "state", "'ready'")];

/// A table whose rows belong to tenants.
pub struct Table {
    /// What it is called.
    pub name: String,
    /// The column that says whose a row is.
    pub tenant: &'static str,
    /// Its other columns.
    pub columns: Vec<Column>,
}

/// A column that does not say whose a row is.
pub struct Column {
    /// What it is called.
    pub name: String,
    /// Its type, in PostgreSQL's words on both databases.
    pub kind: String,
    /// Whether every row has a value in it.
    pub is_required: bool,
}

impl TestApp {
    /// Every table whose rows belong to tenants.
    ///
    /// # Panics
    /// When the catalogue cannot be read.
    pub async fn tables(&self) -> Vec<Table> {
        let columns = read(&self.app).await.expect("the catalogue");
        let mut tables: Vec<Table> = Vec::new();
        for (table, column) in columns {
            if NO_TENANT.contains(&table.as_str()) {
                continue;
            }
            let tenant = if table == "tenants" { "id" } else { "tenant_id" };
            if tables.last().is_none_or(|last| last.name != table) {
                tables.push(Table { name: table, tenant, columns: Vec::new() });
            }
            let of = tables.last_mut().expect("one was pushed");
            if column.name != tenant {
                of.columns.push(column);
            }
        }
        tables
    }
}

impl Table {
    /// The statement that adds a row of a tenant with `seed` for every id and number in it, so that rows of one seed refer to each other.
    #[must_use]
    pub fn insert(&self, backend: DbBackend, tenant: TenantId, seed: u8) -> String {
        let columns: Vec<_> = self.columns.iter().filter(|it| it.is_required).collect();
        let (mut names, mut values) = (self.tenant.to_owned(), uuid(backend, tenant.0));
        for column in columns {
            names += &format!(", {}", column.name);
            values += &format!(", {}", self.value(backend, column, seed));
        }
        format!("INSERT INTO {} ({names}) VALUES ({values})", self.name)
    }

    fn value(&self, backend: DbBackend, column: &Column, seed: u8) -> String {
        if let Some(value) = self.takes(column) {
            return value.to_owned();
        }
        match column.kind.as_str() {
            "uuid" => uuid(backend, Uuid::from_bytes([seed; 16])),
            "text" => format!("'text {seed}'"),
            "bigint" | "integer" | "smallint" => seed.to_string(),
            "boolean" => "true".to_owned(),
            "date" => "'2026-01-01'".to_owned(),
            "timestamp with time zone" | "timestamptz" => "'2026-01-01T00:00:00Z'".to_owned(),
            "bytea" if backend == DbBackend::Postgres => format!("'\\x{seed:02x}'"),
            "bytea" => format!("x'{seed:02x}'"),
            kind => panic!("{}.{}: say here what a {kind} looks like", self.name, column.name),
        }
    }

    pub(super) fn takes(&self, column: &Column) -> Option<&'static str> {
        let takes = TAKES.iter().find(|it| it.0 == self.name && it.1 == column.name);
        takes.map(|it| it.2)
    }
}

/// An id as a literal.
#[must_use]
pub fn uuid(backend: DbBackend, id: Uuid) -> String {
    match backend == DbBackend::Postgres {
        true => format!("'{id}'::uuid"),
        false => format!("x'{}'", id.simple()),
    }
}

async fn read(app: &App) -> Result<Vec<(String, Column)>> {
    let postgres = app.database().backend() == DbBackend::Postgres;
    let sql = match postgres {
        true => {
            "SELECT c.relname::text AS name, a.attname::text AS column_name, format_type(a.atttypid, a.atttypmod) AS kind, a.attnotnull AS required \
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname, a.attnum"
        }
        false => {
            "SELECT t.name AS name, c.name AS column_name, lower(c.type) AS kind, c.\"notnull\" <> 0 AS required \
             FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid"
        }
    };
    let of = |row: &QueryResult| -> Result<(String, Column)> {
        let column = Column {
            name: row.try_get("", "column_name")?,
            kind: row.try_get("", "kind")?,
            is_required: row.try_get("", "required")?,
        };
        Ok((row.try_get("", "name")?, column))
    };
    let rows = app.system_read(async |scope| {
        Ok(scope.tx().query_all_raw(Statement::from_string(scope.backend(), sql)).await?)
    });
    rows.await?.iter().map(of).collect()
}
