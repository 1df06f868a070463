//! The scope of work that is no single tenant's.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend};

use super::Result;
use super::clock::Clock;
use super::db::{Database, Mode, Tx};

/// Work across tenants, on the few tables of `migrations::SYSTEM_TABLES`: claiming jobs, finding a tenant by its name, sign-in.
pub struct SystemScope {
    tx: Tx,
    clock: Clock,
}

impl SystemScope {
    pub(super) fn new(database: &Database, mode: Mode, clock: Clock) -> Self {
        Self { tx: database.transaction(mode, None), clock }
    }

    /// The time, in whole microseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }

    pub(crate) fn tx(&self) -> &Tx {
        &self.tx
    }

    pub(super) async fn commit(self) -> Result<()> {
        self.tx.commit().await
    }
}
