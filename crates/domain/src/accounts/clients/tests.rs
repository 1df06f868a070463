//! API clients.

use super::{
    ApiClientAction, ApiClientFilter, ApiClientPatch, ApiClientSecret, ApiClientState, NewApiClient,
};
use super::{create, get, list, revoke, rotate_secret, update};
use crate::accounts::tests::{Acme, urls};
use crate::accounts::{Role, Secret, TokenRequest, authenticate, token};
use crate::kernel::{Actor, Caller, PageArgs, Permission, Result};
use crate::teams;

fn new(name: &str, scopes: &[&str]) -> NewApiClient {
    NewApiClient {
        name: name.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    }
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

async fn made(acme: &Acme, new: NewApiClient) -> ApiClientSecret {
    let app = &acme.test.app;
    app.write(&acme.system, async |scope| create(scope, new).await).await.unwrap()
}

#[tokio::test]
async fn a_client_is_made_and_changed() {
    let acme = Acme::new().await;
    let (app, system) = (&acme.test.app, &acme.system);
    let scopes = ["tickets.write", "tickets.read", "tickets.read"];
    let made = made(&acme, new(" Sync ", &scopes)).await;
    assert_eq!(made.client.name, "Sync");
    assert_eq!(made.client.scopes, ["tickets.read", "tickets.write"]);
    assert!(made.client_secret.expose().starts_with("cs_"));
    assert!(!format!("{made:?}").contains(made.client_secret.expose()));
    let same = new("Sync", &["tickets.read"]);
    let taken = app.write(system, async |scope| create(scope, same).await);
    assert_eq!(code(taken.await), "client_name_taken");
    let id = made.client.id;
    let rotated = app.write(system, async |scope| rotate_secret(scope, id).await);
    assert_ne!(rotated.await.unwrap().client_secret, made.client_secret);
    let patch = ApiClientPatch { name: None, scopes: Some(vec!["kpis.read".to_owned()]) };
    let changed = app.write(system, async |scope| update(scope, id, patch).await);
    let changed = changed.await.unwrap();
    assert_eq!(changed.scopes, ["kpis.read"]);
    assert_eq!((changed.name.as_str(), changed.version), ("Sync", 3));
}

#[tokio::test]
async fn a_revoked_client_stays_as_it_was() {
    use ApiClientAction::{Revoke, RotateSecret};
    let acme = Acme::new().await;
    let (app, system) = (&acme.test.app, &acme.system);
    let client = made(&acme, new("Sync", &["tickets.read"])).await.client;
    assert_eq!(client.allowed_actions, [RotateSecret, Revoke]);
    let id = client.id;
    let revoked = app.write(system, async |scope| revoke(scope, id).await);
    let revoked = revoked.await.unwrap();
    assert_eq!(revoked.state, ApiClientState::Revoked);
    assert_eq!(revoked.allowed_actions, []);
    let again = app.write(system, async |scope| rotate_secret(scope, id).await);
    assert_eq!(code(again.await), "client_revoked");
    let patch = ApiClientPatch::default();
    let patched = app.write(system, async |scope| update(scope, id, patch).await);
    assert_eq!(code(patched.await), "client_revoked");
    let seen = app.read(system, async |scope| get(scope, id).await);
    assert_eq!(seen.await.unwrap(), revoked);
    let filter = ApiClientFilter { state: Some(ApiClientState::Active) };
    let active = app.read(system, async |scope| list(scope, &filter, &PageArgs::default()).await);
    assert!(active.await.unwrap().items.is_empty());
}

#[tokio::test]
async fn unknown_scopes_are_named_by_their_place() {
    let acme = Acme::new().await;
    let refused = acme.test.app.write(&acme.system, async |scope| {
        create(scope, new("Sync", &["tickets.read", "tickets.eat", "*"])).await
    });
    let refused = refused.await.unwrap_err();
    let places: Vec<_> = refused.fields().iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(places, ["/scopes/1", "/scopes/2"]);
}

#[tokio::test]
async fn whoever_may_write_may_read() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let made = made(&acme, new("Org chart", &["teams.write"])).await;
    let ask = async |scope: &str| {
        let request = TokenRequest {
            grant_type: Some("client_credentials".to_owned()),
            client_id: Some(made.client.id.to_string()),
            client_secret: Some(Secret::new(made.client_secret.expose())),
            scope: Some(scope.to_owned()),
            ..TokenRequest::default()
        };
        let answer = token(app, &urls(), "acme", request).await?;
        authenticate(app, &urls(), answer.access_token.expose(), None).await
    };
    for (scope, may_write) in [("teams.write", true), ("teams.read", false)] {
        let caller = ask(scope).await.unwrap();
        let may = app.read(&caller, async |scope| {
            teams::list(scope, &Default::default(), &PageArgs::default()).await?;
            Ok(scope.reach(Permission::TeamsWrite).is_some())
        });
        assert_eq!(may.await.unwrap(), may_write);
    }
    assert_eq!(code(ask("people.read").await), "invalid_scope");
}

#[tokio::test]
async fn a_client_that_administers_gives_no_more_than_it_has() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let made = app.write(&acme.system, async |scope| {
        create(scope, new("Admin", &["accounts.admin", "accounts.read", "kpis.read", "teams.read"]))
            .await
    });
    let client =
        Caller { actor: Actor::Client(made.await.unwrap().client.id), ..acme.system.clone() };
    let wider =
        app.write(&client, async |scope| create(scope, new("More", &["tickets.read"])).await);
    assert_eq!(code(wider.await), "scope_above_own");
    app.write(&client, async |scope| create(scope, new("Less", &["kpis.read"])).await)
        .await
        .unwrap();
    let user = acme.user("u@acme.test", Role::Viewer).await;
    assert_eq!(code(acme.grant(&client, user.id, Role::Agent).await), "role_above_own");
    assert_eq!(code(acme.grant(&client, user.id, Role::Owner).await), "role_above_own");
    acme.grant(&client, user.id, Role::Finance).await.unwrap();
    let access = app.read(&client, async |scope| Ok(scope.access().clone())).await.unwrap();
    assert_eq!(access.permissions.len(), 4);
    assert!(!access.permissions.contains_key(&Permission::TicketsRead));
}
