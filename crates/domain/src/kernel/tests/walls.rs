//! Asks the catalogue of the database whether every table is behind the walls. A new table is covered without being named here.

use std::collections::{BTreeMap, BTreeSet};

use migrations::{RUNTIME_ROLE, SYSTEM_ROLE, SYSTEM_TABLES};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::kernel::{App, Result};
use crate::testing::TestApp;

/// Tables that are no tenant's: the record of migrations.
const NO_TENANT: &[&str] = &["seaql_migrations"];
/// Parts of a ticket and what is derived from it: written together with it, under its lock, found by composite keys that begin with the
/// tenant. A foreign key, checked row by row, would be the dearest part of an import.
const NO_FOREIGN_KEY: &[&str] = &["dirty_cells", "rollups", "ticket_events", "ticket_facts"];

/// A table as the catalogue has it.
#[derive(Debug, Default)]
struct Table {
    columns: BTreeSet<String>,
    primary_key: Vec<String>,
    unique_keys: Vec<Vec<String>>,
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
                .all(|key| key.first().is_some_and(|first| first == tenant) || slug(key)),
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
async fn row_level_security_binds_every_table() {
    let test = TestApp::new().await;
    if test.app.database().backend() != DbBackend::Postgres {
        return;
    }
    let sql = "SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS secured, \
                 array_to_string(array(SELECT p.polname || ' ' || (SELECT string_agg(rolname, ',') FROM pg_roles WHERE oid = ANY(p.polroles)) || ' ' || p.polcmd::text || ' ' || \
                   coalesce(pg_get_expr(p.polqual, p.polrelid), '-') || ' / ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '-') \
                   FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY p.polname), E'\\n') AS policies \
               FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1";
    let rows = all(&test.app, sql).await.unwrap();
    for row in rows {
        let name: String = row.try_get("", "name").unwrap();
        if NO_TENANT.contains(&name.as_str()) {
            continue;
        }
        let secured: bool = row.try_get("", "secured").unwrap();
        let policies: String = row.try_get("", "policies").unwrap();
        assert!(secured, "{name} has no forced row-level security");
        let column = if name == "tenants" { "id" } else { "tenant_id" };
        let mine = format!(
            "({column} = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS \"nullif\"))"
        );
        let tenant = format!("tenant {RUNTIME_ROLE} * {mine} / {mine}");
        let system = format!("system {SYSTEM_ROLE} * true / true\n{tenant}");
        let expected = if system_rights(&name).is_some() { system } else { tenant };
        assert_eq!(policies, expected, "the policies of {name}");
    }
}

#[tokio::test]
async fn the_roles_have_no_way_around() {
    let test = TestApp::new().await;
    if test.app.database().backend() != DbBackend::Postgres {
        return;
    }
    let sql = format!(
        "SELECT r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR (r.rolname = '{RUNTIME_ROLE}' AND r.rolinherit) AS strong, \
           (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid) AS owned, \
           r.rolname AS name, current_user::text AS me \
         FROM pg_roles r WHERE r.rolname IN ('{RUNTIME_ROLE}', '{SYSTEM_ROLE}') ORDER BY 3"
    );
    let rows = test
        .app
        .read(&test.tenant("acme").await, async |scope| {
            Ok(scope.tx().query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await?)
        })
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let name: String = row.try_get("", "name").unwrap();
        assert!(
            !row.try_get::<bool>("", "strong").unwrap(),
            "{name} has an attribute that goes around the walls"
        );
        assert_eq!(row.try_get::<i64>("", "owned").unwrap(), 0, "{name} owns something");
        assert_eq!(
            row.try_get::<String>("", "me").unwrap(),
            RUNTIME_ROLE,
            "the product works as the runtime role"
        );
    }
}

/// What the system role may do to a table, if anything.
fn system_rights(table: &str) -> Option<&'static str> {
    SYSTEM_TABLES.iter().find(|(name, _)| *name == table).map(|(_, rights)| *rights)
}

#[tokio::test]
async fn the_system_role_may_do_what_is_on_its_list_and_no_more() {
    let test = TestApp::new().await;
    if test.app.database().backend() != DbBackend::Postgres {
        return;
    }
    // Rights given to everybody count too.
    let sql = format!(
        "SELECT c.relname AS name, array_to_string(array(SELECT p FROM unnest(ARRAY['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE']) p \
           WHERE has_table_privilege('{SYSTEM_ROLE}', c.oid, p) ORDER BY p), ', ') AS rights \
         FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
    );
    for row in all(&test.app, &sql).await.unwrap() {
        let (name, rights): (String, String) =
            (row.try_get("", "name").unwrap(), row.try_get("", "rights").unwrap());
        assert_eq!(rights, system_rights(&name).unwrap_or_default(), "the rights on {name}");
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
        "SELECT c.relname AS name, i.indisprimary AS is_primary, {} AS columns FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
         WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique",
        names("i.indkey::int2[]", "c.oid")
    );
    for row in all(app, &indexes).await? {
        let table = tables.entry(row.try_get("", "name")?).or_default();
        let key = split(&row.try_get::<String>("", "columns")?);
        if row.try_get("", "is_primary")? {
            table.primary_key = key;
        } else {
            table.unique_keys.push(key);
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
            table.unique_keys.push(split(&row.try_get::<String>("", "columns")?));
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
