//! A JSON web token that a client signs for itself, as RFC 7523 has it.

use std::error::Error;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use sha2::Sha256;

/// What signs: an RSA key, or a text that both sides know.
pub(super) struct SigningKey<'a> {
    pub(super) key: &'a str,
    /// What the vendor knows it by.
    pub(super) id: &'a str,
}

/// A key that cannot sign. It is not repeated.
#[derive(Debug)]
pub(super) struct BadKey(Option<rustls::Error>);

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`private_key` is neither an RSA key as PEM, without a password, nor one line")
    }
}

impl Error for BadKey {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.as_ref().map(|error| error as _)
    }
}

impl SigningKey<'_> {
    /// The token that makes these claims.
    pub(super) fn token(&self, claims: &Value) -> Result<String, BadKey> {
        let is_rsa = self.key.contains("-----BEGIN");
        let algorithm = if is_rsa { "RS256" } else { "HS256" };
        let head = json!({ "alg": algorithm, "typ": "JWT", "kid": self.id });
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let text = format!("{}.{}", part(&head), part(claims));
        let signature = if is_rsa { self.rsa(&text)? } else { self.shared(&text)? };
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// With the one provider of cryptography that TLS has: its RSA takes as long whatever the key is.
    fn rsa(&self, text: &str) -> Result<Vec<u8>, BadKey> {
        let der = PrivateKeyDer::from_pem_slice(self.key.as_bytes());
        let der = der.map_err(|error| BadKey(Some(rustls::Error::General(error.to_string()))))?;
        let key = any_supported_type(&der).map_err(|error| BadKey(Some(error)))?;
        let signer = key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]);
        signer.ok_or(BadKey(None))?.sign(text.as_bytes()).map_err(|error| BadKey(Some(error)))
    }

    fn shared(&self, text: &str) -> Result<Vec<u8>, BadKey> {
        let mac = Hmac::<Sha256>::new_from_slice(self.key.as_bytes());
        let mut mac = mac.map_err(|_length: hmac::digest::InvalidLength| BadKey(None))?;
        mac.update(text.as_bytes());
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of nobody, made for this test.
    const KEY: &str = include_str!("test_key.pem");
    /// What `openssl dgst -sha256 -sign` makes of `a.b` with it.
    const SIGNED: &str = concat!(
        "R57bGckLXA_4PT8SuO-pJNEMqpB_UKkzxEvVfaK49tCb5ljllD8GmlGRqGfnsHkbWRmdWZLpyPvkdbaZcKd6Ad",
        "ARcdaHj0IKekuCgUPq9MguGYJxOJUR2GDX8q-Z_LAi8Ql06B_QuHbyFXYA12fte6H5t5-2PrH5UQ6Hfq7gk_TV",
        "9ERCqKmcUCSPvyZblOOBTbErxUb8sakGIlfUA1GQA_Xh4DNsoOMUxC5Gmwv7I8IZX6ldFNP1oj2t_BZXAaeAlj",
        "oQW2VoERJE-couJsgqGHDC1ugi-jdSerGJverl9i9dm__c5VwDUHWnJnh920GlM4hgoVfwGbuvwotcRBiKUA",
    );

    #[test]
    fn what_is_signed_is_signed_as_others_do() {
        let rsa = SigningKey { key: KEY, id: "k" }.rsa("a.b").unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(rsa), SIGNED);
        let shared = SigningKey { key: "shared", id: "k" }.shared("a.b").unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(shared), "IXC71rTVtmLjyzmoSiHBnxTK3mgbURnK1xBXobBcd_M");
    }

    #[test]
    fn a_token_says_how_it_is_signed() {
        for (key, algorithm) in [(KEY, "RS256"), ("shared", "HS256")] {
            let token = SigningKey { key, id: "k" }.token(&json!({ "sub": "ann" })).unwrap();
            let parts: Vec<_> = token.split('.').collect();
            let [head, claims, signature] = parts[..] else { panic!("{token}") };
            let read = |part: &str| -> Value {
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
            };
            assert_eq!(read(head), json!({ "alg": algorithm, "typ": "JWT", "kid": "k" }));
            assert_eq!(read(claims), json!({ "sub": "ann" }));
            assert!(!signature.is_empty());
        }
    }

    #[test]
    fn a_key_that_is_none_is_not_repeated() {
        for key in
            ["-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----", "-----BEGIN"]
        {
            let error = SigningKey { key, id: "k" }.token(&json!({})).unwrap_err();
            assert!(error.to_string().starts_with("`private_key` is neither"), "{error}");
            assert!(!format!("{error:?}").contains("c2VjcmV0"));
        }
    }
}
