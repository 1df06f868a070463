//! Tenants that stand in the way of another: whatever forgets to say whose rows it means, meets theirs first.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

use super::TestApp;
use super::tables::{Column, Table, uuid};
use crate::kernel::{Caller, Result, Scope, TenantId};

/// What a shadow's rows have in common with the tenant's own: its ids, its texts and numbers. One that has all of them doubles what is
/// found; one with other texts shows where it was read; one with other ids is there where no id is asked for.
const SHADOWS: &[Shadow] = &[
    Shadow { tenant: 1, ids: true, values: false },
    Shadow { tenant: 2, ids: true, values: true },
    Shadow { tenant: 3, ids: false, values: true },
];

struct Shadow {
    tenant: u8,
    ids: bool,
    values: bool,
}

impl TestApp {
    /// Gives a tenant its shadows, whose rows come before its own in every table and every index. Row-level security is switched off, so
    /// that the filters of the code stand alone; it returns the shadows.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn shadow(&self, of: TenantId) -> Vec<TenantId> {
        let (backend, tables) = (self.app.database().backend(), self.tables().await);
        let own = |table: &Table| format!("{} = {}", table.tenant, uuid(backend, of.0));
        let shadows = tables
            .iter()
            .flat_map(|table| SHADOWS.iter().map(move |shadow| shadow.copy(backend, table, of)));
        let mut statements: Vec<_> = shadows.collect();
        // Everything is kept before anything goes: what goes takes along what hangs on it.
        statements.extend(tables.iter().map(|table| {
            let (name, own) = (&table.name, own(table));
            format!("CREATE TEMPORARY TABLE kept_{name} AS SELECT * FROM {name} WHERE {own}")
        }));
        statements.extend(
            tables.iter().map(|table| format!("DELETE FROM {} WHERE {}", table.name, own(table))),
        );
        for Table { name, .. } in &tables {
            statements.push(format!("INSERT INTO {name} SELECT * FROM kept_{name}"));
            statements.push(format!("DROP TABLE kept_{name}"));
        }
        match self.url() {
            Some(url) => on_server(&url, &tables, &statements).await,
            None => self.in_file(of, &statements).await.expect("the shadows"),
        }
        SHADOWS.iter().map(Shadow::tenant).collect()
    }

    /// Every row of a tenant, as text. Only without row-level security, as [`TestApp::shadow`] leaves it.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn rows(&self, of: TenantId) -> Vec<String> {
        let (backend, mut rows) = (self.app.database().backend(), Vec::new());
        for table in self.tables().await {
            let text = |column: &Column| match backend == DbBackend::Postgres {
                true => format!("coalesce({}::text, 'null')", column.name),
                false => format!("quote({})", column.name),
            };
            let mut columns: Vec<_> = table.columns.iter().map(text).collect();
            if backend == DbBackend::Postgres {
                // Who locked it: a lock is no change, but it makes its owner wait.
                columns.push("xmax::text".to_owned());
            }
            let texts = columns.join(" || ' ' || ");
            let (name, tenant) = (&table.name, table.tenant);
            let own = uuid(backend, of.0);
            let sql =
                format!("SELECT {texts} AS row FROM {name} WHERE {tenant} = {own} ORDER BY 1");
            let read = async |scope: &Scope| {
                Ok(scope.tx().query_all_raw(Statement::from_string(backend, sql)).await?)
            };
            let found = self.app.read(&Caller::system(of), read).await.expect("the rows");
            let found = found.iter().map(|row| row.try_get::<String>("", "row").expect("a text"));
            rows.extend(found.map(|row| format!("{name} {row}")));
        }
        rows
    }

    async fn in_file(&self, of: TenantId, statements: &[String]) -> Result<()> {
        let write = async |scope: &Scope| {
            scope.tx().execute_unprepared("PRAGMA defer_foreign_keys = ON").await?;
            // What keeps the log as it is would keep its rows in their places, too.
            let triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
            let triggers = Statement::from_string(DbBackend::Sqlite, triggers);
            for row in scope.tx().query_all_raw(triggers).await? {
                let name: String = row.try_get_by_index(0)?;
                scope.tx().execute_unprepared(&format!("DROP TRIGGER {name}")).await?;
            }
            for sql in statements {
                scope.tx().execute_unprepared(sql).await?;
            }
            Ok(())
        };
        self.app.write(&Caller::system(of), write).await
    }
}

/// As the owner of the tables, whom no policy binds now; in one transaction, so that rows may come before what they refer to.
async fn on_server(url: &str, tables: &[Table], statements: &[String]) {
    let mut owner = PgConnection::connect(url).await.expect("the test server answers");
    for Table { name, .. } in tables {
        let open = format!("ALTER TABLE {name} DISABLE ROW LEVEL SECURITY");
        owner.execute(AssertSqlSafe(open)).await.expect("the wall opens");
    }
    let wait = "DO $$ DECLARE key record; BEGIN \
        FOR key IN SELECT conname, conrelid::regclass AS of FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace LOOP \
          EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE', key.of, key.conname); END LOOP; END $$";
    owner.execute(wait).await.expect("the keys wait");
    let mut tx = owner.begin().await.expect("a transaction");
    tx.execute("SET CONSTRAINTS ALL DEFERRED").await.expect("the keys wait");
    for sql in statements {
        tx.execute(AssertSqlSafe(sql.as_str())).await.expect("the shadows");
    }
    tx.commit().await.expect("the shadows");
}

impl Shadow {
    /// Smaller than every id that was made of a time.
    fn tenant(&self) -> TenantId {
        TenantId(Uuid::from_u128(u128::from(self.tenant)))
    }

    /// The statement that copies a tenant's rows.
    fn copy(&self, backend: DbBackend, table: &Table, of: TenantId) -> String {
        let (mut names, mut values) = (table.tenant.to_owned(), uuid(backend, self.tenant().0));
        for column in &table.columns {
            names += &format!(", {}", column.name);
            values += &format!(", {}", self.value(backend, table, column));
        }
        let (name, own) = (&table.name, uuid(backend, of.0));
        format!(
            "INSERT INTO {name} ({names}) SELECT {values} FROM {name} WHERE {} = {own}",
            table.tenant
        )
    }

    fn value(&self, backend: DbBackend, table: &Table, column: &Column) -> String {
        let name = &column.name;
        // No two tenants have the same name in addresses.
        if table.name == "tenants" && name == "slug" {
            return format!("{name} || '-{}'", self.tenant);
        }
        let own_words = table.takes(column).is_some();
        match (column.kind, backend) {
            ("uuid", DbBackend::Postgres) if !self.ids => {
                format!("overlay({name}::text placing 'fe' from 1)::uuid")
            }
            ("uuid", _) if !self.ids => format!("CAST(x'fe' || substr({name}, 2) AS BLOB)"),
            ("text", _) if !self.values && !own_words => format!("'other ' || {name}"),
            ("bigint", _) if !self.values => format!("{name} + 1000"),
            _ => name.clone(),
        }
    }
}
