//! Many rows in few statements: arrays on PostgreSQL, lists of values on SQLite, whose statements are cached by their text and so come in few lengths.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, Value, Values};
use sea_orm::{
    ConnectionTrait, DbBackend, FromQueryResult, QueryFilter, QueryResult, QueryTrait, Select,
    Statement,
};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};
use tokio::join;
use uuid::Uuid;

use super::db::{Conn, Tx};
use super::dialect::{any, for_update, for_update_skip_locked};
use super::{Error, Result, Scope, SystemScope, TenantOwned};

/// The numbers of rows that a statement on SQLite may have.
const LENGTHS: [usize; 5] = [256, 64, 16, 4, 1];
/// The numbers of keys that a statement on SQLite may have: the last one is repeated to fill up.
const KEY_LENGTHS: [usize; 4] = [1, 8, 64, MOST_KEYS];
const MOST_KEYS: usize = 512;

/// The values of one column, one for each row.
pub(crate) enum Cells {
    Uuid(Vec<Option<Uuid>>),
    Text(Vec<Option<String>>),
    Word(Vec<&'static str>),
    Bytes(Vec<Vec<u8>>),
    Time(Vec<Option<DateTime<Utc>>>),
    Long(Vec<Option<i64>>),
    Int(Vec<i32>),
    Small(Vec<i16>),
    Bool(Vec<bool>),
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Uuid(cells) => cells.len(),
            Self::Text(cells) => cells.len(),
            Self::Word(cells) => cells.len(),
            Self::Bytes(cells) => cells.len(),
            Self::Time(cells) => cells.len(),
            Self::Long(cells) => cells.len(),
            Self::Int(cells) => cells.len(),
            Self::Small(cells) => cells.len(),
            Self::Bool(cells) => cells.len(),
        }
    }

    /// Whether there is a row and none has a value.
    fn is_null(&self) -> bool {
        fn none<T>(cells: &[Option<T>]) -> bool {
            !cells.is_empty() && cells.iter().all(Option::is_none)
        }
        match self {
            Self::Uuid(cells) => none(cells),
            Self::Text(cells) => none(cells),
            Self::Time(cells) => none(cells),
            Self::Long(cells) => none(cells),
            Self::Word(_) | Self::Bytes(_) | Self::Int(_) | Self::Small(_) | Self::Bool(_) => false,
        }
    }

    const fn array(&self) -> &'static str {
        match self {
            Self::Uuid(_) => "uuid[]",
            Self::Text(_) | Self::Word(_) => "text[]",
            Self::Bytes(_) => "bytea[]",
            Self::Time(_) => "timestamptz[]",
            Self::Long(_) => "bigint[]",
            Self::Int(_) => "integer[]",
            Self::Small(_) => "smallint[]",
            Self::Bool(_) => "boolean[]",
        }
    }

    fn bind_all<'q>(
        &'q self,
        query: Query<'q, Postgres, PgArguments>,
    ) -> Query<'q, Postgres, PgArguments> {
        match self {
            Self::Uuid(cells) => query.bind(cells),
            Self::Text(cells) => query.bind(cells),
            Self::Word(cells) => query.bind(cells),
            Self::Bytes(cells) => query.bind(cells),
            Self::Time(cells) => query.bind(cells),
            Self::Long(cells) => query.bind(cells),
            Self::Int(cells) => query.bind(cells),
            Self::Small(cells) => query.bind(cells),
            Self::Bool(cells) => query.bind(cells),
        }
    }

    fn bind_one<'q>(
        &'q self,
        row: usize,
        query: Query<'q, Sqlite, SqliteArguments>,
    ) -> Query<'q, Sqlite, SqliteArguments> {
        match self {
            Self::Uuid(cells) => query.bind(cells[row]),
            Self::Text(cells) => query.bind(cells[row].as_deref()),
            Self::Word(cells) => query.bind(cells[row]),
            Self::Bytes(cells) => query.bind(cells[row].as_slice()),
            Self::Time(cells) => query.bind(cells[row]),
            Self::Long(cells) => query.bind(cells[row]),
            Self::Int(cells) => query.bind(cells[row]),
            Self::Small(cells) => query.bind(cells[row]),
            Self::Bool(cells) => query.bind(cells[row]),
        }
    }
}

/// Rows to add to a table of the scope's tenant.
pub(crate) struct Insert {
    table: &'static str,
    columns: Vec<(&'static str, Cells)>,
}

impl Insert {
    pub(crate) const fn into(table: &'static str) -> Self {
        Self { table, columns: Vec::new() }
    }

    /// With a column. One that has no value in any row is left out: it is NULL by itself, and costs nothing.
    #[must_use]
    pub(crate) fn column(mut self, name: &'static str, cells: Cells) -> Self {
        if !cells.is_null() {
            self.columns.push((name, cells));
        }
        self
    }

    /// Adds the rows. `tail` is what follows them, as in `ON CONFLICT (tenant_id, id) DO NOTHING`. Returns how many were written.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn run(self, scope: &Scope, tail: &str) -> Result<u64> {
        self.execute(scope.tx(), Some(scope.tenant().0), tail).await
    }

    /// Adds rows of several tenants: `tenant_id` is one of the columns.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn run_across(self, scope: &SystemScope, tail: &str) -> Result<u64> {
        self.execute(scope.tx(), None, tail).await
    }

    /// `tenant` is that of every row, where it is no column.
    async fn execute(self, tx: &Tx, tenant: Option<Uuid>, tail: &str) -> Result<u64> {
        let rows = self.rows();
        debug_assert!(
            self.columns.iter().all(|(_, cells)| cells.len() == rows),
            "columns of one length"
        );
        if rows == 0 {
            return Ok(0);
        }
        if tx.get_database_backend() == DbBackend::Postgres {
            self.execute_postgres(tx, tenant, tail).await
        } else {
            self.execute_sqlite(tx, tenant, tail).await
        }
    }

    async fn execute_postgres(&self, tx: &Tx, tenant: Option<Uuid>, tail: &str) -> Result<u64> {
        let (own, first) = if tenant.is_some() { ("$1, ", 2) } else { ("", 1) };
        let (into, arrays) = (self.insert_into(tenant), self.arrays(first));
        let sql = format!("{into} SELECT {own}* FROM UNNEST({arrays}) {tail}");
        let query = sqlx::query(AssertSqlSafe(sql));
        let query = tenant.into_iter().fold(query, |query, tenant| query.bind(tenant));
        let query = self.columns.iter().fold(query, |query, (_, cells)| cells.bind_all(query));
        // Made ready before the transaction is taken, which somebody else may be using until then.
        match tx.hold().await?.conn() {
            Conn::Postgres(conn, answers) => {
                Ok(answers.wait(query.execute(conn)).await?.rows_affected())
            }
            Conn::Sqlite(_) => Err(Error::internal("a transaction of the other database")),
        }
    }

    async fn execute_sqlite(&self, tx: &Tx, tenant: Option<Uuid>, tail: &str) -> Result<u64> {
        let mut held = tx.hold().await?;
        let Conn::Sqlite(conn) = held.conn() else {
            return Err(Error::internal("a transaction of the other database"));
        };
        let (into, count) = (self.insert_into(tenant), self.columns.len() + tenant.iter().len());
        let mut next = self.statement(0, &into, count, tenant, tail);
        let mut written = 0;
        while let Some((query, end)) = next {
            // The next rows are made ready while these are written.
            let ahead = async { self.statement(end, &into, count, tenant, tail) };
            let (done, after) = join!(query.execute(&mut *conn), ahead);
            written += done?.rows_affected();
            next = after;
        }
        Ok(written)
    }

    /// The statement that adds the rows from `start` on, and where the next one begins.
    fn statement(
        &self,
        start: usize,
        into: &str,
        count: usize,
        tenant: Option<Uuid>,
        tail: &str,
    ) -> Option<(Query<'_, Sqlite, SqliteArguments>, usize)> {
        let left = self.rows() - start;
        let length = LENGTHS.into_iter().find(|length| *length <= left)?;
        let sql = format!("{into} VALUES {} {tail}", Self::values(length, count));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in start..start + length {
            query = tenant.into_iter().fold(query, |query, tenant| query.bind(tenant));
            let columns = self.columns.iter();
            query = columns.fold(query, |query, (_, cells)| cells.bind_one(row, query));
        }
        Some((query, start + length))
    }

    fn insert_into(&self, tenant: Option<Uuid>) -> String {
        let own = tenant.map(|_| "tenant_id");
        let names = own.into_iter().chain(self.columns.iter().map(|(name, _)| *name));
        format!("INSERT INTO {} ({})", self.table, names.collect::<Vec<_>>().join(", "))
    }

    fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, cells)| cells.len())
    }

    /// Adds rows that others may be adding at the same moment. That is no conflict: the unit of work runs again and finds them.
    ///
    /// # Errors
    /// Transient where a unique value is taken; those of the database.
    pub(crate) async fn run_unless_taken(self, scope: &Scope) -> Result<()> {
        let rows = self.rows();
        let written = self.run(scope, "ON CONFLICT DO NOTHING").await?;
        if written == rows as u64 {
            return Ok(());
        }
        Err(Error::taken_meanwhile())
    }

    fn arrays(&self, first: usize) -> String {
        let arrays = self.columns.iter().enumerate();
        arrays
            .map(|(place, (_, cells))| format!("${}::{}", place + first, cells.array()))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Plain marks: for a numbered one, SQLite walks the list of all of them at every binding.
    fn values(rows: usize, columns: usize) -> String {
        let row = format!("({})", vec!["?"; columns].join(", "));
        vec![row; rows].join(", ")
    }
}

/// Rows of a table of the scope's tenant by many values of one column.
///
/// The columns named by `with` and the one of `by` begin one of the table's indexes. PostgreSQL looks each key up in it by itself: of
/// a list of keys it may think that comparing it with every row is as good, and it keeps plans that it made while a table was empty.
/// SQLite takes the index for the sake of its order.
pub(crate) struct Lookup {
    table: &'static str,
    fixed: Vec<(&'static str, Value)>,
    lock: fn(DbBackend) -> &'static str,
}

/// What a question finds for each of some values of one of its columns, the keys coming one by one as in [`Lookup`].
///
/// # Errors
/// Those of the database.
pub(crate) async fn for_each<E: TenantOwned>(
    scope: &Scope,
    question: Select<E>,
    column: E::Column,
    keys: Vec<Uuid>,
) -> Result<Vec<QueryResult>> {
    let statement = if scope.backend() == DbBackend::Postgres {
        let inner = question.filter(Expr::col((E::default(), column)).eq(Expr::cust("wanted.key")));
        let mut inner = inner.build(DbBackend::Postgres);
        let values = &mut inner.values.get_or_insert_with(|| Values(Vec::new())).0;
        values.push(keys.into());
        inner.sql = format!(
            "SELECT found.* FROM UNNEST(${}) AS wanted (key), LATERAL ({} OFFSET 0) AS found",
            values.len(),
            inner.sql
        );
        inner
    } else {
        question.filter(any(DbBackend::Sqlite, column, keys)).build(DbBackend::Sqlite)
    };
    Ok(scope.tx().query_all_raw(statement).await?)
}

/// What rows are looked up by.
pub(crate) enum Keys {
    Uuid(BTreeSet<Uuid>),
    Text(BTreeSet<String>),
}

impl Lookup {
    pub(crate) const fn of(table: &'static str) -> Self {
        Self { table, fixed: Vec::new(), lock: |_| "" }
    }

    /// Rows that have this value too.
    #[must_use]
    pub(crate) fn with(mut self, column: &'static str, value: impl Into<Value>) -> Self {
        self.fixed.push((column, value.into()));
        self
    }

    /// Keeps the rows from being changed by others until the scope ends. They are locked in the order of their keys.
    #[must_use]
    pub(crate) const fn locking(mut self) -> Self {
        self.lock = for_update;
        self
    }

    /// The same, but for those rows that others hold: they are not found.
    #[must_use]
    pub(crate) const fn locking_free(mut self) -> Self {
        self.lock = for_update_skip_locked;
        self
    }

    /// The rows, in no order.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn by<R: FromQueryResult>(
        &self,
        scope: &Scope,
        column: &str,
        keys: Keys,
    ) -> Result<Vec<R>> {
        let (kind, array, mut keys): (_, _, Vec<Value>) = match keys {
            Keys::Uuid(keys) => {
                (ArrayType::Uuid, "uuid[]", keys.into_iter().map(Value::from).collect())
            }
            Keys::Text(keys) => {
                (ArrayType::String, "text[]", keys.into_iter().map(Value::from).collect())
            }
        };
        let mut rows = Vec::new();
        while !keys.is_empty() {
            let (sql, values) = if scope.backend() == DbBackend::Postgres {
                let all = Value::Array(kind.clone(), Some(Box::new(std::mem::take(&mut keys))));
                (self.postgres(scope, column, array), self.values(scope, vec![all]))
            } else {
                let rest = keys.split_off(keys.len().min(MOST_KEYS));
                let mut these = std::mem::replace(&mut keys, rest);
                let length = KEY_LENGTHS.into_iter().find(|length| *length >= these.len());
                these.resize(length.unwrap_or(MOST_KEYS), these[these.len() - 1].clone());
                (self.sqlite(column, these.len()), self.values(scope, these))
            };
            let statement = Statement::from_sql_and_values(scope.backend(), sql, values);
            for row in scope.tx().query_all_raw(statement).await? {
                rows.push(R::from_query_result(&row, "")?);
            }
        }
        Ok(rows)
    }

    fn values(&self, scope: &Scope, keys: Vec<Value>) -> Vec<Value> {
        let fixed = self.fixed.iter().map(|(_, value)| value.clone());
        std::iter::once(scope.tenant().0.into()).chain(fixed).chain(keys).collect()
    }

    /// `OFFSET 0` keeps the inner question as it stands.
    fn postgres(&self, scope: &Scope, column: &str, array: &str) -> String {
        let fixed: String = (2..)
            .zip(&self.fixed)
            .map(|(place, (name, _))| format!(" AND {name} = ${place}"))
            .collect();
        let lock = (self.lock)(scope.backend());
        format!(
            "SELECT found.* FROM UNNEST(${}::{array}) AS wanted (key), LATERAL (SELECT * FROM {} \
             WHERE tenant_id = $1{fixed} AND {column} = wanted.key OFFSET 0{lock}) AS found",
            self.fixed.len() + 2,
            self.table
        )
    }

    fn sqlite(&self, column: &str, keys: usize) -> String {
        let fixed: Vec<&str> = self.fixed.iter().map(|(name, _)| *name).collect();
        let places: String = fixed.iter().map(|name| format!(" AND {name} = ?")).collect();
        let order: String = fixed.iter().map(|name| format!("{name}, ")).collect();
        let marks = vec!["?"; keys].join(", ");
        format!(
            "SELECT * FROM {} WHERE tenant_id = ?{places} AND {column} IN ({marks}) ORDER BY {order}{column}",
            self.table
        )
    }
}
