//! Removing rows for good: a tenant with everything it has, and payloads of the event log. In units, so that nobody waits for long, and
//! safe to run again from the start.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Value};
use serde_json::json;

use super::audit::ERASED_PAYLOADS;
use super::catalogue::{self, Table};
use super::{App, Caller, Error, Event, PersonId, Result, Scope, UserId};

/// How many rows a unit removes.
const AT_A_TIME: u64 = 500;
/// How many entries of the log a unit looks at.
const ENTRIES: i64 = 5_000;
/// How often somebody may write another row meanwhile. Nobody of the tenant gets in any more, so it is an import that was under way.
const ROUNDS: usize = 100;
/// What erasing itself tells of; it stays.
const TOLD: &str = "'person.erased', 'payloads.erased'";

impl App {
    /// Removes every row of a tenant, and then the tenant. Returns how many rows of which tables there were.
    ///
    /// # Errors
    /// Those of the database. What was removed until then stays so.
    pub(crate) async fn erase_tenant(&self, caller: &Caller) -> Result<BTreeMap<String, u64>> {
        let mut removed = BTreeMap::new();
        for _ in 0..ROUNDS {
            self.empty(caller, &mut removed).await?;
            let last = async |scope: &Scope| {
                let sql = scope.sql("DELETE FROM tenants WHERE id = $1", []);
                Ok(scope.tx().execute_raw(sql).await?.rows_affected())
            };
            match self.write_retrying(caller, last).await {
                Err(error) if error.code() == "dangling_reference" => {}
                gone => {
                    removed.insert("tenants".to_owned(), gone?);
                    // What refers to nothing could still have come; nothing can any more.
                    self.empty(caller, &mut removed).await?;
                    return Ok(removed);
                }
            }
        }
        Err(Error::conflict("tenant_in_use", "somebody goes on writing for this tenant"))
    }

    /// Jobs first, because a job may only write while it is there; then whatever refers to another before that.
    async fn empty(&self, caller: &Caller, removed: &mut BTreeMap<String, u64>) -> Result<()> {
        let tables = self.read(caller, async |scope| catalogue::tables(scope.tx()).await).await?;
        let (jobs, others): (Vec<_>, Vec<_>) =
            tables.iter().rev().filter(|it| it.name != "tenants").partition(|it| it.name == "jobs");
        for table in jobs.into_iter().chain(others) {
            let sql = removal(table);
            loop {
                let unit = async |scope: &Scope| {
                    Ok(scope.tx().execute_raw(scope.sql(&sql, [])).await?.rows_affected())
                };
                let count = self.write_retrying(caller, unit).await?;
                *removed.entry(table.name.clone()).or_default() += count;
                if count < AT_A_TIME {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Erases the payloads of all entries that are about a person, and records how many. Returns that.
    ///
    /// # Errors
    /// Those of the database. What was erased until then is recorded.
    pub(crate) async fn erase_payloads(
        &self,
        caller: &Caller,
        person: PersonId,
        users: &[UserId],
    ) -> Result<u64> {
        let (mut after, mut erased) = (0, 0);
        loop {
            let unit = async |scope: &Scope| erase_some(scope, person, users, after).await;
            let (count, is_last) = self.write_retrying(caller, unit).await?;
            erased += count;
            after += ENTRIES;
            if is_last {
                return Ok(erased);
            }
        }
    }
}

/// Some rows of a table, or all where they refer to each other and so go together.
fn removal(table: &Table) -> String {
    let (name, key) = (&table.name, table.own_key().collect::<Vec<_>>().join(", "));
    if key.is_empty() || table.refers.iter().any(|(target, _)| target == name) {
        return format!("DELETE FROM {name} WHERE tenant_id = $1");
    }
    format!(
        "DELETE FROM {name} WHERE tenant_id = $1 AND ({key}) IN (SELECT {key} FROM {name} WHERE tenant_id = $1 LIMIT {AT_A_TIME})"
    )
}

async fn erase_some(
    scope: &Scope,
    person: PersonId,
    users: &[UserId],
    after: i64,
) -> Result<(u64, bool)> {
    let ids = std::iter::once(person.to_string()).chain(users.iter().map(ToString::to_string));
    let ids: Vec<String> = ids.collect();
    let marks: Vec<_> = (4..).take(ids.len()).map(|place| format!("${place}")).collect();
    let likes = (4 + ids.len()..).take(ids.len()).map(|place| format!("payload LIKE ${place}"));
    let sql = format!(
        "DELETE FROM event_payloads WHERE tenant_id = $1 AND sequence > $2 AND sequence <= $3 AND sequence IN ( \
           SELECT e.sequence FROM events e JOIN event_payloads p ON p.tenant_id = e.tenant_id AND p.sequence = e.sequence \
           WHERE e.tenant_id = $1 AND e.sequence > $2 AND e.sequence <= $3 AND e.kind NOT IN ({TOLD}) AND (e.subject IN ({}) OR p.{}))",
        marks.join(", "),
        likes.collect::<Vec<_>>().join(" OR p.")
    );
    let range: [Value; 2] = [after.into(), (after + ENTRIES).into()];
    let like = ids.iter().map(|id| Value::from(format!("%{id}%")));
    let values: Vec<Value> =
        range.into_iter().chain(ids.iter().map(|id| Value::from(id.clone()))).chain(like).collect();
    let erased = scope.tx().execute_raw(scope.sql(&sql, values)).await?.rows_affected();
    if erased > 0 {
        scope.record(Event::new("payloads.erased", person, json!({ ERASED_PAYLOADS: erased })));
    }
    let head = "SELECT sequence FROM event_heads WHERE tenant_id = $1";
    let head = scope.tx().query_one_raw(scope.sql(head, [])).await?;
    let head: i64 = head.map(|row| row.try_get("", "sequence")).transpose()?.unwrap_or_default();
    Ok((erased, head <= after + ENTRIES))
}
