//! Row-level security by what it does and not by what the catalogue says: in every table, a tenant's session meets another tenant's row.
//! Then each policy is opened or dropped in turn, in a transaction that is rolled back, and the same look must find it.

use migrations::{RUNTIME_ROLE, SYSTEM_ROLE, SYSTEM_TABLES};
use sea_orm::DbBackend;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use uuid::Uuid;

use crate::kernel::TenantId;
use crate::testing::{Table, TestApp, uuid};

/// What may be done to no row of a tenant as it stands, by its table: the log is only added to.
const GUARDED: &[(&str, &str)] = &[("events", "DELETE")];

const MINE: TenantId = TenantId(Uuid::from_u128(11));
const THEIRS: TenantId = TenantId(Uuid::from_u128(22));
/// PostgreSQL's word for a row that a policy refuses, and for a right that was never given.
const REFUSED: &str = "42501";
const TAKEN: &str = "23505";

/// What a look at one table found that should not be.
struct Look<'a> {
    session: &'a mut PgConnection,
    table: &'a Table,
    found: Vec<String>,
}

impl Look<'_> {
    /// Whatever is wrong with a table's walls, in words.
    async fn at(owner: &mut PgConnection, table: &Table) -> Vec<String> {
        let mut look = Look { session: owner, table, found: Vec::new() };
        look.role("RESET ROLE", Some(MINE)).await;
        look.counts("the owner of the tables", (1, 0)).await;
        let runtime = format!("SET LOCAL ROLE {RUNTIME_ROLE}");
        look.role(&runtime, None).await;
        look.counts("a session without a tenant", (0, 0)).await;
        look.role(&runtime, Some(MINE)).await;
        look.counts("a tenant", (1, 0)).await;
        look.changes("DELETE").await;
        look.changes("UPDATE").await;
        look.adds([("theirs", THEIRS, REFUSED), ("mine", MINE, TAKEN)]).await;
        look.role(&format!("SET LOCAL ROLE {SYSTEM_ROLE}"), None).await;
        let rights = SYSTEM_TABLES.iter().find(|(name, _)| *name == table.name);
        let rights = rights.map_or("", |(_, rights)| *rights);
        // One that is only added to is read by nobody there.
        match rights.contains("SELECT") {
            true => look.counts("work across tenants", (1, 1)).await,
            false => look.refused("work across tenants").await,
        }
        if rights.contains("INSERT") {
            look.adds([("theirs", THEIRS, TAKEN), ("mine", MINE, TAKEN)]).await;
        }
        look.role("RESET ROLE", None).await;
        look.found
    }

    async fn role(&mut self, role: &str, tenant: Option<TenantId>) {
        let tenant = tenant.map_or_else(String::new, |tenant| tenant.0.to_string());
        let setting = format!("{role}; SELECT set_config('app.tenant', '{tenant}', true)");
        self.session.execute(AssertSqlSafe(setting)).await.unwrap();
    }

    /// The rows that are seen: mine, theirs.
    async fn counts(&mut self, who: &str, expected: (i64, i64)) {
        let Table { name, tenant, .. } = self.table;
        let of = |whose: TenantId| {
            format!("count(*) FILTER (WHERE {tenant} = {})", uuid(DbBackend::Postgres, whose.0))
        };
        let sql = format!("SELECT {}, {} FROM {name}", of(MINE), of(THEIRS));
        let row = self.session.fetch_one(AssertSqlSafe(sql)).await.unwrap();
        let seen: (i64, i64) = (row.get(0), row.get(1));
        if seen != expected {
            self.found.push(format!("{who} sees {seen:?} rows and not {expected:?}"));
        }
    }

    async fn refused(&mut self, who: &str) {
        let sql = format!("SELECT 1 FROM {}", self.table.name);
        if self.attempt(sql).await != Err(REFUSED.to_owned()) {
            self.found.push(format!("{who} may read it"));
        }
    }

    /// Changing or removing does something to my row and nothing to theirs; and mine cannot be given away.
    async fn changes(&mut self, verb: &str) {
        let Table { name, tenant, .. } = self.table;
        let right = format!("SELECT has_table_privilege('{name}', '{verb}')");
        let may: bool = self.session.fetch_one(AssertSqlSafe(right)).await.unwrap().get(0);
        let write = |to: &str, of: TenantId| {
            let what = match verb {
                "UPDATE" => format!("UPDATE {name} SET {tenant} = {to}"),
                _ => format!("DELETE FROM {name}"),
            };
            format!("{what} WHERE {tenant} = {}", uuid(DbBackend::Postgres, of.0))
        };
        let refused = Err(REFUSED.to_owned());
        let theirs = self.attempt(write(tenant, THEIRS)).await;
        if theirs != if may { Ok(0) } else { refused.clone() } {
            self.found.push(format!("{verb} of their row: {theirs:?}"));
        }
        let mine = self.attempt(write(tenant, MINE)).await;
        let is_guarded = GUARDED.contains(&(name.as_str(), verb));
        // Other rows may refer to mine, and keep it from being removed.
        let is_fine = match &mine {
            Ok(rows) => may && *rows == u64::from(!is_guarded),
            Err(code) => {
                if may {
                    code == "23503" && !is_guarded
                } else {
                    mine == refused
                }
            }
        };
        if !is_fine {
            self.found.push(format!("{verb} of my row: {mine:?}"));
        }
        if may && verb == "UPDATE" {
            let given = self.attempt(write(&uuid(DbBackend::Postgres, THEIRS.0), MINE)).await;
            if given != refused {
                self.found.push(format!("my row is made theirs: {given:?}"));
            }
        }
    }

    /// A row like one that is there: where it may be added, it is taken; else it is refused before anybody looks.
    async fn adds(&mut self, expected: [(&str, TenantId, &str); 2]) {
        for (whose, tenant, expected) in expected {
            let added = self.attempt(self.table.insert(DbBackend::Postgres, tenant, 9)).await;
            if added != Err(expected.to_owned()) {
                self.found.push(format!("INSERT of a row as {whose}: {added:?}"));
            }
        }
    }

    /// Does it and takes it back.
    async fn attempt(&mut self, sql: String) -> Result<u64, String> {
        let mut inner = self.session.begin().await.unwrap();
        let done = inner.execute(AssertSqlSafe(sql)).await;
        inner.rollback().await.unwrap();
        match done {
            Ok(done) => Ok(done.rows_affected()),
            Err(error) => {
                Err(error.as_database_error().and_then(|it| it.code()).unwrap().into_owned())
            }
        }
    }
}

/// A row of each of two tenants in every table, in whichever order their keys allow.
async fn plant(owner: &mut PgConnection, tables: &[Table]) {
    for Table { name, .. } in tables {
        let open = format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY");
        owner.execute(AssertSqlSafe(open)).await.unwrap();
    }
    for (tenant, slug) in [(MINE, "text 1"), (THEIRS, "text 2")] {
        let mut open: Vec<_> = tables.iter().collect();
        while !open.is_empty() {
            let before = open.len();
            let mut left = Vec::new();
            for table in open {
                // The name in addresses is the one thing that two tenants cannot both have.
                let row = table.insert(DbBackend::Postgres, tenant, 9);
                let row = match table.name.as_str() {
                    "tenants" => row.replacen("text 9", slug, 1),
                    _ => row,
                };
                if owner.execute(AssertSqlSafe(row)).await.is_err() {
                    left.push(table);
                }
            }
            let names: Vec<_> = left.iter().map(|it| &it.name).collect();
            assert!(left.len() < before, "no row can be made of {names:?}: see `TAKES`");
            open = left;
        }
    }
    for Table { name, .. } in tables {
        let close = format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY");
        owner.execute(AssertSqlSafe(close)).await.unwrap();
    }
}

/// Every way to open the walls of a table: its security as a whole, and each of its policies.
async fn openings(owner: &mut PgConnection, table: &Table) -> Vec<String> {
    let name = &table.name;
    let sql = format!(
        "SELECT polname::text, pg_get_expr(polqual, polrelid), polcmd = 'd' FROM pg_policy WHERE polrelid = '{name}'::regclass ORDER BY 1"
    );
    let mut openings = vec![
        format!("ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"),
        format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY"),
    ];
    for policy in owner.fetch_all(AssertSqlSafe(sql)).await.unwrap() {
        let (policy, rule, removes): (String, String, bool) =
            (policy.get(0), policy.get(1), policy.get(2));
        openings.push(format!("DROP POLICY {policy} ON {name}"));
        let alter = format!("ALTER POLICY {policy} ON {name}");
        match rule.as_str() {
            "true" => openings.push(format!("{alter} TO {RUNTIME_ROLE}")),
            // What is removed has no new form to check.
            _ if removes => openings.push(format!("{alter} USING (true)")),
            _ => openings
                .extend(["USING (true)", "WITH CHECK (true)"].map(|it| format!("{alter} {it}"))),
        }
    }
    openings
}

#[tokio::test]
async fn every_table_keeps_tenants_apart_and_every_opening_of_a_policy_is_found() {
    let test = TestApp::new().await;
    let Some(url) = test.url() else { return };
    let tables = test.tables().await;
    assert!(tables.len() > 15);
    let mut owner = PgConnection::connect(&url).await.unwrap();
    plant(&mut owner, &tables).await;
    let (mut count, mut missed) = (0, Vec::new());
    for table in &tables {
        let mut tx = owner.begin().await.unwrap();
        assert_eq!(Look::at(&mut tx, table).await, [] as [&str; 0], "{}", table.name);
        tx.rollback().await.unwrap();
        for opening in openings(&mut owner, table).await {
            let mut tx = owner.begin().await.unwrap();
            tx.execute(AssertSqlSafe(opening.as_str())).await.unwrap();
            let found = Look::at(&mut tx, table).await;
            tx.rollback().await.unwrap();
            count += 1;
            match found.first() {
                Some(first) => println!("caught  {opening}: {first}"),
                None => missed.push(opening),
            }
        }
    }
    println!("{count} openings of the policies of {} tables", tables.len());
    assert_eq!(missed, [] as [&str; 0], "nobody noticed");
}

#[tokio::test]
async fn a_session_that_never_had_a_tenant_sees_nothing() {
    let test = TestApp::new().await;
    let Some(url) = test.url() else { return };
    let tables = test.tables().await;
    let mut owner = PgConnection::connect(&url).await.unwrap();
    plant(&mut owner, &tables).await;
    // A new one, in which the setting is not the empty text but no text at all.
    let mut session = PgConnection::connect(&url).await.unwrap();
    session.execute(AssertSqlSafe(format!("SET ROLE {RUNTIME_ROLE}"))).await.unwrap();
    for Table { name, .. } in &tables {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {name}"));
        assert_eq!(session.fetch_one(sql).await.unwrap().get::<i64, _>(0), 0, "{name}");
    }
}
