//! The tables of a database as its catalogue has them, and rows of theirs that nobody wrote by hand: a new table is covered without being named.

use sea_orm::DbBackend;
use uuid::Uuid;

use super::TestApp;
use crate::kernel::{SystemScope, TenantId, catalogue};

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
    pub kind: &'static str,
    /// Whether every row has a value in it.
    pub is_required: bool,
}

impl TestApp {
    /// Every table whose rows belong to tenants.
    ///
    /// # Panics
    /// When the catalogue cannot be read.
    pub async fn tables(&self) -> Vec<Table> {
        let read = async |scope: &SystemScope| catalogue::tables(scope.tx()).await;
        let tables = self.app.system_read(read).await.expect("the catalogue");
        tables.into_iter().map(Table::from).collect()
    }
}

impl From<catalogue::Table> for Table {
    fn from(table: catalogue::Table) -> Self {
        let tenant = table.tenant();
        let others = table.columns.into_iter().filter(|column| column.name != tenant);
        let columns = others.map(|column| Column {
            name: column.name,
            kind: column.kind.word(),
            is_required: !column.is_nullable,
        });
        Self { columns: columns.collect(), name: table.name, tenant }
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
        match column.kind {
            "uuid" => uuid(backend, Uuid::from_bytes([seed; 16])),
            "text" => format!("'text {seed}'"),
            "bigint" | "integer" | "smallint" => seed.to_string(),
            "boolean" => "true".to_owned(),
            "date" => "'2026-01-01'".to_owned(),
            "timestamptz" => "'2026-01-01T00:00:00Z'".to_owned(),
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
