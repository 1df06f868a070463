//! Secrets that we make: 256 random bits, of which only a digest is kept. So much chance needs no slow hash.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand::Rng;
use sha2::{Digest, Sha256};

use super::types::ShownOnce;

/// A new one, with a prefix that says what it is to whoever finds it lying about.
pub(super) fn random(prefix: &str) -> ShownOnce {
    written(prefix, &URL_SAFE_NO_PAD)
}

/// A new one that others calculate with, in plain Base64.
pub(crate) fn key(prefix: &str) -> ShownOnce {
    written(prefix, &STANDARD)
}

fn written(prefix: &str, alphabet: &impl Engine) -> ShownOnce {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    ShownOnce::new(format!("{prefix}{}", alphabet.encode(bytes)))
}

/// What is kept of one.
pub(super) fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}
