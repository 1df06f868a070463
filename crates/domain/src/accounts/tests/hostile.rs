//! Tokens of somebody who tries, and those of before and after a rotation.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Acme, PASSWORD, urls};
use crate::accounts::authenticate;
use crate::accounts::testing::{self, HEADER, hostile_tokens, sign};
use crate::kernel::Actor;
use crate::tenants::{self, LEEWAY, TOKEN_LIFETIME};

fn claims(acme: &Acme) -> Value {
    testing::claims(&acme.test.app, &urls(), "acme", Actor::User(acme.owner.id))
}

#[tokio::test]
async fn every_hostile_token_is_refused_alike() {
    let acme = Acme::new().await;
    acme.test.tenant("globex").await;
    let app = &acme.test.app;
    let issuer = tenants::issuer(app, "acme").await.unwrap().unwrap();
    let token = sign(&issuer, HEADER, &claims(&acme).to_string());
    authenticate(app, &urls(), &token, None).await.unwrap();
    let owner = Actor::User(acme.owner.id);
    let mut hostile = hostile_tokens(app, &urls(), "acme", "globex", owner).await;
    let answer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    hostile.push(answer.refresh_token.unwrap().expose().to_owned());
    assert!(hostile.len() > 200, "{}", hostile.len());
    for token in &hostile {
        let error = authenticate(app, &urls(), token, None).await.map(|_| ());
        let shown: String = token.chars().take(300).collect();
        let error = error.expect_err(&shown);
        assert_eq!(error.code(), "invalid_token", "{shown}");
        assert_eq!(error.message(), "a valid access token is needed: `Authorization: Bearer …`");
    }
}

#[tokio::test]
async fn a_bad_token_waits_for_no_database() {
    let acme = Acme::new().await;
    acme.test.tenant("globex").await;
    let app = &acme.test.app;
    let owner = Actor::User(acme.owner.id);
    let hostile = hostile_tokens(app, &urls(), "acme", "globex", owner).await;
    let ask = async || {
        let before = app.database().statements();
        for token in &hostile {
            authenticate(app, &urls(), token, None).await.ok();
        }
        app.database().statements() - before
    };
    // Of a tenant that there is not, and of keys: those have to be looked for.
    assert!(ask().await <= 4);
    // Also where what is known of the issuer is too old to be believed, nobody is asked for a bad signature or bad words.
    acme.later();
    assert!(ask().await <= 8);
}

#[tokio::test]
async fn keys_rotate_without_refusing_anybody() {
    let acme = Acme::new().await;
    let (here, there) = (&acme.test.app, &acme.test.beside());
    let mut tokens = Vec::new();
    for _ in 0..20 {
        for app in [here, there] {
            let issuer = tenants::issuer(app, "acme").await.unwrap().unwrap();
            tokens.push(sign(&issuer, HEADER, &claims(&acme).to_string()));
        }
        let asked = tokens.iter().flat_map(|token| [(here, token), (there, token)]);
        let asked = asked.map(async |(app, token)| authenticate(app, &urls(), token, None).await);
        let rotating = here.write(&acme.system, tenants::rotate_keys);
        let (rotated, let_in) = tokio::join!(rotating, futures_util::future::join_all(asked));
        rotated.unwrap();
        let_in.into_iter().for_each(|caller| assert!(caller.is_ok()));
        here.clock().advance(TimeDelta::seconds(1));
    }
}

#[tokio::test]
async fn a_key_that_was_removed_is_refused_within_five_seconds_everywhere() {
    let acme = Acme::new().await;
    let (here, there) = (&acme.test.app, &acme.test.beside());
    let answer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    let token = answer.access_token.expose();
    here.write(&acme.system, tenants::rotate_keys).await.unwrap();
    acme.later();
    for app in [here, there] {
        authenticate(app, &urls(), token, None).await.unwrap();
    }
    acme.test.remove_retired_keys(&acme.system).await;
    acme.later();
    for app in [here, there] {
        let refused = authenticate(app, &urls(), token, None).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_token");
    }
}

#[tokio::test]
async fn an_old_address_is_still_an_issuer_and_its_own_audience() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let issuer = tenants::issuer(app, "acme").await.unwrap().unwrap();
    let mut claims = claims(&acme);
    claims["iss"] = json!("https://old.test/t/acme");
    claims["aud"] = json!("https://old.test");
    let token = sign(&issuer, HEADER, &claims.to_string());
    authenticate(app, &urls(), &token, None).await.unwrap();
}

#[tokio::test]
async fn a_token_lives_until_it_expires_and_no_longer_across_rotations() {
    let acme = Acme::new().await;
    let (app, clock) = (&acme.test.app, acme.test.app.clock());
    let answer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    let token = answer.access_token.expose();
    app.write(&acme.system, tenants::rotate_keys).await.unwrap();
    let newer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    authenticate(app, &urls(), newer.access_token.expose(), None).await.unwrap();
    acme.later();
    // Signed with the key that was next before.
    let newest = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    for token in [token, newer.access_token.expose(), newest.access_token.expose()] {
        authenticate(app, &urls(), token, None).await.unwrap();
    }
    let header = |token: &str| token.split('.').next().unwrap().to_owned();
    assert_ne!(header(token), header(newest.access_token.expose()));
    clock.advance(TOKEN_LIFETIME - TimeDelta::seconds(4));
    authenticate(app, &urls(), token, None).await.unwrap();
    clock.advance(LEEWAY + TimeDelta::seconds(2));
    let refused = authenticate(app, &urls(), token, None).await.unwrap_err();
    assert_eq!(refused.code(), "invalid_token");
}

#[tokio::test]
async fn a_retired_key_signs_nothing_that_is_accepted_after_the_overlap() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let stolen = tenants::issuer(app, "acme").await.unwrap().unwrap();
    app.write(&acme.system, tenants::rotate_keys).await.unwrap();
    app.clock().advance(TimeDelta::minutes(11));
    let token = sign(&stolen, HEADER, &claims(&acme).to_string());
    let refused = authenticate(app, &urls(), &token, None).await.unwrap_err();
    assert_eq!(refused.code(), "invalid_token");
}

#[tokio::test]
async fn a_key_made_by_another_process_is_found_at_once() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    tenants::issuer(app, "acme").await.unwrap();
    for _ in 0..2 {
        app.write(&acme.system, tenants::rotate_keys).await.unwrap();
    }
    // A process that knows nothing yet signs with a key that this one has never seen.
    let other = crate::app(
        app.database().clone(),
        app.clock().clone(),
        crate::kernel::Ids::random(),
        crate::kernel::MasterKey::new([7; 32]),
    );
    let issuer = tenants::issuer(&other, "acme").await.unwrap().unwrap();
    app.clock().advance(TimeDelta::milliseconds(300));
    let token = sign(&issuer, HEADER, &claims(&acme).to_string());
    authenticate(app, &urls(), &token, None).await.unwrap();
}
