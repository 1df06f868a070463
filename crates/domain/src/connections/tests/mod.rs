//! Rules of connections.

mod reading;
mod same;
mod shadows;
mod tokens;

use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::{
    Connection, ConnectionAction, ConnectionId, ConnectionPatch, ConnectionState, Credentials,
    NewConnection, NewResync, Vendor,
};
use crate::connections::{self, Sync, sync};
use crate::kernel::condition::is_waiting;
use crate::kernel::{
    Caller, Clock, Error, Ids, MasterKey, MasterKeys, Permission, Resealed, Result, Scope,
};
use crate::testing::TestApp;
use crate::tickets;

const TOKEN: &str = "t0k3n-that-nobody-may-see";

/// A tenant with a helpdesk.
struct Desk {
    test: TestApp,
    acme: Caller,
    id: ConnectionId,
}

fn zendesk(name: &str) -> NewConnection {
    NewConnection {
        name: name.to_owned(),
        vendor: Vendor::Zendesk,
        base_url: "https://Acme.zendesk.com/".to_owned(),
        credentials: Credentials::new([("email", "ann@acme.test"), ("api_token", TOKEN)]),
        cadence_seconds: None,
        sync_from: None,
        field_mapping: None,
    }
}

impl Desk {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let acme = test.tenant("acme").await;
        let new = zendesk(" Desk ");
        let made = test.app.write(&acme, async |scope| connections::create(scope, new).await);
        let id = made.await.unwrap().id;
        Self { test, acme, id }
    }

    async fn write<T>(&self, write: impl AsyncFnOnce(&Scope) -> Result<T>) -> Result<T> {
        self.test.app.write(&self.acme, write).await
    }

    async fn read<T>(&self, read: impl AsyncFnOnce(&Scope) -> Result<T>) -> T {
        self.test.app.read(&self.acme, read).await.unwrap()
    }

    async fn seen(&self) -> Connection {
        self.read(async |scope| connections::get(scope, self.id).await).await
    }

    async fn account(&self) -> Option<sync::Account> {
        self.read(async |scope| sync::account(scope, self.id).await).await
    }

    async fn update(&self, patch: ConnectionPatch) -> Result<Connection> {
        self.write(async |scope| connections::update(scope, self.id, patch).await).await
    }

    async fn act(&self, action: ConnectionAction) -> Result<Connection> {
        let id = self.id;
        self.write(async |scope| match action {
            ConnectionAction::Check => connections::check(scope, id).await,
            ConnectionAction::Pause => connections::pause(scope, id).await,
            ConnectionAction::Resume => connections::resume(scope, id).await,
            ConnectionAction::Resync => {
                connections::resync(scope, id, NewResync { from: scope.now() }).await
            }
            ConnectionAction::Revoke => connections::revoke(scope, id).await,
        })
        .await
    }

    /// The log, as kinds with what they tell.
    async fn log(&self) -> Vec<(String, Value)> {
        let sql = "SELECT e.kind, p.payload FROM events e JOIN event_payloads p ON p.tenant_id = e.tenant_id AND p.sequence = e.sequence \
                   WHERE e.tenant_id = $1 ORDER BY e.sequence";
        let rows =
            self.read(async |scope| Ok(scope.tx().query_all_raw(scope.sql(sql, [])).await?)).await;
        let text =
            |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
        let told = rows
            .iter()
            .map(|row| (text(row, "kind"), serde_json::from_str(&text(row, "payload")).unwrap()));
        told.collect()
    }

    async fn waits(&self) -> bool {
        self.read(is_waiting::<Sync>).await
    }

    /// Takes what waits, as a worker does that has nothing to do.
    async fn worked_off(&self) {
        use crate::kernel::jobs::{Job, Outcome};
        let app = &self.test.app;
        while let Some(job) = app.claim(self.acme.tenant, &[Sync::KIND]).await.unwrap() {
            assert!(app.finish(&job, &Outcome::Done, None).await.unwrap());
        }
        assert!(!self.waits().await);
    }
}

fn fields(error: &Error) -> Vec<(&str, &str)> {
    error.fields().iter().map(|field| (field.pointer.as_str(), field.code)).collect()
}

#[tokio::test]
async fn a_connection_is_made_and_its_credentials_are_shown_to_nobody() {
    let desk = Desk::new().await;
    let seen = desk.seen().await;
    assert_eq!((seen.name.as_str(), seen.system.as_str()), ("Desk", "zendesk"));
    assert_eq!(seen.base_url.as_deref(), Some("https://acme.zendesk.com"));
    assert_eq!((seen.state, seen.cadence_seconds), (ConnectionState::Testing, Some(60)));
    assert!(desk.waits().await, "nobody will look at it");
    let account = desk.account().await.unwrap();
    assert_eq!(account.credentials.get("api_token").unwrap(), TOKEN);
    assert_eq!(account.credentials.get("password").unwrap_err().code(), "internal");
    assert!(format!("{account:?}").contains("api_token"));
    let shown = format!("{account:?} {seen:?} {:?} {:?}", desk.log().await, zendesk("x"));
    assert!(!shown.contains(TOKEN) && !shown.contains("ann@acme.test"), "{shown}");
    let rows = desk.test.rows(desk.acme.tenant).await;
    assert!(!rows.iter().any(|row| row.contains(TOKEN)), "it lies open");
}

#[tokio::test]
async fn what_a_connection_lacks_is_told_field_by_field() {
    let desk = Desk::new().await;
    let create = async |new| desk.write(async |scope| connections::create(scope, new).await).await;
    let wrong = NewConnection {
        base_url: "acme.zendesk.com".to_owned(),
        credentials: Credentials::new([("email", " "), (TOKEN, "x")]),
        cadence_seconds: Some(1),
        ..zendesk("")
    };
    let error = create(wrong).await.unwrap_err();
    let expected = [
        ("/base_url", "not_an_address"),
        ("/credentials", "unknown_field"),
        ("/credentials/email", "length"),
        ("/credentials/api_token", "required"),
        ("/cadence_seconds", "out_of_range"),
        ("/name", "length"),
    ];
    assert_eq!(fields(&error), expected);
    assert!(!format!("{error:?}").contains(TOKEN));
    let other = "https://other.zendesk.com".to_owned();
    let taken = create(NewConnection { base_url: other, ..zendesk("Desk") }).await.unwrap_err();
    assert_eq!(taken.code(), "connection_name_taken");
}

#[tokio::test]
async fn states_follow_their_table() {
    use ConnectionAction::{Check, Pause, Resume, Resync, Revoke};
    let desk = Desk::new().await;
    let seen = desk.seen().await;
    assert_eq!(seen.allowed_actions, [Check, Pause, Resync, Revoke]);
    assert_eq!(desk.act(Resume).await.unwrap_err().code(), "connection_testing");
    let paused = desk.act(Pause).await.unwrap();
    assert_eq!((paused.state, paused.version), (ConnectionState::Paused, 2));
    assert_eq!(paused.allowed_actions, [Resume, Revoke]);
    assert!(desk.account().await.is_none());
    for action in [Check, Resync, Pause] {
        let refused = desk.act(action).await.unwrap_err();
        assert_eq!(refused.code(), "connection_paused");
        assert_eq!(refused.allowed_actions(), Some(&["resume", "revoke"][..]));
    }
    desk.worked_off().await;
    assert_eq!(desk.act(Resume).await.unwrap().state, ConnectionState::Active);
    assert!(desk.waits().await);
    assert_eq!(desk.act(Check).await.unwrap().state, ConnectionState::Testing);
    let revoked = desk.act(Revoke).await.unwrap();
    assert_eq!((revoked.state, revoked.allowed_actions), (ConnectionState::Revoked, vec![]));
    for action in [Check, Pause, Resume, Resync, Revoke] {
        assert_eq!(desk.act(action).await.unwrap_err().code(), "connection_revoked");
    }
    let patch = ConnectionPatch { name: Some("New".to_owned()), ..Default::default() };
    assert_eq!(desk.update(patch).await.unwrap_err().code(), "connection_revoked");
    let count = "SELECT count(*) AS n FROM connections WHERE tenant_id = $1 AND sealed_credentials IS NOT NULL";
    let row = desk.read(async |scope| Ok(scope.tx().query_one_raw(scope.sql(count, [])).await?));
    assert_eq!(row.await.unwrap().try_get::<i64>("", "n").unwrap(), 0, "they are erased");
}

#[tokio::test]
async fn new_credentials_are_named_and_tried() {
    let desk = Desk::new().await;
    desk.act(ConnectionAction::Pause).await.unwrap();
    desk.act(ConnectionAction::Resume).await.unwrap();
    desk.worked_off().await;
    let before = desk.log().await.len();
    let credentials = Some(Credentials::new([("api_token", "another-t0k3n")]));
    let patch = ConnectionPatch { credentials, ..Default::default() };
    let changed = desk.update(patch).await.unwrap();
    assert_eq!(changed.state, ConnectionState::Testing);
    assert!(desk.waits().await);
    let account = desk.account().await.unwrap();
    assert_eq!(account.credentials.get("api_token").unwrap(), "another-t0k3n");
    assert_eq!(account.credentials.get("email").unwrap(), "ann@acme.test", "it stays");
    let log = desk.log().await;
    let told = log.iter().find(|it| it.0 == "connection.credentials_changed").unwrap();
    assert_eq!(told.1, serde_json::json!({ "fields": ["api_token"] }));
    assert_eq!(log.len(), before + 3, "the change, the names, the state: {log:?}");
    assert!(!format!("{log:?}").contains("t0k3n"));
}

#[tokio::test]
async fn credentials_are_not_sent_to_another_address() {
    let desk = Desk::new().await;
    let elsewhere = Some("https://evil.test".to_owned());
    let some = Some(Credentials::new([("email", "ann@acme.test")]));
    for credentials in [None, some] {
        let patch =
            ConnectionPatch { base_url: elsewhere.clone(), credentials, ..Default::default() };
        let refused = desk.update(patch).await.unwrap_err();
        assert!(fields(&refused).contains(&("/credentials/api_token", "required")), "{refused:?}");
    }
    assert_eq!(desk.account().await.unwrap().base_url, "https://acme.zendesk.com");
    // The same address, written otherwise, is no other.
    let base_url = Some("https://acme.zendesk.com/".to_owned());
    let patch = ConnectionPatch { base_url, cadence_seconds: Some(30), ..Default::default() };
    assert_eq!(desk.update(patch).await.unwrap().cadence_seconds, Some(30));
    let credentials = Some(zendesk("x").credentials);
    let patch = ConnectionPatch { base_url: elsewhere, credentials, ..Default::default() };
    assert_eq!(desk.update(patch).await.unwrap().base_url.as_deref(), Some("https://evil.test"));
}

#[tokio::test]
async fn the_source_of_an_import_is_no_helpdesk() {
    let mut desk = Desk::new().await;
    let named = async |desk: &Desk, name: &str| {
        desk.write(async |scope| connections::named(scope, name).await).await
    };
    let taken = named(&desk, "Desk").await.unwrap_err();
    assert_eq!(taken.code(), "connection_name_taken");
    desk.id = named(&desk, "import").await.unwrap();
    assert_eq!(named(&desk, "import").await.unwrap(), desk.id);
    let seen = desk.seen().await;
    assert_eq!((seen.state, seen.allowed_actions), (ConnectionState::Active, vec![]));
    use ConnectionAction::{Check, Pause, Resume, Resync, Revoke};
    for action in [Check, Pause, Resume, Resync, Revoke] {
        assert_eq!(desk.act(action).await.unwrap_err().code(), "connection_is_import");
    }
    let patch = ConnectionPatch { name: Some("New".to_owned()), ..Default::default() };
    assert_eq!(desk.update(patch).await.unwrap_err().code(), "connection_is_import");
    assert!(desk.account().await.is_none());
    let begun = async |scope: &Scope| sync::begin_run(scope, desk.id).await;
    assert_eq!(desk.write(begun).await.unwrap_err().code(), "run_over");
    let queues = desk.read(tickets::queues).await;
    assert!(queues.is_empty());
}

#[tokio::test]
async fn whoever_may_not_is_refused() {
    let desk = Desk::new().await;
    let words = |scopes: &[Permission]| {
        let scopes = scopes.iter().map(|it| it.word().to_owned()).collect();
        Caller { scopes: Some(scopes), ..desk.acme.clone() }
    };
    let app = &desk.test.app;
    let reader = words(&[Permission::TicketsRead]);
    let refused = app.write(&reader, async |scope| connections::pause(scope, desk.id).await).await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
    let seen = app.read(&reader, async |scope| connections::get(scope, desk.id).await).await;
    assert_eq!(seen.unwrap().allowed_actions, []);
    // Whoever may change it is told what it became.
    let admin = words(&[Permission::ConnectionsAdmin]);
    let paused = app.write(&admin, async |scope| connections::pause(scope, desk.id).await).await;
    assert_eq!(paused.unwrap().state, ConnectionState::Paused);
    let other = desk.test.tenant("other").await;
    let theirs = app.read(&other, async |scope| connections::get(scope, desk.id).await).await;
    assert_eq!(theirs.unwrap_err().code(), "not_found");
}

#[tokio::test]
async fn another_master_key_opens_what_it_sealed_anew() {
    let desk = Desk::new().await;
    let (old, new) = (MasterKey::new([7; 32]), MasterKey::new([8; 32]));
    let with = |keys: MasterKeys| {
        crate::app(desk.test.app.database().clone(), Clock::System, Ids::random(), keys)
    };
    let resealed = with(MasterKeys::of(new.clone(), vec![old])).reseal().await.unwrap();
    assert_eq!(resealed, Resealed { anew: 3, left: 0 }, "two signing keys, and these");
    let opened = with(new.into());
    let account = opened.read(&desk.acme, async |scope| sync::account(scope, desk.id).await).await;
    assert_eq!(account.unwrap().unwrap().credentials.get("api_token").unwrap(), TOKEN);
}
