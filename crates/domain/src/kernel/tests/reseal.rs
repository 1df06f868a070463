//! Another master key.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::kernel::catalogue::{self, Kind};
use crate::kernel::{App, Clock, Ids, MasterKey, MasterKeys, Resealed};
use crate::people::entity as person;
use crate::tenants;
use crate::testing::TestApp;

/// The same database, with other keys.
fn with(test: &TestApp, keys: MasterKeys) -> App {
    crate::app(test.app.database().clone(), Clock::System, Ids::random(), keys)
}

#[tokio::test]
async fn every_secret_is_sealed_anew_and_what_does_not_open_stays() {
    let test = TestApp::new().await;
    let (acme, other) = (test.tenant("acme").await, test.tenant("other").await);
    test.app.write(&acme, tenants::rotate_keys).await.unwrap();
    let (old, new) = (MasterKey::new([7; 32]), MasterKey::new([8; 32]));
    // Without the old key there is nothing it can do, and nothing is lost.
    let blind = with(&test, new.clone().into());
    assert_eq!(blind.reseal().await.unwrap(), Resealed { anew: 0, left: 4 });
    assert_eq!(test.app.read(&acme, tenants::open_keys).await.unwrap(), 2);
    let both = with(&test, MasterKeys::of(new.clone(), vec![old.clone()]));
    let before = both.sealed_with(&acme).await.unwrap();
    assert_eq!(before, BTreeMap::from([(old.name(), 2)]));
    assert_eq!(both.reseal().await.unwrap(), Resealed { anew: 4, left: 0 });
    assert_eq!(both.reseal().await.unwrap(), Resealed::default());
    for caller in [&acme, &other] {
        assert_eq!(blind.read(caller, tenants::open_keys).await.unwrap(), 2);
        assert_eq!(blind.sealed_with(caller).await.unwrap(), BTreeMap::from([(new.name(), 2)]));
        test.app.read(caller, tenants::open_keys).await.unwrap_err();
    }
}

/// So a new one is found: whoever seals for a column that is called otherwise is refused.
#[tokio::test]
async fn what_is_sealed_is_called_so_and_has_an_id() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let sealed = test.app.write(&acme, async |scope| {
        scope.seal::<person::Entity>(person::Column::Name, Uuid::nil(), b"secret").await
    });
    assert!(format!("{:?}", sealed.await.unwrap_err()).contains("people.name"));
    let tables = test.app.system_read(async |scope| catalogue::tables(scope.tx()).await);
    let mut found = 0;
    for table in tables.await.unwrap() {
        for column in table.sealed() {
            assert_eq!(column.kind, Kind::Bytes, "{}.{}", table.name, column.name);
            let id = table.column("id").is_some_and(|id| id.kind == Kind::Uuid);
            assert!(id, "{} has no id, which its secrets are bound to", table.name);
            found += 1;
        }
    }
    assert!(found >= 2, "{found}");
}
