//! The one place where the two databases differ.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::Datelike;
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, Func, LockType, SimpleExpr, Value, Values};
use sea_orm::{ColumnTrait, DbBackend, DbErr, QuerySelect, RuntimeErr, Statement};
use uuid::Uuid;

/// The years that both databases keep in order.
const YEARS: RangeInclusive<i32> = 0..=9999;

/// What a failed statement means.
pub(crate) enum Failure {
    /// A unique value is taken; the constraint is named `{table}_{columns without the tenant}_key`.
    Taken(String),
    /// A foreign key points nowhere.
    Dangling,
    /// Somebody else is writing the same: a deadlock, a serialization failure, a lock held too long.
    Contended,
    /// A value that no row can hold.
    Unusable,
    /// The database is away, or every connection is in use.
    Away,
    /// A statement took longer than it may.
    Slow,
    /// Its disk is full, or fails.
    Full,
    /// Anything else is a defect.
    Other,
}

/// Says what a failure means.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "drivers add errors; one we do not know is a defect"
)]
pub(crate) fn failure(error: &DbErr) -> Failure {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Conn(RuntimeErr::SqlxError(error)) => sqlx_failure(error),
        DbErr::ConnectionAcquire(_) => Failure::Away,
        _ => Failure::Other,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "drivers add errors; one we do not know is a defect"
)]
fn sqlx_failure(error: &sqlx::Error) -> Failure {
    match error {
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some("23505") => Failure::Taken(error.constraint().unwrap_or_default().to_owned()),
            Some("1555" | "2067") => Failure::Taken(sqlite_constraint(error.message())),
            Some("23503" | "787") => Failure::Dangling,
            Some("22003" | "22007" | "22008" | "22021" | "22P05") => Failure::Unusable,
            Some("40001" | "40P01" | "55P03" | "5" | "6" | "261" | "517") => Failure::Contended,
            Some("57014") => Failure::Slow,
            Some(code) if is_away(code) => Failure::Away,
            Some(code) if is_full(code) => Failure::Full,
            _ => Failure::Other,
        },
        sqlx::Error::Encode(_) => Failure::Unusable,
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Protocol(_)
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Tls(_) => Failure::Away,
        _ => Failure::Other,
    }
}

/// The connection is lost, or resources are used up.
fn is_away(code: &str) -> bool {
    code.len() == 5 && code != "53100" && (is_lost(code) || code.starts_with("53"))
}

/// Whether a connection is of no more use after this: it broke, the server stops, it waited too long within a transaction, or what
/// answers is a standby, where nothing can be written.
pub(super) fn is_lost(code: &str) -> bool {
    ["08", "57P", "25P03", "25P04", STANDBY].iter().any(|begin| code.starts_with(begin))
}

/// A feature that is not there: of what we say, only `BEGIN READ WRITE` on a standby.
const STANDBY: &str = "0A000";

/// SQLite's own numbers have finer ones in their higher bits.
fn is_full(code: &str) -> bool {
    let of_file = |code: u32| matches!(code & 0xff, 10 | 13 | 14);
    code == "53100" || code.len() < 5 && code.parse().is_ok_and(of_file)
}

/// `UNIQUE constraint failed: teams.tenant_id, teams.name` → `teams_name_key`: SQLite names columns where PostgreSQL names the constraint.
fn sqlite_constraint(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    let mut name = String::new();
    for column in columns.split(", ") {
        let Some((table, column)) = column.split_once('.') else {
            continue;
        };
        if name.is_empty() {
            name.push_str(table);
        }
        if column != "tenant_id" {
            name.push('_');
            name.push_str(column);
        }
    }
    name + "_key"
}

/// A value that one database would refuse and the other keep: both refuse it.
#[derive(Debug, thiserror::Error)]
#[error("it holds a zero byte, or a time before the year 0 or after 9999")]
struct Unusable;

/// Refuses values that cannot be stored, before the database sees them. PostgreSQL takes no zero byte in a text and no time far away;
/// SQLite orders times by their text, which does only as long as years have four digits.
pub(crate) fn usable(values: Values) -> Result<Values, DbErr> {
    if values.0.iter().all(is_usable) {
        return Ok(values);
    }
    Err(sqlx_error(sqlx::Error::Encode(Box::new(Unusable))))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most kinds of values are always fine")]
fn is_usable(value: &Value) -> bool {
    match value {
        Value::String(Some(text)) => !text.contains('\0'),
        Value::ChronoDate(Some(day)) => YEARS.contains(&day.year()),
        Value::ChronoDateTimeUtc(Some(time)) => YEARS.contains(&time.year()),
        Value::Array(_, Some(values)) => values.iter().all(is_usable),
        _ => true,
    }
}

/// A failure of the driver in the words of sea-orm.
pub(crate) fn sqlx_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

/// `column` is one of `keys`. PostgreSQL takes one array; SQLite, whose statements are cached by their text, takes a list padded to few lengths.
pub(crate) fn any<C: ColumnTrait>(
    backend: DbBackend,
    column: C,
    keys: impl IntoIterator<Item = Uuid>,
) -> SimpleExpr {
    any_value(backend, column, keys.into_iter().map(Value::from).collect(), ArrayType::Uuid)
}

/// The same for texts.
pub(crate) fn any_text<C: ColumnTrait>(
    backend: DbBackend,
    column: C,
    keys: impl IntoIterator<Item = String>,
) -> SimpleExpr {
    any_value(backend, column, keys.into_iter().map(Value::from).collect(), ArrayType::String)
}

fn any_value<C: ColumnTrait>(
    backend: DbBackend,
    column: C,
    mut keys: Vec<Value>,
    kind: ArrayType,
) -> SimpleExpr {
    if backend == DbBackend::Postgres {
        let array = Expr::val(Value::Array(kind, Some(Box::new(keys))));
        return Expr::cust_with_exprs("$1 = ANY($2)", [Expr::col(column.as_column_ref()), array]);
    }
    let Some(last) = keys.last().cloned() else {
        return Expr::val(false);
    };
    let padded = [1, 8, 64, 512].into_iter().find(|size| *size >= keys.len()).unwrap_or(keys.len());
    keys.resize(padded, last);
    Expr::col(column.as_column_ref()).is_in(keys)
}

/// A text without regard to capital letters, in the order of its bytes: the same on both databases, whatever the server's language.
pub(crate) fn folded<C: ColumnTrait>(backend: DbBackend, column: C) -> SimpleExpr {
    let column = Expr::col(column.as_column_ref());
    if backend == DbBackend::Postgres {
        return Expr::cust_with_exprs("lower($1 COLLATE \"C\")", [column]);
    }
    Func::lower(column).into()
}

/// What locks rows where they can be locked one by one; SQLite's writer has the whole database. Never the stronger `FOR UPDATE`:
/// keys do not change, and a row that only refers to a locked one need not wait, so that two requests do not wait for each other.
pub(crate) fn for_update(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Postgres { " FOR NO KEY UPDATE" } else { "" }
}

/// The same, passing over rows that somebody else has locked.
pub(crate) fn for_update_skip_locked(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Postgres { " FOR NO KEY UPDATE SKIP LOCKED" } else { "" }
}

/// Takes the first rows of the tenant `$1` by a key away, at most `$2`, passing over those that somebody else has locked, and gives these
/// columns of theirs.
pub(crate) fn take_first(backend: DbBackend, table: &str, key: &str, columns: &str) -> String {
    let lock = for_update_skip_locked(backend);
    let first = |what: &str| {
        format!("SELECT {what} FROM {table} WHERE tenant_id = $1 ORDER BY {key} LIMIT $2{lock}")
    };
    let these = if backend == DbBackend::Postgres {
        // By their place: by their keys, a plan that was made while the table was empty would compare all with all.
        format!("ctid = ANY (ARRAY ({}))", first("ctid"))
    } else {
        format!("({key}) IN ({})", first(key))
    };
    format!("DELETE FROM {table} WHERE {these} AND tenant_id = $1 RETURNING {columns}")
}

/// Asks, without waiting, to be the only one until the transaction ends, of a tenant, an id and a text; none where there is one writer.
pub(crate) fn try_lock(backend: DbBackend) -> Option<&'static str> {
    let lock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || $2::text || $3, 0))";
    (backend == DbBackend::Postgres).then_some(lock)
}

/// The same as [`for_update`] for a statement that is built.
pub(crate) fn locked<S: QuerySelect>(backend: DbBackend, select: S) -> S {
    if backend == DbBackend::Postgres { select.lock(LockType::NoKeyUpdate) } else { select }
}

/// A statement with values, `$1` being the first. SQLite is given plain marks in the order they stand: a mark with a name costs it
/// a walk through all names at every binding, which a long list of keys makes quadratic.
pub(crate) fn statement(
    backend: DbBackend,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    if backend == DbBackend::Postgres {
        return Statement::from_sql_and_values(backend, sql, values);
    }
    let values: Vec<Value> = values.into_iter().collect();
    let mut parts = sql.split('$');
    let (mut plain, mut bound) = (parts.next().unwrap_or_default().to_owned(), Vec::new());
    for part in parts {
        let digits = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
        let place: usize = part[..digits].parse().unwrap_or_default();
        bound.extend(place.checked_sub(1).and_then(|place| values.get(place)).cloned());
        plain.push('?');
        plain.push_str(&part[digits..]);
    }
    Statement::from_sql_and_values(backend, plain, bound)
}
