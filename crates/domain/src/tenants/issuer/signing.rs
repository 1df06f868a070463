//! Ed25519 by way of `jsonwebtoken`: the one algorithm of our tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};

use crate::kernel::{Error, OrInternal, Result};

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// What tokens are signed with.
pub(crate) struct PrivateKey(EncodingKey);

impl PrivateKey {
    /// The key of 32 secret bytes.
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(EncodingKey::from_ed_der(&[PKCS8.as_slice(), secret].concat()))
    }

    /// The other half.
    pub(super) fn public(&self) -> Result<PublicKey> {
        let key = Jwk::from_encoding_key(&self.0, Algorithm::EdDSA).or_internal()?;
        let AlgorithmParameters::OctetKeyPair(pair) = key.algorithm else {
            return Err(Error::internal("an Ed25519 key is not an octet key pair"));
        };
        PublicKey::new(pair.x)
    }

    /// The signature of a message, in base64url.
    pub(crate) fn sign(&self, message: &str) -> Result<String> {
        crypto::sign(message.as_bytes(), &self.0, Algorithm::EdDSA).or_internal()
    }
}

/// What tokens are verified with.
#[derive(Clone)]
pub(crate) struct PublicKey {
    x: String,
    key: DecodingKey,
}

impl PublicKey {
    /// The key as a JWK has it: base64url.
    pub(super) fn new(x: String) -> Result<Self> {
        let key = DecodingKey::from_ed_components(&x).or_internal()?;
        Ok(Self { x, key })
    }

    /// The key of its bytes.
    pub(super) fn of_bytes(bytes: &[u8]) -> Result<Self> {
        Self::new(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> Result<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(&self.x).or_internal()
    }

    /// As a JWK has it.
    pub(crate) fn x(&self) -> &str {
        &self.x
    }

    /// Whether a signature, in base64url, is this key's over a message.
    pub(crate) fn verifies(&self, message: &str, signature: &str) -> bool {
        crypto::verify(signature, message.as_bytes(), &self.key, Algorithm::EdDSA).unwrap_or(false)
    }
}
