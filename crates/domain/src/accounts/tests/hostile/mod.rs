//! Tokens of somebody who tries. Each is a good token but for one thing, and signed with the real key where that is the harder case.

mod tables;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Acme, PASSWORD, urls};
use crate::accounts::authenticate;
use crate::tenants::{self, Issuer, LEEWAY, TOKEN_LIFETIME};

fn b64(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Signs any header and claims with the tenant's own key. `KID` in the header becomes its id.
fn sign(issuer: &Issuer, header: &str, claims: &str) -> String {
    let signed = issuer.sign(|kid| {
        let header = header.replace("KID", &kid.to_string());
        format!("{}.{}", b64(header), b64(claims))
    });
    let (message, signature) = signed.unwrap();
    format!("{message}.{signature}")
}

const HEADER: &str = r#"{"alg":"EdDSA","typ":"at+jwt","kid":"KID"}"#;

fn claims(acme: &Acme) -> Value {
    let now = acme.test.app.clock().now().timestamp();
    json!({
        "iss": "https://plumbline.test/t/acme",
        "sub": acme.owner.id.to_string(),
        "aud": "https://plumbline.test",
        "iat": now, "nbf": now, "exp": now + 600,
        "jti": "x",
    })
}

#[tokio::test]
async fn every_hostile_token_is_refused_alike() {
    let acme = Acme::new().await;
    acme.test.tenant("globex").await;
    let app = &acme.test.app;
    let issuer = tenants::issuer(app, "acme").await.unwrap().unwrap();
    let globex = tenants::issuer(app, "globex").await.unwrap().unwrap();
    let good = claims(&acme);
    let token = sign(&issuer, HEADER, &good.to_string());
    authenticate(app, &urls(), &token, None).await.unwrap();

    let mut hostile = tables::mangled(&token);
    let headers = tables::headers();
    hostile.extend(headers.iter().map(|header| sign(&issuer, header, &good.to_string())));
    let others = tables::claims(&good, "https://plumbline.test/t/globex");
    hostile.extend(others.iter().map(|claims| sign(&issuer, HEADER, claims)));
    // Another tenant's key cannot speak for this one, whatever is claimed.
    hostile.push(sign(&globex, HEADER, &good.to_string()));
    let answer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    hostile.push(answer.refresh_token.unwrap().expose().to_owned());
    assert!(hostile.len() > 150, "{}", hostile.len());
    for token in &hostile {
        let error = authenticate(app, &urls(), token, None).await.map(|_| ());
        let shown: String = token.chars().take(300).collect();
        let error = error.expect_err(&shown);
        assert_eq!(error.code(), "invalid_token", "{shown}");
        assert_eq!(error.message(), "a valid access token is needed: `Authorization: Bearer …`");
    }
}

#[tokio::test]
async fn refusing_needs_no_database_while_the_issuer_is_known() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let issuer = tenants::issuer(app, "acme").await.unwrap().unwrap();
    let good = claims(&acme);
    let before = app.database().statements();
    for claims in tables::claims(&good, "https://plumbline.test/t/acme") {
        let token = sign(&issuer, HEADER, &claims);
        authenticate(app, &urls(), &token, None).await.ok();
    }
    // One question, for the tenant that there is not.
    assert!(app.database().statements() <= before + 1);
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
