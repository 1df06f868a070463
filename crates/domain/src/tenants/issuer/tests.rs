//! Keys overlap, and what is published follows them.

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, Statement};

use super::{
    PublicUrls, SigningKeyState, discovery, entity, issuer, jwks, keys, rotate_keys, verifies_for,
};
use crate::kernel::ErrorKind;
use crate::kernel::recent::BELIEVED;
use crate::tenants;
use crate::testing::TestApp;

#[tokio::test]
async fn rotation_publishes_before_signing_and_after() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let before = jwks(&test.app, "acme").await.unwrap();
    assert_eq!(before.keys.len(), 2);
    let after = test.app.write(&acme, rotate_keys).await.unwrap();
    let states: Vec<_> = after.iter().map(|key| key.state).collect();
    use SigningKeyState::{Active, Next, Retired};
    assert_eq!(states, [Retired, Active, Next]);
    test.app.clock().advance(BELIEVED);
    let during = jwks(&test.app, "acme").await.unwrap();
    assert_eq!(during.keys.len(), 3);
    assert!(before.keys.iter().all(|key| during.keys.contains(key)));
    test.app.clock().advance(verifies_for());
    let later = jwks(&test.app, "acme").await.unwrap();
    assert_eq!(later.keys, during.keys[1..]);
}

#[tokio::test]
async fn an_issuer_is_found_while_somebody_writes() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let written = test.app.write(&acme, async |scope| {
        tenants::hold(scope).await?;
        issuer(&test.app, "acme").await
    });
    assert!(written.await.unwrap().is_some());
}

#[tokio::test]
async fn looking_across_tenants_writes_nothing() {
    let test = TestApp::new().await;
    test.tenant("acme").await;
    let sql = "UPDATE tenants SET name = 'Changed'";
    let looked = test.app.system_read(async |scope| {
        Ok(scope.tx().execute_raw(Statement::from_string(scope.backend(), sql)).await?)
    });
    assert_eq!(looked.await.unwrap_err().kind(), ErrorKind::Internal);
}

#[tokio::test]
async fn a_retired_key_keeps_no_private_part_and_no_key_is_readable() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    test.app.write(&acme, rotate_keys).await.unwrap();
    let rows = test
        .app
        .read(&acme, async |scope| Ok(scope.find::<entity::Entity>().all(scope.tx()).await?))
        .await
        .unwrap();
    for row in rows {
        let retired = row.state == SigningKeyState::Retired;
        assert_eq!(row.sealed_private_key.is_none(), retired);
        // Format, key id, nonce, 32 bytes and the tag.
        assert!(row.sealed_private_key.is_none_or(|key| key.len() == 1 + 4 + 24 + 32 + 16));
    }
}

#[tokio::test]
async fn parallel_rotations_leave_one_active_key() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let rotations = (0..8).map(|_| test.app.write(&acme, rotate_keys));
    for rotated in futures_util::future::join_all(rotations).await {
        rotated.unwrap();
    }
    let keys = test.app.read(&acme, keys).await.unwrap();
    let count = |state| keys.iter().filter(|key| key.state == state).count();
    assert_eq!(count(SigningKeyState::Active), 1);
    assert_eq!(count(SigningKeyState::Next), 1);
    assert_eq!(count(SigningKeyState::Retired), 8);
}

#[tokio::test]
async fn an_issuer_is_known_without_the_database_for_two_seconds() {
    let test = TestApp::new().await;
    test.tenant("acme").await;
    for slug in ["acme", "nobody"] {
        issuer(&test.app, slug).await.unwrap();
        let before = test.app.database().statements();
        issuer(&test.app, slug).await.unwrap();
        assert_eq!(test.app.database().statements(), before);
        test.app.clock().advance(BELIEVED + TimeDelta::microseconds(1));
        issuer(&test.app, slug).await.unwrap();
        assert!(test.app.database().statements() > before);
    }
}

#[tokio::test]
async fn discovery_names_the_issuer_and_unknown_tenants_have_none() {
    let test = TestApp::new().await;
    test.tenant("acme").await;
    let urls = PublicUrls::new("https://plumbline.test/", &[]);
    let found = discovery(&test.app, &urls, "acme").await.unwrap();
    assert_eq!(found.issuer, "https://plumbline.test/t/acme");
    assert_eq!(found.token_endpoint, "https://plumbline.test/t/acme/oauth/token");
    assert!(found.grant_types_supported.contains(&"password"));
    for slug in ["nobody", "../acme", ""] {
        let unknown = discovery(&test.app, &urls, slug).await.unwrap_err();
        assert_eq!(unknown.kind(), ErrorKind::NotFound);
    }
}

#[test]
fn only_our_addresses_make_an_issuer() {
    let urls = PublicUrls::new("https://new.test", &["https://old.test/".to_owned()]);
    assert_eq!(urls.locate("https://new.test/t/acme"), Some(("https://new.test", "acme")));
    assert_eq!(urls.locate("https://old.test/t/acme"), Some(("https://old.test", "acme")));
    for iss in [
        "https://new.test/t/",
        "https://new.test/t/acme/",
        "https://new.test/t/acme/t/acme",
        "https://new.test/t/ACME",
        "https://new.test.evil/t/acme",
        "https://evil/t/acme",
        "http://new.test/t/acme",
        "/t/acme",
        "",
    ] {
        assert_eq!(urls.locate(iss), None, "{iss}");
    }
}
