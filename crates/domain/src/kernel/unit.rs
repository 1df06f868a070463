//! One transaction for all that a caller does, open until whoever began it commits it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Error, Result, Scope};

/// A scope that is lent to one command after another.
#[derive(Clone)]
pub(crate) struct Unit(Arc<Mutex<Option<Scope>>>);

impl Unit {
    pub(super) fn new(scope: Scope) -> Self {
        Self(Arc::new(Mutex::new(Some(scope))))
    }

    /// The scope, for as long as one command works.
    ///
    /// # Errors
    /// `internal` after a command that failed, with which everything was taken back, and while another one works.
    pub(super) fn take(&self) -> Result<Scope> {
        let scope = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        scope.ok_or_else(|| Error::internal("a transaction that was lent is not there any more"))
    }

    pub(super) fn give_back(&self, scope: Scope) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(scope);
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unit")
    }
}
