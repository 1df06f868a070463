//! The master keys that are in use: one seals, all of them open. There are several while one replaces another.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use super::seal::sealed_with;
use super::{Error, MasterKey, Result, TenantId};

/// Reads the keys again from where they are kept.
pub type Reread = Arc<dyn Fn() -> Result<Vec<MasterKey>> + Send + Sync>;

/// The master keys: the first one seals, and each opens what it has sealed. They cannot be printed.
///
/// Where they come from a file, it is read again before anything is sealed, and when something turns up that was sealed with a key
/// not known yet: so a process that serves learns of a new key without being told.
#[derive(Clone)]
pub struct MasterKeys {
    held: Arc<RwLock<Vec<MasterKey>>>,
    reread: Option<Reread>,
}

/// What sealing anew came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// So many secrets are sealed with the first key now that were not before.
    pub anew: u64,
    /// So many could not be opened with any key, and are as they were.
    pub left: u64,
}

impl From<MasterKey> for MasterKeys {
    fn from(key: MasterKey) -> Self {
        Self { held: Arc::new(RwLock::new(vec![key])), reread: None }
    }
}

impl MasterKeys {
    /// Reads one key a line, the one that seals first.
    ///
    /// # Errors
    /// `master_key` when one is not 32 bytes in base64, or there is none.
    pub fn parse(text: &str) -> Result<Self> {
        let Some((first, others)) =
            parse(text)?.split_first().map(|(a, b)| (a.clone(), b.to_vec()))
        else {
            return MasterKey::parse(text).map(Self::from);
        };
        Ok(Self::of(first, others))
    }

    /// `first` seals, and the others open too.
    #[must_use]
    pub fn of(first: MasterKey, others: Vec<MasterKey>) -> Self {
        let held = std::iter::once(first).chain(others).collect();
        Self { held: Arc::new(RwLock::new(held)), reread: None }
    }

    /// Looked up again there.
    #[must_use]
    pub fn rereading(self, reread: Reread) -> Self {
        Self { reread: Some(reread), ..self }
    }

    /// Every key, the one that seals first.
    #[must_use]
    pub fn all(&self) -> Vec<MasterKey> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key that seals now.
    ///
    /// # Errors
    /// `internal` when there is none, which cannot be.
    pub(super) fn sealing(&self) -> Result<MasterKey> {
        self.refresh();
        self.all().into_iter().next().ok_or_else(|| Error::internal("there is no master key"))
    }

    /// Opens what one of them has sealed.
    pub(super) fn unseal(
        &self,
        tenant: TenantId,
        place: &str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Vec<u8>> {
        self.opening(sealed)?.unseal(tenant, place, row, sealed)
    }

    /// The key that something was sealed with; where none is it, the first one says so.
    fn opening(&self, sealed: &[u8]) -> Result<MasterKey> {
        let id = sealed_with(sealed);
        let find = || self.all().into_iter().find(|key| Some(key.id()) == id);
        if let Some(key) = find() {
            return Ok(key);
        }
        let first = self.sealing()?;
        Ok(find().unwrap_or(first))
    }

    /// What cannot be read leaves the keys as they were: whoever writes them may be at it.
    fn refresh(&self) {
        let Some(reread) = &self.reread else { return };
        match reread() {
            Ok(keys) if !keys.is_empty() => {
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = keys;
            }
            Ok(_) => tracing::warn!("the file of the master key is empty; the known one stays"),
            Err(error) => {
                tracing::warn!(%error, "the master key cannot be read again; the known one stays");
            }
        }
    }
}

/// The keys of a text.
pub(super) fn parse(text: &str) -> Result<Vec<MasterKey>> {
    text.split_whitespace().map(MasterKey::parse).collect()
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKeys(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const TENANT: TenantId = TenantId(Uuid::from_u128(1));
    const ROW: Uuid = Uuid::from_u128(2);

    #[test]
    fn a_key_that_was_added_meanwhile_is_found_and_seals_from_then_on() {
        let (old, new) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
        let file = Arc::new(Mutex::new(vec![old.clone()]));
        let kept = Arc::clone(&file);
        let keys = MasterKeys::from(old.clone())
            .rereading(Arc::new(move || Ok(kept.lock().unwrap().clone())));
        let sealed = new.seal(TENANT, "a.b", ROW, b"secret").unwrap();
        let refused = keys.unseal(TENANT, "a.b", ROW, &sealed).unwrap_err();
        assert!(format!("{refused:?}").contains("another master key"), "{refused:?}");
        *file.lock().unwrap() = vec![new.clone(), old.clone()];
        assert_eq!(keys.unseal(TENANT, "a.b", ROW, &sealed).unwrap(), b"secret");
        assert!(keys.sealing().unwrap() == new);
        let before = old.seal(TENANT, "a.b", ROW, b"before").unwrap();
        assert_eq!(keys.unseal(TENANT, "a.b", ROW, &before).unwrap(), b"before");
        // A file that is just being written, or gone, changes nothing.
        file.lock().unwrap().clear();
        assert!(keys.sealing().unwrap() == new);
    }

    #[test]
    fn keys_are_read_one_a_line_and_never_printed() {
        let (one, two) = (MasterKey::generate(), MasterKey::generate());
        let keys = MasterKeys::parse(&format!("{}\n {}\n\n", one.encode(), two.encode())).unwrap();
        assert!(keys.all() == [one.clone(), two.clone()]);
        assert!(!format!("{keys:?} {one:?}").contains(&one.encode()[..8]));
        assert_ne!(one.name(), two.name());
        for wrong in ["", "\n", "short", &format!("{}\nshort", one.encode())] {
            assert_eq!(MasterKeys::parse(wrong).unwrap_err().code(), "master_key");
        }
    }
}
