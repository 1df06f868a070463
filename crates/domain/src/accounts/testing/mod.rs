//! Tokens of somebody who tries. Each is a good token but for one thing, and signed with the real key where that is the harder case.

mod tables;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::kernel::{Actor, App};
use crate::tenants::{self, Issuer, PublicUrls};

/// A header that is good.
pub const HEADER: &str = r#"{"alg":"EdDSA","typ":"at+jwt","kid":"KID"}"#;

fn b64(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Signs any header and claims with the tenant's own key. `KID` in the header becomes its id.
pub(super) fn sign(issuer: &Issuer, header: &str, claims: &str) -> String {
    let signed = issuer.sign(|kid| {
        let header = header.replace("KID", &kid.to_string());
        format!("{}.{}", b64(header), b64(claims))
    });
    let (message, signature) = signed.expect("a signature");
    format!("{message}.{signature}")
}

/// The same, for who knows the tenant by its slug.
///
/// # Panics
/// Where there is no such tenant.
pub async fn signed(app: &App, slug: &str, header: &str, claims: &Value) -> String {
    let issuer = tenants::issuer(app, slug).await.expect("an answer").expect("a tenant");
    sign(&issuer, header, &claims.to_string())
}

/// Claims that are good for ten minutes.
#[must_use]
pub fn claims(app: &App, urls: &PublicUrls, slug: &str, actor: Actor) -> Value {
    let now = app.clock().now().timestamp();
    json!({
        "iss": urls.issuer(slug),
        "sub": actor.to_string(),
        "aud": urls.current(),
        "iat": now, "nbf": now, "exp": now + 600,
        "jti": "x",
    })
}

/// Tokens of an actor of the tenant `slug`, each with one thing wrong. `other` is another tenant.
///
/// # Panics
/// Where there are no such tenants.
pub async fn hostile_tokens(
    app: &App,
    urls: &PublicUrls,
    slug: &str,
    other: &str,
    actor: Actor,
) -> Vec<String> {
    let issuer = tenants::issuer(app, slug).await.expect("an answer").expect("a tenant");
    let stranger = tenants::issuer(app, other).await.expect("an answer").expect("a tenant");
    let good = claims(app, urls, slug, actor);
    let token = sign(&issuer, HEADER, &good.to_string());
    let mut hostile = tables::mangled(&token);
    hostile.extend(tables::headers().iter().map(|header| sign(&issuer, header, &good.to_string())));
    let claims = tables::claims(&good, urls, slug, other);
    hostile.extend(claims.iter().map(|claims| sign(&issuer, HEADER, claims)));
    // Another tenant's key cannot speak for this one, under its own id or under this one's.
    let foreign = sign(&stranger, HEADER, &good.to_string());
    let (kid, signature) = (head(&token), tail(&foreign));
    hostile.push(format!("{kid}.{}.{signature}", b64(good.to_string())));
    hostile.push(foreign);
    hostile.extend(symmetric(&issuer, &good, app));
    hostile
}

fn head(token: &str) -> &str {
    token.split('.').next().unwrap_or_default()
}

fn tail(token: &str) -> &str {
    token.rsplit('.').next().unwrap_or_default()
}

/// What everybody knows, the public key, as a secret: the confusion of algorithms.
fn symmetric(issuer: &Issuer, good: &Value, app: &App) -> Vec<String> {
    let keys = issuer.published(app.clock().now());
    let mut forged = Vec::new();
    for (kid, key) in keys {
        let text = key.x().to_owned();
        let bytes = URL_SAFE_NO_PAD.decode(&text).expect("a key");
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
        for secret in [text.into_bytes(), bytes, pem.into_bytes(), Vec::new(), b"secret".to_vec()] {
            for (word, algorithm) in [("HS256", Algorithm::HS256), ("EdDSA", Algorithm::HS256)] {
                let header = json!({ "alg": word, "typ": "at+jwt", "kid": kid });
                let message = format!("{}.{}", b64(header.to_string()), b64(good.to_string()));
                let secret = EncodingKey::from_secret(&secret);
                let signature = crypto::sign(message.as_bytes(), &secret, algorithm);
                forged.push(format!("{message}.{}", signature.expect("a signature")));
            }
        }
    }
    forged
}
