//! The one door to data: one tenant, one actor, one transaction, one clock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, IdenStatic, Statement, Value};
use uuid::Uuid;

use super::catalogue::SEALED;
use super::clock::{Clock, Ids};
use super::db::{Database, Mode, Tx};
use super::events::Event;
use super::jobs::{self, Job};
use super::{
    Access, Actor, Caller, Error, MasterKeys, Permission, Reach, Result, TenantId, TenantOwned,
    dialect,
};

/// Everything a command or a query may touch.
pub struct Scope {
    tx: Tx,
    caller: Caller,
    access: Arc<Access>,
    clock: Clock,
    ids: Ids,
    keys: MasterKeys,
    recorded: Mutex<Vec<Event>>,
    enqueued: std::sync::atomic::AtomicBool,
}

impl Scope {
    pub(super) fn new(
        database: &Database,
        mode: Mode,
        longest: Option<Duration>,
        caller: Caller,
        clock: Clock,
        ids: Ids,
        keys: MasterKeys,
    ) -> Self {
        Self {
            tx: database.transaction(mode, longest),
            caller,
            access: Arc::default(),
            clock,
            ids,
            keys,
            recorded: Mutex::default(),
            enqueued: false.into(),
        }
    }

    pub(super) fn grant(&mut self, access: Arc<Access>) {
        self.access = access;
    }

    /// Whose data this is.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.caller.tenant
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.caller.actor
    }

    /// Who asks, in full.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What the actor may do.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The time, in whole microseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new id, greater than every one before.
    #[must_use]
    pub fn new_id<I: From<Uuid>>(&self) -> I {
        self.ids.next(self.clock.now()).into()
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }

    /// Refuses a caller who may not do this kind of thing to everybody's things. Who looks at whose thing it is asks [`Scope::reach_of`].
    ///
    /// # Errors
    /// `forbidden` without the permission, or where it does not reach the whole tenant.
    pub fn require(&self, permission: Permission) -> Result<()> {
        match self.reach_of(permission)? {
            Reach::Tenant => Ok(()),
            Reach::Own | Reach::Teams => Err(Error::forbidden(permission)),
        }
    }

    /// Refuses a caller who may not do this kind of thing to anything: for what tells of nobody, like the name of a queue.
    ///
    /// # Errors
    /// `forbidden` without the permission.
    pub fn require_any(&self, permission: Permission) -> Result<()> {
        self.reach_of(permission).map(|_whatever| ())
    }

    /// How far a permission reaches, for who then keeps to it.
    ///
    /// # Errors
    /// `forbidden` without the permission.
    pub fn reach_of(&self, permission: Permission) -> Result<Reach> {
        self.reach(permission).ok_or_else(|| Error::forbidden(permission))
    }

    /// How far a permission reaches, if the caller has it.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Option<Reach> {
        let scopes = self.caller.scopes.as_ref();
        if scopes.is_some_and(|scopes| !permission.is_in(scopes.iter().map(String::as_str))) {
            return None;
        }
        self.access.reach(permission)
    }

    /// Encrypts a secret for one column of one of this tenant's rows; it opens nowhere else.
    ///
    /// # Errors
    /// `internal` for a column that is not called `sealed_…`: whoever replaces the master key finds them by that.
    pub(crate) async fn seal<E: TenantOwned>(
        &self,
        column: E::Column,
        row: Uuid,
        secret: &[u8],
    ) -> Result<Vec<u8>> {
        self.seal_at(&place::<E>(column)?, row, secret).await
    }

    /// Decrypts what was sealed for that column of that row.
    ///
    /// # Errors
    /// `internal` when it was sealed for another place, with a master key that is not known, or changed since.
    pub(crate) fn unseal<E: TenantOwned>(
        &self,
        column: E::Column,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Vec<u8>> {
        self.unseal_at(&place::<E>(column)?, row, sealed)
    }

    /// The transaction comes first: whoever replaces the master key waits for it, and then finds what was sealed with the old one.
    pub(super) async fn seal_at(&self, place: &str, row: Uuid, secret: &[u8]) -> Result<Vec<u8>> {
        drop(self.tx.hold().await?);
        self.keys.sealing()?.seal(self.tenant(), place, row, secret)
    }

    pub(super) fn unseal_at(&self, place: &str, row: Uuid, sealed: &[u8]) -> Result<Vec<u8>> {
        self.keys.unseal(self.tenant(), place, row, sealed)
    }

    pub(super) fn keys(&self) -> &MasterKeys {
        &self.keys
    }

    /// A statement of one's own, `$1` being the tenant and `values` what follows.
    pub(crate) fn sql(&self, text: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        let values = std::iter::once(self.tenant().0.into()).chain(values);
        dialect::statement(self.backend(), text, values)
    }

    /// The transaction, for statements of one's own.
    pub(crate) fn tx(&self) -> &Tx {
        &self.tx
    }

    /// Notes what happened. It enters the log when this scope commits, and not otherwise.
    pub fn record(&self, event: Event) {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        if !event.is_idle() {
            recorded.push(event);
        }
    }

    /// Asks for work that happens later, if and only if this scope commits.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn enqueue<J: Job>(&self, job: &J) -> Result<()> {
        self.enqueue_at(job, self.now()).await
    }

    /// Asks for work that happens when it is due, if and only if this scope commits.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn enqueue_at<J: Job>(&self, job: &J, due: DateTime<Utc>) -> Result<()> {
        self.enqueued.store(true, std::sync::atomic::Ordering::Relaxed);
        jobs::enqueue(self, job, due).await
    }

    /// Writes what was recorded and commits. Returns whether there is work to wake somebody for.
    pub(super) async fn commit(self) -> Result<bool> {
        let recorded =
            std::mem::take(&mut *self.recorded.lock().unwrap_or_else(PoisonError::into_inner));
        if !recorded.is_empty() {
            super::events::flush(&self, recorded).await?;
        }
        let enqueued = self.enqueued.load(std::sync::atomic::Ordering::Relaxed);
        self.tx.commit().await?;
        Ok(enqueued)
    }
}

/// What a column's secrets are sealed for: one that is copied elsewhere opens nowhere.
fn place<E: TenantOwned>(column: E::Column) -> Result<String> {
    let (table, column) = (E::default(), column.as_str());
    let place = format!("{}.{column}", table.table_name());
    if column.starts_with(SEALED) {
        return Ok(place);
    }
    Err(Error::internal(format!("{place} holds something sealed and is not called {SEALED}…")))
}
