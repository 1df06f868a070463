//! A row in every table, made from the catalogue: a new table is filled without being named here.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, Value};
use serde_json::json;
use uuid::Uuid;

use crate::kernel::catalogue::{self, Column, Kind, Table};
use crate::kernel::{Caller, Event, Scope};
use crate::testing::TestApp;

/// Written by the kernel alone: their rows are made by what is recorded.
pub(super) const BY_RECORDING: &[&str] = &["event_heads", "event_payloads", "events"];
/// Texts of which the database itself says what they may be.
const WORDS: &[(&str, &str, &str)] = &[("jobs", "state", "dead")];

/// What stands in a text column.
pub(super) fn marker(of: &str, table: &str, column: &str) -> String {
    format!("{of}-{table}-{column}")
}

pub(super) fn is_marked(table: &str, column: &str) -> bool {
    table != "tenants"
        && !BY_RECORDING.contains(&table)
        && !WORDS.iter().any(|(name, word, _)| (*name, *word) == (table, column))
}

/// A tenant whose slug is the marker, with a row in every table and the marker in every text.
pub(super) async fn tenant(test: &TestApp, of: &str) -> Caller {
    let caller = test.tenant(of).await;
    let seeded = test.app.write(&caller, async |scope| {
        let mut ids: HashMap<String, Uuid> = HashMap::new();
        for table in catalogue::tables(scope.tx()).await? {
            if table.name != "tenants" && !BY_RECORDING.contains(&table.name.as_str()) {
                row(scope, &table, of, &mut ids).await;
            }
        }
        scope.record(Event::new("test.happened", format!("{of}-subject"), json!({ "text": of })));
        Ok(())
    });
    seeded.await.unwrap();
    caller
}

async fn row(scope: &Scope, table: &Table, of: &str, ids: &mut HashMap<String, Uuid>) {
    let id = scope.new_id::<Uuid>();
    let others = table.columns.iter().filter(|column| column.name != "tenant_id");
    let values: Vec<Value> =
        others.clone().map(|it| value(scope, table, it, of, id, ids)).collect();
    let names: Vec<_> = others.map(|column| column.name.as_str()).collect();
    let marks: Vec<_> = (2..).take(names.len()).map(|place| format!("${place}")).collect();
    let (names, marks) = (names.join(", "), marks.join(", "));
    let sql = format!("INSERT INTO {} (tenant_id, {names}) VALUES ($1, {marks})", table.name);
    let inserted = scope.tx().execute_raw(scope.sql(&sql, values)).await;
    inserted.unwrap_or_else(|error| panic!("{}: {error}", table.name));
    ids.insert(table.name.clone(), id);
}

fn value(
    scope: &Scope,
    table: &Table,
    column: &Column,
    of: &str,
    id: Uuid,
    ids: &HashMap<String, Uuid>,
) -> Value {
    let name = column.name.as_str();
    let target = table.refers.iter().find(|(_, columns)| columns.iter().any(|it| it == name));
    match column.kind {
        Kind::Uuid if name == "id" => id.into(),
        Kind::Uuid => match target {
            // To none of its own kind.
            Some((target, _)) => ids.get(target).copied().into(),
            None => scope.new_id::<Uuid>().into(),
        },
        Kind::Text => {
            let word =
                WORDS.iter().find(|(of, word, _)| (*of, *word) == (table.name.as_str(), name));
            let text = word.map(|(_, _, value)| (*value).to_owned());
            text.unwrap_or_else(|| marker(of, &table.name, name)).into()
        }
        Kind::Time => scope.now().into(),
        Kind::Date if column.is_nullable => Value::ChronoDate(None),
        Kind::Date => scope.now().date_naive().into(),
        Kind::Long => 1i64.into(),
        Kind::Int => 1i32.into(),
        Kind::Small => 1i16.into(),
        Kind::Bool => true.into(),
        Kind::Bytes => marker(of, &table.name, name).into_bytes().into(),
    }
}
