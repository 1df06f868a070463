//! Passwords: argon2id, on threads of their own and at most two at a time, so that a crowd at the door does not stop the house.

use std::fmt;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::kernel::{Error, OrInternal, Result, Secret};

/// How many characters a password has at least.
const MIN_CHARACTERS: usize = 12;
/// How many bytes it has at most.
pub(super) const MAX_BYTES: usize = 1024;

/// One hashing takes 19 MiB and a core for tens of milliseconds.
const AT_A_TIME: usize = 2;
/// How many wait for their turn at most: half a second, where a core does forty a second.
const WAITING: usize = 32;
static TURNS: Turns = Turns::new(AT_A_TIME, WAITING);

/// Turns for work that takes a core, and a crowd that is no larger than can be served soon.
struct Turns {
    turns: Semaphore,
    crowd: Semaphore,
}

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
    #[cfg(test)]
    count::note(&password);
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
    let turn = TURNS.take().await?;
    let work = move || {
        // The turn ends with the work, also when whoever asked has gone.
        let _turn = turn;
        work()
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.or_internal()?
}

impl Turns {
    const fn new(at_a_time: usize, waiting: usize) -> Self {
        Self {
            turns: Semaphore::const_new(at_a_time),
            crowd: Semaphore::const_new(at_a_time + waiting),
        }
    }

    /// A turn, or a refusal where too many wait already.
    async fn take(&self) -> Result<(SemaphorePermit<'_>, SemaphorePermit<'_>)> {
        let Ok(place) = self.crowd.try_acquire() else {
            let message = "too many passwords are being checked at this moment; try again";
            return Err(Error::limited(Duration::from_secs(1), message));
        };
        Ok((place, self.turns.acquire().await.or_internal()?))
    }
}

/// What was checked: a test counts the work, because whoever measures would measure that.
#[cfg(test)]
pub(super) mod count {
    use std::sync::Mutex;

    use super::Secret;

    static CHECKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

    pub(super) fn note(password: &Secret) {
        CHECKED.lock().unwrap().push(password.expose().to_owned());
    }

    pub(in crate::accounts) fn of(password: &str) -> usize {
        CHECKED.lock().unwrap().iter().filter(|checked| *checked == password).count()
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;
    use crate::kernel::ErrorKind;

    #[tokio::test]
    async fn a_crowd_at_the_door_is_turned_away_and_not_kept_waiting() {
        let turns = Turns::new(1, 1);
        let first = turns.take().await.unwrap();
        let mut second = std::pin::pin!(turns.take());
        assert!(futures_util::poll!(&mut second).is_pending());
        let third = turns.take().await.unwrap_err();
        assert_eq!(third.kind(), ErrorKind::Limited);
        assert!(third.retry_after().is_some());
        drop(first);
        let _second = second.await.unwrap();
    }
}
