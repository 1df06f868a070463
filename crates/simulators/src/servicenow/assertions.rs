//! Assertions that a client signs for itself (JWT bearer). Which key is to have signed one says its `kid`, as the verifier maps of the client have it.

use std::collections::HashSet;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;
use sha2::Sha256;

/// What the client's RSA key is known by.
pub(super) const RSA_KEY_ID: &str = "plain_rsa_key";
/// What the key is known by that both sides have.
pub(super) const SHARED_KEY_ID: &str = "plain_shared_key";
/// What the client signs with. Of nobody, made for this stand-in.
pub(super) const PRIVATE_KEY: &str = include_str!("client_key.pem");

/// What assertions of a client are checked with.
#[derive(Debug)]
pub(super) struct Verifier {
    client: String,
    public_key: Vec<u8>,
    shared_key: String,
    /// Those that were used: one buys one token.
    used: Mutex<HashSet<String>>,
}

impl Verifier {
    pub(super) fn new(client: &str, shared_key: &str) -> Self {
        let lines = PRIVATE_KEY.lines().filter(|line| !line.starts_with("-----"));
        let key = STANDARD.decode(lines.collect::<String>()).expect("PEM");
        let key = KeyPair::from_pkcs8(&key).expect("an RSA key");
        Self {
            client: client.to_owned(),
            public_key: key.public().as_ref().to_vec(),
            shared_key: shared_key.to_owned(),
            used: Mutex::default(),
        }
    }

    /// Whom an assertion is about, if it is good: signed by a key that is known, by the client and for it, in time, and never seen before.
    pub(super) fn subject(&self, assertion: &str, now: i64) -> Option<String> {
        let (signed, signature) = assertion.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let (head, claims) = (part(head)?, part(claims)?);
        let is_signed = self.is_signed(&head, signed, &URL_SAFE_NO_PAD.decode(signature).ok()?);
        let is_good = is_signed
            && claims["iss"] == self.client
            && claims["aud"] == self.client
            && claims["exp"].as_i64().is_some_and(|expires| now < expires);
        if !is_good {
            return None;
        }
        let mut used = self.used.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_new = used.insert(claims["jti"].as_str()?.to_owned());
        claims["sub"].as_str().filter(|_| is_new).map(str::to_owned)
    }

    /// The key decides how it is to be signed, not whoever signs.
    fn is_signed(&self, head: &Value, signed: &str, signature: &[u8]) -> bool {
        match (head["kid"].as_str(), head["alg"].as_str()) {
            (Some(RSA_KEY_ID), Some("RS256")) => {
                let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_key);
                key.verify(signed.as_bytes(), signature).is_ok()
            }
            (Some(SHARED_KEY_ID), Some("HS256")) => {
                let mac = Hmac::<Sha256>::new_from_slice(self.shared_key.as_bytes());
                mac.is_ok_and(|mac| mac.chain_update(signed).verify_slice(signature).is_ok())
            }
            _ => false,
        }
    }
}

fn part(text: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::RSA_PKCS1_SHA256;
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn written(json: &Value) -> String {
        URL_SAFE_NO_PAD.encode(json.to_string())
    }

    fn shared(key: &[u8], signed: &str) -> Vec<u8> {
        let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(signed);
        mac.finalize().into_bytes().to_vec()
    }

    fn rsa(signed: &str) -> Vec<u8> {
        let lines = PRIVATE_KEY.lines().filter(|line| !line.starts_with("-----"));
        let key =
            KeyPair::from_pkcs8(&STANDARD.decode(lines.collect::<String>()).unwrap()).unwrap();
        let mut signature = vec![0; key.public().modulus_len()];
        let (padding, random) = (&RSA_PKCS1_SHA256, SystemRandom::new());
        key.sign(padding, &random, signed.as_bytes(), &mut signature).unwrap();
        signature
    }

    fn claims(change: impl FnOnce(&mut Value)) -> Value {
        let mut claims =
            json!({ "iss": "c", "aud": "c", "sub": "ann", "exp": NOW + 60, "jti": "1" });
        change(&mut claims);
        claims
    }

    /// An assertion about these claims.
    fn assertion(
        algorithm: &str,
        id: &str,
        claims: &Value,
        sign: impl Fn(&str) -> Vec<u8>,
    ) -> String {
        let head = json!({ "alg": algorithm, "typ": "JWT", "kid": id });
        let signed = format!("{}.{}", written(&head), written(claims));
        let signature = URL_SAFE_NO_PAD.encode(sign(&signed));
        format!("{signed}.{signature}")
    }

    fn subject(assertion: &str) -> Option<String> {
        Verifier::new("c", "shared").subject(assertion, NOW)
    }

    #[test]
    fn what_is_signed_by_either_key_is_good_once() {
        let fine = claims(|_| {});
        let by_rsa = assertion("RS256", RSA_KEY_ID, &fine, rsa);
        let by_both = assertion("HS256", SHARED_KEY_ID, &fine, |text| shared(b"shared", text));
        for fine in [by_rsa, by_both] {
            let verifier = Verifier::new("c", "shared");
            assert_eq!(verifier.subject(&fine, NOW).as_deref(), Some("ann"));
            assert_eq!(verifier.subject(&fine, NOW), None, "again");
        }
    }

    #[test]
    fn what_somebody_else_signed_is_not() {
        let (fine, verifier) = (claims(|_| {}), Verifier::new("c", "shared"));
        let by_the_public_key = |text: &str| shared(&verifier.public_key, text);
        let by_another_key = |text: &str| shared(b"other", text);
        for wrong in [
            assertion("none", RSA_KEY_ID, &fine, |_| Vec::new()),
            assertion("none", "", &fine, |_| Vec::new()),
            assertion("RS256", RSA_KEY_ID, &fine, |_| Vec::new()),
            assertion("HS256", RSA_KEY_ID, &fine, by_the_public_key),
            assertion("HS256", RSA_KEY_ID, &fine, |text| shared(b"shared", text)),
            assertion("RS256", RSA_KEY_ID, &fine, by_another_key),
            assertion("HS256", SHARED_KEY_ID, &fine, by_another_key),
            assertion("RS256", SHARED_KEY_ID, &fine, rsa),
            assertion("RS256", "another_key", &fine, rsa),
            assertion("RS256", RSA_KEY_ID, &fine, |_| rsa("another text")),
            String::new(),
            "a.b.c".to_owned(),
        ] {
            assert_eq!(subject(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_for_somebody_else_or_late_is_not() {
        let changes: [fn(&mut Value); 9] = [
            |it| it["iss"] = json!("other"),
            |it| it["aud"] = json!("https://acme.service-now.com/oauth_token.do"),
            |it| it["aud"] = json!(["c"]),
            |it| it["exp"] = json!(NOW),
            |it| it["exp"] = json!("never"),
            |it| it["exp"] = Value::Null,
            |it| it["jti"] = Value::Null,
            |it| it["sub"] = Value::Null,
            |it| *it = json!([]),
        ];
        for change in changes {
            let wrong = claims(change);
            assert_eq!(subject(&assertion("RS256", RSA_KEY_ID, &wrong, rsa)), None, "{wrong}");
        }
    }
}
