//! Rows as they are, table by table from the catalogue, in pieces: so a new table is exported without being named.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::catalogue::{self, Kind, Table};
use super::{PersonId, Result, Scope, UserId};

/// How many rows are read at once.
const AT_A_TIME: i64 = 200;
/// What a person is called in rows that are about them, or are their work.
pub(crate) const PERSON_COLUMNS: &[&str] = &["person_id", "assignee_id", "actor_id", "agent_id"];
/// And one of their users.
pub(crate) const USER_COLUMNS: &[&str] = &["caller_id", "user_id"];

/// What is exported.
#[derive(Clone, Debug)]
pub enum Whose {
    /// All of the tenant's.
    Tenants,
    /// What is about one person, by their id and those of their users.
    Persons(PersonId, Vec<UserId>),
}

/// A table on its way out.
pub struct Part {
    table: Table,
    condition: String,
    values: Vec<Value>,
    after: Option<Vec<Value>>,
    is_over: bool,
}

/// Every table of which something is exported.
///
/// # Errors
/// Those of the database.
pub async fn parts(scope: &Scope, whose: &Whose) -> Result<Vec<Part>> {
    let mut tables = catalogue::tables(scope.tx()).await?;
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    let part = |table: Table| {
        let (condition, values) = match whose {
            Whose::Tenants => (String::new(), Vec::new()),
            Whose::Persons(person, users) => of_person(&table, *person, users)?,
        };
        Some(Part { table, condition, values, after: None, is_over: false })
    };
    Ok(tables.into_iter().filter_map(part).collect())
}

impl Part {
    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.table.name
    }

    /// The columns that are written, each with what it holds.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let all = self.table.columns.iter().filter(|it| !self.table.is_secret(&it.name));
        all.map(|column| (column.name.as_str(), column.kind.word()))
    }

    /// The columns that are left out, because they hold secrets.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let all = self.table.columns.iter().map(|column| column.name.as_str());
        all.filter(|name| self.table.is_secret(name))
    }

    /// The next rows, in the order of their key; none when there are no more.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next(&mut self, scope: &Scope) -> Result<Vec<Json>> {
        if self.is_over {
            return Ok(Vec::new());
        }
        let (sql, values) = self.question();
        let rows = scope.tx().query_all_raw(scope.sql(&sql, values)).await?;
        let key: Vec<_> = self.table.own_key().map(str::to_owned).collect();
        self.is_over =
            key.is_empty() || rows.len() < usize::try_from(AT_A_TIME).unwrap_or_default();
        if let (Some(last), false) = (rows.last(), self.is_over) {
            let cells = key.iter().map(|name| Ok(cell(last, name, self.kind(name))?.1));
            self.after = Some(cells.collect::<Result<_>>()?);
        }
        let row = |row: &QueryResult| {
            let mut told = Map::new();
            for (name, _) in self.columns() {
                told.insert(name.to_owned(), cell(row, name, self.kind(name))?.0);
            }
            Ok(Json::Object(told))
        };
        rows.iter().map(row).collect()
    }

    fn question(&self) -> (String, Vec<Value>) {
        let columns: Vec<_> = self.columns().map(|(name, _)| name).collect();
        let key: Vec<_> = self.table.own_key().collect();
        let (mut condition, mut values) = (self.condition.clone(), self.values.clone());
        if let Some(after) = &self.after {
            let marks: Vec<_> =
                (0..after.len()).map(|n| format!("${}", values.len() + n + 2)).collect();
            condition += &format!(" AND ({}) > ({})", key.join(", "), marks.join(", "));
            values.extend(after.iter().cloned());
        }
        let order =
            if key.is_empty() { String::new() } else { format!(" ORDER BY {}", key.join(", ")) };
        let (columns, table, tenant) = (columns.join(", "), self.name(), self.table.tenant());
        let sql = format!(
            "SELECT {columns} FROM {table} WHERE {tenant} = $1{condition}{order} LIMIT {AT_A_TIME}"
        );
        (sql, values)
    }

    fn kind(&self, column: &str) -> Kind {
        self.table.column(column).map_or(Kind::Text, |column| column.kind)
    }
}

/// A value for the file, and for the question after it.
fn cell(row: &QueryResult, name: &str, kind: Kind) -> Result<(Json, Value)> {
    Ok(match kind {
        Kind::Uuid => pair(row.try_get::<Option<Uuid>>("", name)?, |it| json!(it)),
        Kind::Text => pair(row.try_get::<Option<String>>("", name)?, |it| json!(it)),
        Kind::Time => pair(row.try_get::<Option<DateTime<Utc>>>("", name)?, |it| json!(it)),
        Kind::Date => pair(row.try_get::<Option<NaiveDate>>("", name)?, |it| json!(it)),
        Kind::Long => pair(row.try_get::<Option<i64>>("", name)?, |it| json!(it)),
        Kind::Int => pair(row.try_get::<Option<i32>>("", name)?, |it| json!(it)),
        Kind::Small => pair(row.try_get::<Option<i16>>("", name)?, |it| json!(it)),
        Kind::Bool => pair(row.try_get::<Option<bool>>("", name)?, |it| json!(it)),
        Kind::Bytes => {
            pair(row.try_get::<Option<Vec<u8>>>("", name)?, |it| json!(STANDARD.encode(it)))
        }
    })
}

fn pair<T>(value: Option<T>, told: impl Fn(&T) -> Json) -> (Json, Value)
where
    Option<T>: Into<Value>,
{
    (value.as_ref().map_or(Json::Null, told), value.into())
}

/// The rows of a table that are about a person, `$2` being their id; `None` where there can be none.
fn of_person(table: &Table, person: PersonId, users: &[UserId]) -> Option<(String, Vec<Value>)> {
    let named = |names: &[&str]| -> Vec<String> {
        let has = names.iter().filter(|name| table.column(name).is_some());
        has.map(|name| (*name).to_owned()).collect()
    };
    let theirs = "(SELECT id FROM users WHERE tenant_id = $1 AND person_id = $2)";
    let mut any: Vec<_> = named(PERSON_COLUMNS).iter().map(|name| format!("{name} = $2")).collect();
    any.extend(named(USER_COLUMNS).iter().map(|name| format!("{name} IN {theirs}")));
    match table.name.as_str() {
        "people" => any.push("id = $2".to_owned()),
        "events" | "event_payloads" => {
            let (condition, values) = entries_about(person, users, 2);
            return Some((format!(" AND {condition}"), values));
        }
        // Whoever acted in it is in it by their id.
        "ticket_histories" => {
            let like = format!("%{}%", person.0.simple());
            return Some((" AND events LIKE $2".to_owned(), vec![like.into()]));
        }
        _ => {}
    }
    if any.is_empty() {
        return None;
    }
    Some((format!(" AND ({})", any.join(" OR ")), vec![person.0.into()]))
}

/// The entries of the log that are about a person: they or their users are the subject, act, or are named. Marks begin at `first`.
pub(super) fn entries_about(
    person: PersonId,
    users: &[UserId],
    first: usize,
) -> (String, Vec<Value>) {
    let ids: Vec<String> =
        std::iter::once(person.to_string()).chain(users.iter().map(ToString::to_string)).collect();
    let marks: Vec<_> = (first..).take(ids.len()).map(|place| format!("${place}")).collect();
    let named: Vec<_> = (first + ids.len()..)
        .take(ids.len())
        .map(|place| format!("p.payload LIKE ${place}"))
        .collect();
    let (marks, named) = (marks.join(", "), named.join(" OR "));
    let condition = format!(
        "sequence IN (SELECT e.sequence FROM events e LEFT JOIN event_payloads p ON p.tenant_id = e.tenant_id AND p.sequence = e.sequence \
         WHERE e.tenant_id = $1 AND (e.subject IN ({marks}) OR e.actor IN ({marks}) OR {named}))"
    );
    let like = ids.iter().map(|id| Value::from(format!("%{id}%")));
    (condition, ids.iter().map(|id| Value::from(id.clone())).chain(like).collect())
}
