//! The second wall between tenants, as PostgreSQL's catalogue has it: row-level security on every table, roles that it binds, and rights
//! across tenants that are on a list.

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

use super::{App, Result};

/// What an extension brings is not the schema's.
const OURS: &str = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

/// What the walls are to be: the schema's own words, which the kernel does not know.
#[derive(Clone, Copy, Debug)]
pub struct Walls {
    /// The role every session takes.
    pub runtime_role: &'static str,
    /// The role of work across tenants.
    pub system_role: &'static str,
    /// What that one may see, and all it may do to it.
    pub system_tables: &'static [(&'static str, &'static str)],
    /// What the runtime role may do to the event log, and nothing more.
    pub log_tables: &'static [(&'static str, &'static str)],
    /// Tables that are no tenant's.
    pub no_tenant: &'static [&'static str],
}

impl Walls {
    /// Every breach there is, in words; none on SQLite, which has no such walls.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn breaches(&self, app: &App) -> Result<Vec<String>> {
        if app.database().backend() != DbBackend::Postgres {
            return Ok(Vec::new());
        }
        let mut breaches = self.of_tables(app).await?;
        breaches.extend(self.of_roles(app).await?);
        breaches.extend(self.of_rights(app).await?);
        Ok(breaches)
    }

    /// Row-level security is on, also for the owner, with the policies of the schema and no others.
    pub(crate) async fn of_tables(&self, app: &App) -> Result<Vec<String>> {
        let sql = format!(
            "SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS secured, \
                     array_to_string(array(SELECT p.polname || CASE WHEN p.polpermissive THEN ' ' ELSE ', restrictive, ' END || coalesce((SELECT string_agg(rolname, ',') FROM pg_roles WHERE oid = ANY(p.polroles)), 'everybody') || ' ' || p.polcmd::text || ' ' || \
                       coalesce(pg_get_expr(p.polqual, p.polrelid), '-') || ' / ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '-') \
                       FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY p.polname), E'\\n') AS policies \
                   FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND {OURS} ORDER BY 1"
        );
        let mut breaches = Vec::new();
        for row in all(app, &sql).await? {
            let name: String = row.try_get("", "name")?;
            if self.no_tenant.contains(&name.as_str()) {
                continue;
            }
            if !row.try_get::<bool>("", "secured")? {
                breaches.push(format!("the table {name} has no forced row-level security"));
            }
            let policies: String = row.try_get("", "policies")?;
            if policies != self.policies(&name) {
                breaches.push(format!("the table {name} has other policies than the schema's"));
            }
        }
        Ok(breaches)
    }

    fn policies(&self, table: &str) -> String {
        let column = if table == "tenants" { "id" } else { "tenant_id" };
        let mine = format!(
            "({column} = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS \"nullif\"))"
        );
        let tenant = format!("tenant {} * {mine} / {mine}", self.runtime_role);
        if table == "events" {
            // An entry goes with its tenant, and not otherwise.
            let erasing = "(EXISTS ( SELECT\n   FROM tenants t\n  WHERE ((t.id = events.tenant_id) AND (t.state = 'erasing'::text))))";
            return format!(
                "erasure, restrictive, {} d {erasing} / -\n{tenant}",
                self.runtime_role
            );
        }
        match self.rights(table) {
            Some(_) => format!("system {} * true / true\n{tenant}", self.system_role),
            None => tenant,
        }
    }

    /// Neither role goes past row-level security, makes roles that do, or owns what it could switch it off on.
    pub(crate) async fn of_roles(&self, app: &App) -> Result<Vec<String>> {
        let (runtime, system) = (self.runtime_role, self.system_role);
        let sql = format!(
            "SELECT r.rolname AS name, r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb AS strong, \
               (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid) AS owned, \
               r.rolname = '{runtime}' AND pg_has_role(r.oid, '{system}', 'USAGE') AS inherits \
             FROM pg_roles r WHERE r.rolname IN ('{runtime}', '{system}') ORDER BY 1"
        );
        let mut breaches = Vec::new();
        let rows = all(app, &sql).await?;
        if rows.len() < 2 {
            breaches.push(format!("the roles {runtime} and {system} are not both there"));
        }
        for row in rows {
            let name: String = row.try_get("", "name")?;
            if row.try_get("", "strong")? {
                breaches.push(format!(
                    "the role {name} is SUPERUSER, BYPASSRLS, CREATEROLE or CREATEDB and can go around row-level security"
                ));
            }
            if row.try_get::<i64>("", "owned")? > 0 {
                breaches
                    .push(format!("the role {name} owns tables and can switch their security off"));
            }
            if row.try_get("", "inherits")? {
                breaches.push(format!(
                    "the role {name} inherits the rights of {system}, where it must ask for them each time"
                ));
            }
        }
        Ok(breaches)
    }

    /// Across tenants there are the rights on the list, and the log is added to. What is given to everybody counts too.
    pub(crate) async fn of_rights(&self, app: &App) -> Result<Vec<String>> {
        let (mut breaches, everything) =
            (Vec::new(), [(self.system_role, None), (self.runtime_role, Some(self.log_tables))]);
        for (role, only) in everything {
            for (name, rights) in held(app, role).await? {
                let listed = |list: &[(&str, &'static str)]| {
                    list.iter().find(|(table, _)| *table == name).map(|(_, rights)| *rights)
                };
                let expected = match only {
                    Some(list) => listed(list),
                    None => Some(listed(self.system_tables).unwrap_or_default()),
                };
                if let Some(expected) = expected.filter(|expected| *expected != rights) {
                    breaches.push(format!(
                        "the role {role} may do `{rights}` to {name}, where the schema says `{expected}`"
                    ));
                }
            }
        }
        Ok(breaches)
    }

    /// What the system role may do to a table, if anything.
    fn rights(&self, table: &str) -> Option<&'static str> {
        self.system_tables.iter().find(|(name, _)| *name == table).map(|(_, rights)| *rights)
    }
}

/// All that a role may do to each table.
async fn held(app: &App, role: &str) -> Result<Vec<(String, String)>> {
    let sql = format!(
        "SELECT c.relname AS name, array_to_string(array(SELECT p FROM unnest(ARRAY['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE']) p \
           WHERE has_table_privilege('{role}', c.oid, p) ORDER BY p), ', ') AS rights \
         FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND {OURS}"
    );
    let rows = all(app, &sql).await?;
    let held = rows.iter().map(|row| Ok((row.try_get("", "name")?, row.try_get("", "rights")?)));
    held.collect()
}

async fn all(app: &App, sql: &str) -> Result<Vec<QueryResult>> {
    app.system_read(async |scope| {
        Ok(scope.tx().query_all_raw(Statement::from_string(scope.backend(), sql)).await?)
    })
    .await
}
