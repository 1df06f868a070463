//! Passwords: argon2id, on threads of their own and at most two at a time, so that a crowd at the door does not stop the house.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::types::Secret;
use crate::kernel::{Error, OrInternal, Result};

/// How many characters a password has at least.
const MIN_CHARACTERS: usize = 12;
/// How many bytes it has at most.
pub(super) const MAX_BYTES: usize = 1024;

/// One hashing takes 19 MiB and a core for tens of milliseconds.
static AT_A_TIME: Semaphore = Semaphore::const_new(2);

/// A password as it is stored. It cannot be printed.
#[derive(Clone, PartialEq, Eq, sea_orm::DeriveValueType)]
pub struct PasswordHash(String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(hidden)")
    }
}

/// Hashes a new password. It takes its time and may wait for its turn, so no transaction should be open meanwhile.
///
/// # Errors
/// `invalid` when it is too short or too long.
pub async fn hash_password(password: &Secret) -> Result<PasswordHash> {
    let text = password.expose();
    if text.chars().count() < MIN_CHARACTERS || text.len() > MAX_BYTES {
        let message =
            format!("must have {MIN_CHARACTERS} characters or more, and at most {MAX_BYTES} bytes");
        return Err(Error::invalid("/password", "length", message));
    }
    let password = password.clone();
    in_turn(move || hash(&password)).await
}

/// Whether it is the password of `known`. Takes the same time when nothing is known.
pub(super) async fn verify_password(password: Secret, known: Option<PasswordHash>) -> Result<bool> {
    in_turn(move || match known {
        None => hash(&password).map(|_| false),
        Some(known) => {
            let known = phc::PasswordHash::new(&known.0).or_internal()?;
            let verified = Argon2::default().verify_password(password.expose().as_bytes(), &known);
            Ok(verified.is_ok())
        }
    })
    .await
}

fn hash(password: &Secret) -> Result<PasswordHash> {
    let hash = Argon2::default().hash_password(password.expose().as_bytes());
    let hash = hash.or_internal()?;
    Ok(PasswordHash(hash.to_string()))
}

async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let turn = AT_A_TIME.acquire().await.or_internal()?;
    let work = move || {
        // The turn ends with the work, also when whoever asked has gone.
        let _turn = turn;
        work()
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.or_internal()?
}
