//! Secrets at rest: XChaCha20-Poly1305 under a master key, bound to a tenant, a place and a row, so that a copied ciphertext opens nowhere else.

mod secret;

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::Rng;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use self::secret::Secret;
use super::{Error, Result, TenantId};

/// How a sealed secret is laid out: this byte, the key's id, the nonce, the ciphertext with its tag.
const FORMAT: u8 = 1;
pub(super) const KEY_ID: usize = 4;
const NONCE: usize = 24;

/// A key that secrets in the database are encrypted with. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey(Arc<[u8; 32]>);

impl MasterKey {
    /// From its bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Arc::new(bytes))
    }

    /// A new one that nobody can guess.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self::new(bytes)
    }

    /// Reads what [`MasterKey::encode`] wrote; blanks around it do not matter.
    ///
    /// # Errors
    /// `master_key` when it is not 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = "the master key must be 32 bytes in base64: 44 characters";
        let bytes = STANDARD
            .decode(text.trim())
            .map_err(|error| Error::malformed("master_key", refused).because(error.to_string()))?;
        match <[u8; 32]>::try_from(bytes) {
            Ok(bytes) => Ok(Self::new(bytes)),
            Err(other) => Err(Error::malformed("master_key", refused)
                .because(format!("it has {} bytes", other.len()))),
        }
    }

    /// As base64, for the file it is kept in.
    #[must_use]
    pub fn encode(&self) -> String {
        STANDARD.encode(*self.0)
    }

    /// What it is called where it must not be shown: a digest.
    #[must_use]
    pub fn name(&self) -> String {
        self.id().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Names the key in what it sealed, so that several can be told apart while one replaces another.
    pub(super) fn id(&self) -> [u8; KEY_ID] {
        let digest =
            Sha256::new().chain_update(b"plumbline master key").chain_update(*self.0).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }

    pub(super) fn seal(
        &self,
        tenant: TenantId,
        place: &str,
        row: Uuid,
        secret: &[u8],
    ) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let aad = bound_to(tenant, place, row);
        let payload = Payload { msg: secret, aad: &aad };
        let text = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let text = text.map_err(|error| Error::internal(format!("sealing {place}: {error}")))?;
        Ok([&[FORMAT][..], &self.id(), &nonce, &text].concat())
    }

    pub(super) fn unseal(
        &self,
        tenant: TenantId,
        place: &str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Vec<u8>> {
        let refused =
            |why: &str| Error::internal(format!("a secret of {place} cannot be opened: {why}"));
        let parts = sealed.split_first().and_then(|(format, rest)| {
            let (id, rest) = rest.split_first_chunk::<KEY_ID>()?;
            let (nonce, text) = rest.split_first_chunk::<NONCE>()?;
            Some((*format, *id, *nonce, text))
        });
        let Some((FORMAT, id, nonce, text)) = parts else {
            return Err(refused("it is not in a known format"));
        };
        if id != self.id() {
            return Err(refused("it was sealed with another master key"));
        }
        let aad = bound_to(tenant, place, row);
        let payload = Payload { msg: text, aad: &aad };
        let secret = self.cipher().decrypt(&XNonce::from(nonce), payload);
        secret.map_err(|error| {
            refused(&format!("it was sealed for another place or changed ({error})"))
        })
    }
}

/// The id of the key that something was sealed with, if it is in a known format.
pub(super) fn sealed_with(sealed: &[u8]) -> Option<[u8; KEY_ID]> {
    let (format, rest) = sealed.split_first()?;
    rest.first_chunk().copied().filter(|_| *format == FORMAT)
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(hidden)")
    }
}

/// The tenant and the row have fixed lengths, so the place needs none.
fn bound_to(tenant: TenantId, place: &str, row: Uuid) -> Vec<u8> {
    [tenant.0.as_bytes(), row.as_bytes(), place.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: TenantId = TenantId(Uuid::from_u128(1));
    const ROW: Uuid = Uuid::from_u128(2);

    #[test]
    fn a_secret_opens_only_where_it_was_sealed() {
        let key = MasterKey::new([1; 32]);
        let sealed = key.seal(TENANT, "keys.private", ROW, b"secret").unwrap();
        assert_eq!(key.unseal(TENANT, "keys.private", ROW, &sealed).unwrap(), b"secret");
        let (other_tenant, other_row) = (TenantId(Uuid::from_u128(3)), Uuid::from_u128(3));
        assert!(key.unseal(other_tenant, "keys.private", ROW, &sealed).is_err());
        assert!(key.unseal(TENANT, "keys.other", ROW, &sealed).is_err());
        assert!(key.unseal(TENANT, "keys.private", other_row, &sealed).is_err());
        let another = MasterKey::new([2; 32]);
        assert!(another.unseal(TENANT, "keys.private", ROW, &sealed).is_err());
        for byte in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[byte] ^= 1;
            assert!(key.unseal(TENANT, "keys.private", ROW, &changed).is_err(), "byte {byte}");
            assert!(key.unseal(TENANT, "keys.private", ROW, &sealed[..byte]).is_err());
        }
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
    }

    #[test]
    fn a_master_key_reads_back_and_is_never_printed() {
        let key = MasterKey::generate();
        let text = key.encode();
        assert_eq!(MasterKey::parse(&format!(" {text}\n")).unwrap().encode(), text);
        assert!(!format!("{key:?}").contains(&text[..8]));
        for wrong in ["", "short", &text[4..], "not base64 at all, but of a good length ===="] {
            let error = MasterKey::parse(wrong).unwrap_err();
            assert_eq!(error.code(), "master_key");
            assert!(wrong.is_empty() || !format!("{error:?}").contains(wrong));
        }
    }
}
