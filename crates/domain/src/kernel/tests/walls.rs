//! Asks the catalogue of the database whether every table is behind the walls. A new table is covered without being named here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use migrations::{LOG_TABLES, NO_TENANT, RUNTIME_ROLE, SYSTEM_ROLE, SYSTEM_TABLES};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sqlx::{Connection, Executor, PgConnection};

use crate::kernel::{App, Result, Scope, Walls};
use crate::testing::TestApp;

/// Parts of a ticket and what is derived from it: written together with it, under its lock, found by composite keys that begin with the
/// tenant. A foreign key, checked row by row, would be the dearest part of an import.
const NO_FOREIGN_KEY: &[&str] = &[
    "customers",
    "dirty_cells",
    "dirty_tickets",
    "rollups",
    "ticket_facts",
    "ticket_histories",
    "tickets",
];

/// Unique keys of values that no caller chooses, by table and columns, each with why nobody needs to be told of one in words of its own.
const NOT_CHOSEN: &[(&str, &str, &str)] = &[
    (
        "customers",
        "tenant_id,connection_id,external_id",
        "the source's id: the import runs again and finds the row",
    ),
    (
        "idempotency_keys",
        "tenant_id,caller_id,key",
        "a lock keeps other requests of the same key away",
    ),
    (
        "inbox",
        "tenant_id,hook_id,delivery",
        "what is sent again is there already, and that is no failure",
    ),
    ("jobs", "tenant_id,kind,unique_key", "what waits already is not enqueued twice"),
    (
        "queues",
        "tenant_id,connection_id,external_id",
        "the source's id: the import runs again and finds the row",
    ),
    (
        "ratings",
        "tenant_id,connection_id,external_id",
        "the source's id: it is told again and changes the row",
    ),
    ("refresh_tokens", "tenant_id,hash", "drawn by chance"),
    (
        "tickets",
        "tenant_id,connection_id,external_id",
        "the source's id: the import runs again and finds the row",
    ),
];

/// A table as the catalogue has it.
#[derive(Debug, Default)]
struct Table {
    columns: BTreeSet<String>,
    primary_key: Vec<String>,
    /// By the name that a failure gives them.
    unique_keys: Vec<(String, Vec<String>)>,
    foreign_keys: Vec<(String, Vec<String>, Vec<String>)>,
}

#[tokio::test]
async fn every_key_begins_with_the_tenant() {
    let test = TestApp::new().await;
    let tables = catalogue(&test.app).await.unwrap();
    assert!(tables.len() > 15, "the catalogue was read: {:?}", tables.keys());
    let mut wrong = Vec::new();
    for (name, table) in &tables {
        let tenant = if name == "tenants" { "id" } else { "tenant_id" };
        let mut check = |fine: bool, what: &str| {
            if !fine {
                wrong.push(format!("{name}: {what}"));
            }
        };
        check(table.columns.contains(tenant), "has no tenant_id: make it with `tenant_table`");
        check(
            table.primary_key.first().is_some_and(|first| first == tenant),
            "its primary key does not begin with the tenant",
        );
        let slug = |key: &[String]| name == "tenants" && key == ["slug"];
        check(
            table
                .unique_keys
                .iter()
                .all(|(_, key)| key.first().is_some_and(|first| first == tenant) || slug(key)),
            "a unique key does not begin with the tenant",
        );
        let composite = |(to, from, target): &(String, Vec<String>, Vec<String>)| {
            from.first().is_some_and(|first| first == "tenant_id")
                && target
                    .first()
                    .is_some_and(|first| first == if to == "tenants" { "id" } else { "tenant_id" })
        };
        check(
            table.foreign_keys.iter().all(composite),
            "a foreign key does not begin with the tenant",
        );
        let anchored = !table.foreign_keys.is_empty() || name == "tenants";
        check(
            anchored != NO_FOREIGN_KEY.contains(&name.as_str()),
            "has no foreign key, or is excused from one it has",
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_unique_key_has_words_for_a_value_that_is_taken() {
    let test = TestApp::new().await;
    let tables = catalogue(&test.app).await.unwrap();
    let mut told = BTreeSet::new();
    entities(Path::new("src"), &mut |text| {
        let lists = text.split("const TAKEN").skip(1).filter_map(|rest| rest.split("];").next());
        let words = lists.flat_map(|list| list.split('"'));
        told.extend(words.filter(|word| word.ends_with("_key")).map(str::to_owned));
    });
    let mut wrong = Vec::new();
    for (table, of) in &tables {
        for (name, columns) in &of.unique_keys {
            let columns = columns.join(",");
            let excused = NOT_CHOSEN.iter().any(|(it, key, _)| it == table && *key == columns);
            if told.remove(name) == excused {
                wrong.push(format!("{name}: put it in `TAKEN` of its entity, or excuse it"));
            }
        }
    }
    wrong.extend(told.into_iter().map(|name| format!("{name}: there is no such key")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The text of every entity there is.
fn entities(folder: &Path, tell: &mut impl FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            entities(&path, tell);
        } else if path.ends_with("entity.rs") || folder.ends_with("entity") {
            tell(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// The walls as the schema means them.
const WALLS: Walls = Walls {
    runtime_role: RUNTIME_ROLE,
    system_role: SYSTEM_ROLE,
    system_tables: SYSTEM_TABLES,
    log_tables: LOG_TABLES,
    no_tenant: NO_TENANT,
};

#[tokio::test]
async fn row_level_security_binds_every_table() {
    let test = TestApp::new().await;
    if test.app.database().backend() == DbBackend::Postgres {
        assert_eq!(WALLS.of_tables(&test.app).await.unwrap(), [] as [&str; 0]);
    }
}

#[tokio::test]
async fn the_roles_have_no_way_around() {
    let test = TestApp::new().await;
    if test.app.database().backend() != DbBackend::Postgres {
        return;
    }
    assert_eq!(WALLS.of_roles(&test.app).await.unwrap(), [] as [&str; 0]);
    let sql = "SELECT current_user::text AS me";
    let ask = async |scope: &Scope| {
        let sql = Statement::from_string(DbBackend::Postgres, sql);
        Ok(scope.tx().query_one_raw(sql).await?.expect("an answer"))
    };
    let row = test.app.read(&test.tenant("acme").await, ask).await.unwrap();
    let me: String = row.try_get("", "me").unwrap();
    assert_eq!(me, RUNTIME_ROLE, "the product works as the runtime role");
}

#[tokio::test]
async fn the_system_role_may_do_what_is_on_its_list_and_no_more() {
    let test = TestApp::new().await;
    if test.app.database().backend() == DbBackend::Postgres {
        assert_eq!(WALLS.of_rights(&test.app).await.unwrap(), [] as [&str; 0]);
    }
}

/// What opens a wall, and the table or role that is named then. Roles belong to the whole server, so they are left alone.
const OPENINGS: &[(&str, &str)] = &[
    ("ALTER TABLE teams NO FORCE ROW LEVEL SECURITY", "the table teams has no forced"),
    ("ALTER TABLE people DISABLE ROW LEVEL SECURITY", "the table people has no forced"),
    ("DROP POLICY tenant ON tickets", "the table tickets has other policies"),
    ("CREATE POLICY all_of_it ON users USING (true)", "the table users has other policies"),
    ("CREATE TABLE forgotten (id uuid)", "the table forgotten has no forced"),
    ("GRANT SELECT ON users TO plumbline_system", "may do `SELECT` to users"),
    (
        "GRANT UPDATE ON events TO plumbline_runtime",
        "may do `DELETE, INSERT, SELECT, UPDATE` to events",
    ),
    ("GRANT UPDATE ON event_payloads TO PUBLIC", "SELECT, UPDATE` to event_payloads"),
    ("DROP POLICY erasure ON events", "the table events has other policies"),
];

#[tokio::test]
async fn every_opening_is_found() {
    let test = TestApp::new().await;
    let Some(url) = test.url() else { return };
    let mut owner = PgConnection::connect(&url).await.unwrap();
    assert_eq!(WALLS.breaches(&test.app).await.unwrap(), [] as [&str; 0]);
    for (opening, words) in OPENINGS {
        owner.execute(*opening).await.unwrap();
        let breaches = WALLS.breaches(&test.app).await.unwrap();
        assert!(breaches.iter().any(|it| it.contains(words)), "{opening}: {breaches:?}");
    }
}

#[tokio::test]
async fn a_view_sees_what_its_reader_may_see() {
    let test = TestApp::new().await;
    if test.app.database().backend() != DbBackend::Postgres {
        return;
    }
    let sql = "SELECT relname AS name, relkind = 'v' AND 'security_invoker=true' = ANY(coalesce(reloptions, '{}')) AS invoker \
               FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')";
    let views = all(&test.app, sql).await.unwrap();
    assert!(!views.is_empty());
    for view in views {
        let name: String = view.try_get("", "name").unwrap();
        assert!(view.try_get::<bool>("", "invoker").unwrap(), "{name} shows what its owner sees");
    }
}

async fn all(app: &App, sql: &str) -> Result<Vec<sea_orm::QueryResult>> {
    app.system_read(async |scope| {
        Ok(scope.tx().query_all_raw(Statement::from_string(scope.backend(), sql)).await?)
    })
    .await
}

async fn catalogue(app: &App) -> Result<BTreeMap<String, Table>> {
    if app.database().backend() == DbBackend::Postgres {
        postgres(app).await
    } else {
        sqlite(app).await
    }
}

async fn postgres(app: &App) -> Result<BTreeMap<String, Table>> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let columns = "SELECT c.relname AS name, a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')";
    for row in all(app, columns).await? {
        tables
            .entry(row.try_get("", "name")?)
            .or_default()
            .columns
            .insert(row.try_get("", "column")?);
    }
    let names = |keys: &str, of: &str| {
        format!(
            "array_to_string(array(SELECT a.attname FROM unnest({keys}) WITH ORDINALITY k(n, i) JOIN pg_attribute a ON a.attrelid = {of} AND a.attnum = k.n ORDER BY k.i), ',')"
        )
    };
    let indexes = format!(
        "SELECT c.relname AS name, x.relname AS key, i.indisprimary AS is_primary, {} AS columns FROM pg_index i \
         JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid \
         WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique",
        names("i.indkey::int2[]", "c.oid")
    );
    for row in all(app, &indexes).await? {
        let table = tables.entry(row.try_get("", "name")?).or_default();
        let key = split(&row.try_get::<String>("", "columns")?);
        if row.try_get("", "is_primary")? {
            table.primary_key = key;
        } else {
            table.unique_keys.push((row.try_get("", "key")?, key));
        }
    }
    let foreign = format!(
        "SELECT c.relname AS name, t.relname AS target, {} AS from_columns, {} AS to_columns FROM pg_constraint f \
         JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class t ON t.oid = f.confrelid WHERE f.contype = 'f' AND c.relnamespace = 'public'::regnamespace",
        names("f.conkey", "f.conrelid"),
        names("f.confkey", "f.confrelid")
    );
    for row in all(app, &foreign).await? {
        let from = split(&row.try_get::<String>("", "from_columns")?);
        let to = split(&row.try_get::<String>("", "to_columns")?);
        tables.entry(row.try_get("", "name")?).or_default().foreign_keys.push((
            row.try_get("", "target")?,
            from,
            to,
        ));
    }
    tables.retain(|name, _| !NO_TENANT.contains(&name.as_str()));
    Ok(tables)
}

async fn sqlite(app: &App) -> Result<BTreeMap<String, Table>> {
    let mut tables = BTreeMap::new();
    for row in
        all(app, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            .await?
    {
        let name: String = row.try_get("", "name")?;
        if NO_TENANT.contains(&name.as_str()) {
            continue;
        }
        let mut table = Table::default();
        for row in
            all(app, &format!("SELECT name, pk FROM pragma_table_info('{name}') ORDER BY pk"))
                .await?
        {
            let column: String = row.try_get("", "name")?;
            if row.try_get::<i64>("", "pk")? > 0 {
                table.primary_key.push(column.clone());
            }
            table.columns.insert(column);
        }
        let indexes = format!(
            "SELECT (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS columns \
             FROM pragma_index_list('{name}') i WHERE i.\"unique\" AND i.origin <> 'pk'"
        );
        for row in all(app, &indexes).await? {
            let key = split(&row.try_get::<String>("", "columns")?);
            let own = key.iter().filter(|column| *column != "tenant_id");
            let name = own.fold(name.clone(), |name, column| name + "_" + column) + "_key";
            table.unique_keys.push((name, key));
        }
        let foreign = format!(
            "SELECT \"table\" AS target, (SELECT group_concat(\"from\", ',') FROM (SELECT \"from\" FROM pragma_foreign_key_list('{name}') g WHERE g.id = f.id ORDER BY seq)) AS from_columns, \
             (SELECT group_concat(\"to\", ',') FROM (SELECT \"to\" FROM pragma_foreign_key_list('{name}') g WHERE g.id = f.id ORDER BY seq)) AS to_columns \
             FROM pragma_foreign_key_list('{name}') f WHERE seq = 0"
        );
        for row in all(app, &foreign).await? {
            let from = split(&row.try_get::<String>("", "from_columns")?);
            let to = split(&row.try_get::<String>("", "to_columns")?);
            table.foreign_keys.push((row.try_get("", "target")?, from, to));
        }
        tables.insert(name, table);
    }
    Ok(tables)
}

fn split(columns: &str) -> Vec<String> {
    columns.split(',').map(str::to_owned).collect()
}
