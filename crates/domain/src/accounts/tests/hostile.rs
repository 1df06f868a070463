//! Tokens of somebody who tries. Each is a good token but for one thing, and signed with the real key where that is the harder case.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use super::{Acme, PASSWORD, urls};
use crate::accounts::authenticate;
use crate::tenants::{self, Issuer, LEEWAY, TOKEN_LIFETIME};

fn b64(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Signs any header and claims with the tenant's own key. `KID` in the header becomes its id.
fn sign(issuer: &Issuer, header: &str, claims: &str) -> String {
    let (message, signature) = issuer.sign(|kid| {
        let header = header.replace("KID", &kid.to_string());
        format!("{}.{}", b64(header), b64(claims))
    });
    format!("{message}.{}", b64(signature))
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

fn with(claims: &Value, name: &str, value: Value) -> String {
    let mut claims = claims.clone();
    claims[name] = value;
    claims.to_string()
}

fn without(claims: &Value, name: &str) -> String {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(name);
    claims.to_string()
}

fn hostile_headers() -> Vec<String> {
    let whole = |alg: &str| format!(r#"{{"alg":"{alg}","typ":"at+jwt","kid":"KID"}}"#);
    let algorithms = [
        "none", "None", "NONE", "nOnE", "HS256", "RS256", "ES256", "eddsa", "Ed25519", "",
    ];
    let mut headers: Vec<_> = algorithms.iter().map(|alg| whole(alg)).collect();
    let kid = |kid: &str| format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":{kid}}}"#);
    for id in [
        r#""../../dev/null""#,
        r#""' OR 1=1 --""#,
        r#""https://evil.test/jwks.json""#,
        r#""""#,
        "1",
        "null",
        r#"["KID"]"#,
        r#""KID ""#,
        r#""key_00000000000000000000000000""#,
        r#""user_01h455vb4pex5vsknk084sn02q""#,
        &format!("\"{}\"", "k".repeat(3000)),
    ] {
        headers.push(kid(id));
    }
    for more in [
        r#""jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#,
        r#""jku":"https://evil.test/jwks.json""#,
        r#""x5u":"https://evil.test/x5u""#,
        r#""x5c":["AAAA"]"#,
        r#""crit":["exp"]"#,
        r#""b64":false"#,
        r#""zip":"DEF""#,
        r#""cty":"JWT""#,
        r#""kid":"KID""#,
        r#""alg":"EdDSA""#,
    ] {
        headers.push(format!(
            r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"KID",{more}}}"#
        ));
    }
    for typ in [
        "JWT",
        "at+JWT ",
        "rt+jwt",
        "id+jwt",
        "application/at+jwt",
        "",
    ] {
        headers.push(format!(r#"{{"alg":"EdDSA","typ":"{typ}","kid":"KID"}}"#));
    }
    for header in [
        r#"{"alg":"EdDSA","kid":"KID"}"#,
        r#"{"alg":"EdDSA","typ":"at+jwt"}"#,
        r#"{"typ":"at+jwt","kid":"KID"}"#,
        r#"["EdDSA","at+jwt","KID"]"#,
        r#" {"alg":"EdDSA","typ":"at+jwt","kid":"KID"}"#,
        r#"{"alg":"EdDSA","typ":"at+jwt","kid":"KID"}{}"#,
        "{}",
        "null",
        "",
    ] {
        headers.push(header.to_owned());
    }
    headers
}

fn hostile_claims(good: &Value, globex: &str) -> Vec<String> {
    let now = good["iat"].as_i64().unwrap();
    let (lifetime, leeway) = (TOKEN_LIFETIME.num_seconds(), LEEWAY.num_seconds());
    let mut rows = Vec::new();
    for name in ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"] {
        rows.push(without(good, name));
        for value in [json!(null), json!([good[name]]), json!({}), json!(true)] {
            rows.push(with(good, name, value));
        }
        // The same claim twice, the second time as it was.
        let text = good.to_string();
        rows.push(format!(
            "{},\"{name}\":{}}}",
            &text[..text.len() - 1],
            good[name]
        ));
    }
    for name in ["iat", "nbf", "exp"] {
        let time = good[name].as_i64().unwrap();
        for value in [
            json!(time.to_string()),
            json!(time as f64 + 0.5),
            json!(-time),
            json!(0),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(u64::MAX),
            json!("never"),
        ] {
            rows.push(with(good, name, value));
        }
        let text = good.to_string();
        let own = format!("\"{name}\":{time}");
        for number in [
            "1e400",
            "1.7e9",
            &format!("{time}.0"),
            "NaN",
            "Infinity",
            "0x7f",
        ] {
            rows.push(text.replace(&own, &format!("\"{name}\":{number}")));
        }
    }
    rows.push(with(good, "exp", json!(now + lifetime + 1)));
    rows.push(with(good, "exp", json!(now + 86_400 * 365)));
    rows.push(with(good, "exp", json!(now)));
    let at = |iat: i64, nbf: i64, exp: i64| {
        let mut claims = good.clone();
        (claims["iat"], claims["nbf"], claims["exp"]) = (json!(iat), json!(nbf), json!(exp));
        claims.to_string()
    };
    let early = now + leeway + 1;
    rows.push(at(early, early, early + lifetime));
    rows.push(at(now, early, now + lifetime));
    let late = now - lifetime - leeway;
    rows.push(at(late, late, late + lifetime));
    rows.push(at(now + 10, now, now + lifetime));
    for iss in [
        globex,
        "https://plumbline.test/t/nobody",
        "https://plumbline.test/t/ACME",
        "https://plumbline.test/t/acme/",
        "https://plumbline.test/t/acme?x",
        "https://plumbline.test/t/../t/acme",
        "https://plumbline.test",
        "https://evil.test/t/acme",
        "https://plumbline.test.evil.test/t/acme",
        "http://plumbline.test/t/acme",
        "https://old.test/t/acme",
        "acme",
        "",
    ] {
        rows.push(with(good, "iss", json!(iss)));
    }
    for aud in [
        "https://evil.test",
        "https://plumbline.test/",
        "https://old.test",
        "*",
        "",
    ] {
        rows.push(with(good, "aud", json!(aud)));
    }
    for sub in [
        "system",
        "owner@acme.test",
        "user_",
        "user_1",
        "tenant_01h455vb4pex5vsknk084sn02q",
        "client_01h455vb4pex5vsknk084sn02q",
        "key_01h455vb4pex5vsknk084sn02q",
        "",
    ] {
        rows.push(with(good, "sub", json!(sub)));
    }
    rows.push(with(good, "scope", json!(["kpis.read"])));
    rows.push(with(good, "tenant", json!("acme")));
    rows.push(with(good, "token_use", json!("id")));
    rows.push(with(good, "jti", json!("")));
    rows.push(with(good, "jti", json!("x".repeat(5000))));
    let values: Vec<_> = good.as_object().unwrap().values().collect();
    rows.push(json!(values).to_string());
    rows.push("{}".to_owned());
    rows.push(String::new());
    rows.push("{".repeat(2000));
    rows
}

/// What is wrong with the text itself, made from a token that is good.
fn mangled(good: &str) -> Vec<String> {
    let parts: Vec<_> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("three parts")
    };
    let mut flipped = signature.to_owned().into_bytes();
    flipped[10] = if flipped[10] == b'A' { b'B' } else { b'A' };
    let stranger = SigningKey::from_bytes(&[9; 32]);
    let forged = stranger.sign(format!("{header}.{claims}").as_bytes());
    vec![
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("Bearer {good}"),
        format!("{good}="),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}.{claims}.{}", String::from_utf8(flipped).unwrap()),
        format!("{header}.{claims}.{}", b64([0; 64])),
        format!("{header}.{claims}.{}", b64([0; 63])),
        format!("{header}.{claims}.{}", b64(forged.to_bytes())),
        format!("{claims}.{header}.{signature}"),
        format!("{header}.{claims}.{signature}{}", "A".repeat(5000)),
        "x".repeat(1_000_000),
        "\u{0}\u{ffff}é".to_owned(),
        json!({"protected": header, "payload": claims, "signature": signature}).to_string(),
    ]
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

    let mut hostile = mangled(&token);
    let headers = hostile_headers();
    hostile.extend(
        headers
            .iter()
            .map(|header| sign(&issuer, header, &good.to_string())),
    );
    let others = hostile_claims(&good, "https://plumbline.test/t/globex");
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
        assert_eq!(
            error.message(),
            "a valid access token is needed: `Authorization: Bearer …`"
        );
    }
}

#[tokio::test]
async fn refusing_needs_no_database_while_the_issuer_is_known() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let issuer = tenants::issuer(app, "acme").await.unwrap().unwrap();
    let good = claims(&acme);
    let before = app.database().statements();
    for claims in hostile_claims(&good, "https://plumbline.test/t/acme") {
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
    authenticate(app, &urls(), newer.access_token.expose(), None)
        .await
        .unwrap();
    acme.later();
    // Signed with the key that was next before.
    let newest = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    for token in [
        token,
        newer.access_token.expose(),
        newest.access_token.expose(),
    ] {
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
