//! Two connections to one helpdesk.

use sea_orm::ConnectionTrait;
use tokio::join;

use super::{Desk, zendesk};
use crate::connections::{self, Connection, ConnectionPatch, Credentials, NewConnection, Vendor};
use crate::kernel::{Result, Scope};

impl Desk {
    async fn create(&self, new: NewConnection) -> Result<Connection> {
        self.write(async |scope| connections::create(scope, new).await).await
    }

    /// Refused, with the name and the id of the connection that is there.
    async fn is_taken(&self, new: NewConnection) {
        let error = self.create(new).await.unwrap_err();
        assert_eq!(error.code(), "helpdesk_taken");
        let said = error.to_string();
        assert!(said.contains("`Desk`") && said.contains(&self.id.to_string()), "{said}");
    }
}

fn at(name: &str, base_url: &str) -> NewConnection {
    NewConnection { base_url: base_url.to_owned(), ..zendesk(name) }
}

fn intercom(name: &str) -> NewConnection {
    NewConnection {
        vendor: Vendor::Intercom,
        credentials: Credentials::new([("access_token", name)]),
        ..at(name, "https://api.intercom.io")
    }
}

fn moved(base_url: &str) -> ConnectionPatch {
    ConnectionPatch {
        base_url: Some(base_url.to_owned()),
        credentials: Some(zendesk("").credentials),
        ..ConnectionPatch::default()
    }
}

#[tokio::test]
async fn one_helpdesk_has_one_connection() {
    let desk = Desk::new().await;
    for address in
        ["https://acme.zendesk.com", "http://ACME.zendesk.com/", "https://acme.zendesk.com.:443"]
    {
        desk.is_taken(at("Again", address)).await;
    }
    // Another account, another vendor, and accounts that are asked at one address.
    let other = desk.create(at("Other", "https://other.zendesk.com")).await.unwrap();
    let freshdesk = Credentials::new([("api_key", "x")]);
    let fresh = NewConnection {
        vendor: Vendor::Freshdesk,
        credentials: freshdesk,
        ..at("Fresh", "https://acme.zendesk.com")
    };
    desk.create(fresh).await.unwrap();
    desk.create(intercom("North")).await.unwrap();
    desk.create(intercom("South")).await.unwrap();
    // Nor does one move to where another is; where it is already, it stays.
    let to_desk = moved("https://acme.zendesk.com");
    let error = desk
        .write(async |scope| connections::update(scope, other.id, to_desk.clone()).await)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "helpdesk_taken");
    desk.update(to_desk.clone()).await.unwrap();
    // What was revoked is not read any more; what has moved is free.
    desk.write(async |scope| connections::revoke(scope, desk.id).await).await.unwrap();
    desk.write(async |scope| connections::update(scope, other.id, to_desk).await).await.unwrap();
    desk.create(at("Third", "https://other.zendesk.com")).await.unwrap();
}

#[tokio::test]
async fn another_tenant_connects_the_same_helpdesk() {
    let desk = Desk::new().await;
    let other = desk.test.tenant("other").await;
    let new = at("Desk", "https://acme.zendesk.com");
    let create = async |scope: &Scope| connections::create(scope, new).await;
    desk.test.app.write(&other, create).await.unwrap();
}

#[tokio::test]
async fn connections_of_before_are_known_by_their_addresses() {
    let desk = Desk::new().await;
    let forget = async |scope: &Scope| {
        let sql = "UPDATE connections SET helpdesk = NULL WHERE tenant_id = $1";
        Ok(scope.tx().execute_raw(scope.sql(sql, [])).await?)
    };
    desk.write(forget).await.unwrap();
    desk.is_taken(at("Again", "https://acme.zendesk.com")).await;
}

#[tokio::test]
async fn of_two_at_once_one_is_refused() {
    let desk = Desk::new().await;
    for turn in 0..5 {
        let address = format!("https://both{turn}.zendesk.com");
        let names = [format!("One {turn}"), format!("Two {turn}")];
        let (one, two) =
            join!(desk.create(at(&names[0], &address)), desk.create(at(&names[1], &address)));
        let error = match (one, two) {
            (Ok(made), Err(error)) | (Err(error), Ok(made)) => {
                assert!(error.to_string().contains(&made.id.to_string()), "{error}");
                error
            }
            other => panic!("one is there, one is not: {other:?}"),
        };
        assert_eq!(error.code(), "helpdesk_taken");
    }
}
