//! Automatic persisted queries, as Apollo's clients speak of them: a document that was sent once is asked for by its hash.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Value;
use domain::kernel::{Error, Result, TenantId};
use sha2::{Digest, Sha256};

/// How many letters are kept, of all tenants; the oldest documents go.
const KEPT: usize = 8 << 20;

type Key = (TenantId, String);

/// The documents that this process was sent. Another asks the client to send one again.
#[derive(Default)]
pub(super) struct Persisted(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    documents: HashMap<Key, Arc<str>>,
    ages: VecDeque<Key>,
    letters: usize,
}

/// The hash that a request names, if it names one.
///
/// # Errors
/// `persisted_query_unreadable` for another version or something else than a hash.
pub(super) fn hash_of(extension: Option<&Value>) -> Result<Option<String>> {
    let Some(extension) = extension else { return Ok(None) };
    let hash = match extension {
        Value::Object(named) => match (named.get("version"), named.get("sha256Hash")) {
            (Some(Value::Number(version)), Some(Value::String(hash)))
                if version.as_u64() == Some(1) && is_hash(hash) =>
            {
                Some(hash.to_ascii_lowercase())
            }
            _ => None,
        },
        _ => None,
    };
    hash.map(Some).ok_or_else(|| {
        let message = "`extensions.persistedQuery` is `{\"version\":1,\"sha256Hash\":\"…\"}` with 64 hexadecimal digits";
        Error::malformed("persisted_query_unreadable", message)
    })
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a document has this hash.
///
/// # Errors
/// `persisted_query_unreadable` when it has another.
pub(super) fn matches(document: &str, hash: &str) -> Result<()> {
    let digest = Sha256::digest(document.as_bytes());
    let found: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    if found == hash {
        return Ok(());
    }
    let message = "`sha256Hash` is not the hash of the document that was sent with it";
    Err(Error::malformed("persisted_query_unreadable", message))
}

impl Persisted {
    /// The document of a hash.
    ///
    /// # Errors
    /// `persisted_query_not_found`, in the words that clients look for.
    pub(super) fn get(&self, tenant: TenantId, hash: &str) -> Result<Arc<str>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.documents
            .get(&(tenant, hash.to_owned()))
            .cloned()
            .ok_or_else(|| Error::malformed("persisted_query_not_found", "PersistedQueryNotFound"))
    }

    /// Keeps a document that may run.
    pub(super) fn keep(&self, tenant: TenantId, hash: String, document: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant, hash);
        if kept.documents.contains_key(&key) {
            return;
        }
        kept.letters += document.len();
        kept.documents.insert(key.clone(), document.into());
        kept.ages.push_back(key);
        while kept.letters > KEPT
            && let Some(oldest) = kept.ages.pop_front()
        {
            let gone = kept.documents.remove(&oldest);
            kept.letters -= gone.map_or(0, |document| document.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Persisted};
    use domain::kernel::TenantId;

    #[test]
    fn the_oldest_documents_make_room() {
        let persisted = Persisted::default();
        let document = "x".repeat(KEPT / 4);
        for name in ["a", "b", "b", "c", "d", "e"] {
            persisted.keep(TenantId::NONE, name.to_owned(), &document);
        }
        let there = |name| persisted.get(TenantId::NONE, name).is_ok();
        assert_eq!(["a", "b", "e"].map(there), [false, true, true]);
    }
}
