//! Many rows at once are the rows that were given, on either database.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::kernel::Scope;
use crate::kernel::bulk::{Cells, Insert};
use crate::testing::TestApp;

/// Statements of every length on SQLite, and some of them more than once.
const MANY: usize = 601;

fn at(number: usize) -> DateTime<Utc> {
    let micros = 946_684_799_999_999 + i64::try_from(number).unwrap();
    DateTime::from_timestamp_micros(micros).unwrap()
}

fn some<T>(value: impl Fn(usize) -> T) -> Vec<T> {
    (0..MANY).map(value).collect()
}

/// Every kind of value, some of them null, some before 2000 and some after.
fn connections(scope: &Scope, ids: &[Uuid]) -> Insert {
    let now = scope.now();
    Insert::into("connections")
        .column("id", Cells::Uuid(ids.iter().copied().map(Some).collect()))
        .column("name", Cells::Text(some(|n| Some(format!("größer {n} \\N\t")))))
        .column("system", Cells::Word(some(|_| "csv")))
        .column("account_name", Cells::Text(some(|n| (n % 3 == 0).then(String::new))))
        .column("sealed_credentials", Cells::Bytes(some(|n| vec![0, 255, n as u8])))
        .column("cadence_seconds", Cells::Int(some(|n| n as i32 - 300)))
        .column("sync_from", Cells::Time(some(|n| (n % 2 == 0).then(|| at(n)))))
        .column("created_at", Cells::Time(some(|_| Some(now))))
        .column("updated_at", Cells::Time(some(|_| Some(now))))
        .column("version", Cells::Long(some(|n| Some((n as i64) << 40))))
}

#[tokio::test]
async fn many_rows_are_what_was_given() {
    let test = TestApp::new().await;
    let caller = test.tenant("acme").await;
    let write = async |scope: &Scope| {
        let ids: Vec<Uuid> = (0..MANY).map(|_| scope.new_id()).collect();
        assert_eq!(connections(scope, &ids).run(scope, "").await?, MANY as u64);
        // In the same transaction again, and none of it is new.
        let tail = "ON CONFLICT (tenant_id, id) DO NOTHING";
        assert_eq!(connections(scope, &ids).run(scope, tail).await?, 0);
        Ok(ids)
    };
    let ids = test.app.write(&caller, write).await.unwrap();
    let read = async |scope: &Scope| {
        let sql = "SELECT * FROM connections WHERE tenant_id = $1 ORDER BY id";
        Ok(scope.tx().query_all_raw(scope.sql(sql, Vec::new())).await?)
    };
    let rows = test.app.read(&caller, read).await.unwrap();
    assert_eq!(rows.len(), MANY);
    for (number, (row, id)) in rows.iter().zip(ids).enumerate() {
        assert_eq!(row.try_get::<Uuid>("", "id").unwrap(), id);
        let text = |name: &str| row.try_get::<Option<String>>("", name).unwrap();
        assert_eq!(text("name"), Some(format!("größer {number} \\N\t")));
        assert_eq!(text("account_name"), (number % 3 == 0).then(String::new));
        let bytes: Vec<u8> = row.try_get("", "sealed_credentials").unwrap();
        assert_eq!(bytes, [0, 255, number as u8]);
        assert_eq!(row.try_get::<i32>("", "cadence_seconds").unwrap(), number as i32 - 300);
        let from: Option<DateTime<Utc>> = row.try_get("", "sync_from").unwrap();
        assert_eq!(from, (number % 2 == 0).then(|| at(number)));
        assert_eq!(row.try_get::<i64>("", "version").unwrap(), (number as i64) << 40);
    }
}
