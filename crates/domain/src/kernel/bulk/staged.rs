//! Very many rows on PostgreSQL: copied into a temporary table of the session, from which one statement takes them. A copy into a table
//! under row-level security is refused, and arrays of as many columns cost twice what the rows themselves do.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use uuid::Uuid;

use super::{Cells, Insert};

/// From so many rows on they are copied.
pub(super) const MANY: usize = 256;
/// How a binary copy begins: its name, no flags, and nothing more to say.
const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const END: i16 = -1;
const NULL: i32 = -1;
/// About how long a row is.
const ROW: usize = 128;

impl Insert {
    /// The rows as a binary copy has them.
    pub(super) fn copied(&self) -> Vec<u8> {
        let columns = i16::try_from(self.columns.len()).unwrap_or(i16::MAX).to_be_bytes();
        let mut bytes = Vec::with_capacity(HEAD.len() + self.rows() * ROW);
        bytes.extend_from_slice(HEAD);
        for row in 0..self.rows() {
            bytes.extend_from_slice(&columns);
            self.columns.iter().for_each(|(_, cells)| cells.copy(row, &mut bytes));
        }
        bytes.extend_from_slice(&END.to_be_bytes());
        bytes
    }

    /// Puts the rows down and takes them over. Returns how many were written.
    pub(super) async fn stage(
        &self,
        conn: &mut PgConnection,
        rows: Vec<u8>,
        tenant: Option<Uuid>,
        tail: &str,
    ) -> Result<u64, sqlx::Error> {
        let (table, into) = (self.table, self.insert_into(tenant));
        let typed = |(name, cells): &(&str, Cells)| format!("{name} {}", cells.kind());
        let columns: Vec<_> = self.columns.iter().map(typed).collect();
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        let (columns, names) = (columns.join(", "), names.join(", "));
        let own = if tenant.is_some() { "$1, " } else { "" };
        let create = format!(
            "CREATE TEMPORARY TABLE IF NOT EXISTS staged_{table} ({columns}) ON COMMIT DELETE ROWS"
        );
        conn.execute(AssertSqlSafe(create)).await?;
        let copy = format!("COPY pg_temp.staged_{table} ({names}) FROM STDIN (FORMAT binary)");
        let mut copy = conn.copy_in_raw(&copy).await?;
        copy.send(rows).await?;
        copy.finish().await?;
        let take = format!("{into} SELECT {own}{names} FROM pg_temp.staged_{table} {tail}");
        let take = sqlx::query(AssertSqlSafe(take));
        let take = tenant.into_iter().fold(take, |take, tenant| take.bind(tenant));
        let written = take.execute(&mut *conn).await?.rows_affected();
        // The same transaction may have more for the same table.
        conn.execute(AssertSqlSafe(format!("DELETE FROM pg_temp.staged_{table}"))).await?;
        Ok(written)
    }
}

impl Cells {
    /// The type of its column.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Uuid(_) => "uuid",
            Self::Text(_) | Self::Word(_) => "text",
            Self::Bytes(_) => "bytea",
            Self::Time(_) => "timestamptz",
            Self::Long(_) => "bigint",
            Self::Int(_) => "integer",
            Self::Small(_) => "smallint",
            Self::Bool(_) => "boolean",
        }
    }

    /// A value with its length before it.
    fn copy(&self, row: usize, to: &mut Vec<u8>) {
        match self {
            Self::Uuid(cells) => put(to, cells[row].as_ref().map(|id| id.as_bytes().as_slice())),
            Self::Text(cells) => put(to, cells[row].as_deref().map(str::as_bytes)),
            Self::Word(cells) => put(to, Some(cells[row].as_bytes())),
            Self::Bytes(cells) => put(to, Some(&cells[row])),
            Self::Time(cells) => put(to, cells[row].map(since_2000).as_ref().map(|it| &it[..])),
            Self::Long(cells) => {
                put(to, cells[row].map(i64::to_be_bytes).as_ref().map(|it| &it[..]))
            }
            Self::Int(cells) => put(to, Some(&cells[row].to_be_bytes())),
            Self::Small(cells) => put(to, Some(&cells[row].to_be_bytes())),
            Self::Bool(cells) => put(to, Some(&[u8::from(cells[row])])),
        }
    }
}

fn put(to: &mut Vec<u8>, value: Option<&[u8]>) {
    let length = value.map_or(NULL, |value| i32::try_from(value.len()).unwrap_or(i32::MAX));
    to.extend_from_slice(&length.to_be_bytes());
    to.extend_from_slice(value.unwrap_or_default());
}

/// Microseconds since the beginning of 2000, as PostgreSQL keeps time.
fn since_2000(at: DateTime<Utc>) -> [u8; 8] {
    const BEGIN: i64 = 946_684_800_000_000;
    (at.timestamp_micros() - BEGIN).to_be_bytes()
}
