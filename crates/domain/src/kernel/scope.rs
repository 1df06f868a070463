//! The one door to data: one tenant, one actor, one transaction, one clock.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DeleteMany,
    EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, Select, UpdateMany, Value,
};
use uuid::Uuid;

use super::clock::{Clock, Ids};
use super::db::{Database, Mode, Tx};
use super::events::Event;
use super::jobs::{self, Job};
use super::{
    Access, Actor, Caller, Error, MasterKey, Permission, Reach, Result, TenantId, dialect,
};

/// An entity whose rows belong to a tenant and have an id of their own.
pub(crate) trait TenantOwned: EntityTrait {
    /// The column that says whose the row is.
    const TENANT: Self::Column;
    /// The row's own id.
    const ID: Self::Column;
    /// What one is called in an error.
    const NOUN: &'static str;
}

/// Everything a command or a query may touch.
pub struct Scope {
    tx: Tx,
    caller: Caller,
    access: Arc<Access>,
    clock: Clock,
    ids: Ids,
    master_key: MasterKey,
    recorded: Mutex<Vec<Event>>,
    enqueued: std::sync::atomic::AtomicBool,
}

impl Scope {
    pub(super) fn new(
        database: &Database,
        mode: Mode,
        caller: Caller,
        clock: Clock,
        ids: Ids,
        master_key: MasterKey,
    ) -> Self {
        Self {
            tx: database.transaction(mode),
            caller,
            access: Arc::default(),
            clock,
            ids,
            master_key,
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

    /// How far a permission reaches.
    ///
    /// # Errors
    /// `forbidden` without it.
    pub fn require(&self, permission: Permission) -> Result<Reach> {
        self.reach(permission).ok_or_else(|| Error::forbidden(permission))
    }

    /// How far a permission reaches, if the caller has it.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Option<Reach> {
        let scopes = self.caller.scopes.as_ref();
        if scopes.is_some_and(|scopes| !scopes.iter().any(|scope| scope == permission.word())) {
            return None;
        }
        self.access.permissions.get(&permission).copied()
    }

    /// Encrypts a secret for one place of one of this tenant's rows; it opens nowhere else.
    pub(crate) fn seal(&self, place: &str, row: Uuid, secret: &[u8]) -> Result<Vec<u8>> {
        self.master_key.seal(self.tenant(), place, row, secret)
    }

    /// Decrypts what was sealed for that place.
    ///
    /// # Errors
    /// `internal` when it was sealed for another place, with another master key, or changed since.
    pub(crate) fn unseal(&self, place: &str, row: Uuid, sealed: &[u8]) -> Result<Vec<u8>> {
        self.master_key.unseal(self.tenant(), place, row, sealed)
    }

    /// The transaction, for statements of one's own.
    pub(crate) fn tx(&self) -> &Tx {
        &self.tx
    }

    /// This tenant's rows.
    pub(crate) fn find<E: TenantOwned>(&self) -> Select<E> {
        #[expect(clippy::disallowed_methods, reason = "the tenant is added here, once")]
        E::find().filter(E::TENANT.eq(self.tenant().0))
    }

    /// This tenant's row with an id.
    pub(crate) async fn get<E: TenantOwned>(
        &self,
        id: impl Into<Value> + std::fmt::Display + Copy,
    ) -> Result<E::Model>
    where
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        let row = self.find::<E>().filter(E::ID.eq(id)).one(&self.tx).await?;
        row.ok_or_else(|| Error::not_found(E::NOUN, id))
    }

    /// The same, kept from changing until this scope ends.
    pub(crate) async fn lock<E: TenantOwned>(
        &self,
        id: impl Into<Value> + std::fmt::Display + Copy,
    ) -> Result<E::Model>
    where
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        let select = self.find::<E>().filter(E::ID.eq(id));
        let row = dialect::locked(self.backend(), select).one(&self.tx).await?;
        row.ok_or_else(|| Error::not_found(E::NOUN, id))
    }

    /// Refuses a field of the input that names what is not there.
    pub(crate) async fn exists<E: TenantOwned>(
        &self,
        pointer: &str,
        id: impl Into<Value> + std::fmt::Display + Copy,
    ) -> Result<()>
    where
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        self.get::<E>(id).await.map(drop).map_err(|error| error.dangling_at(pointer))
    }

    /// The row that a field of the input names, kept from changing until this scope ends.
    pub(crate) async fn lock_named<E: TenantOwned>(
        &self,
        pointer: &str,
        id: impl Into<Value> + std::fmt::Display + Copy,
    ) -> Result<E::Model>
    where
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        self.lock::<E>(id).await.map_err(|error| error.dangling_at(pointer))
    }

    /// Adds a row of this tenant.
    pub(crate) async fn insert<E, A>(&self, mut row: A) -> Result<()>
    where
        E: TenantOwned,
        A: ActiveModelTrait<Entity = E> + ActiveModelBehavior + Send,
    {
        row.set(E::TENANT, self.tenant().0.into());
        #[expect(clippy::disallowed_methods, reason = "the tenant was stamped on the line above")]
        E::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Changes the row with an id by the set columns of `row`. Returns whether it was there.
    pub(crate) async fn update<E, A>(&self, id: impl Into<Value>, row: A) -> Result<bool>
    where
        E: TenantOwned,
        A: ActiveModelTrait<Entity = E> + IntoActiveModel<A> + Send,
    {
        let many = self.update_many::<E>().set(row).filter(E::ID.eq(id));
        Ok(many.exec(&self.tx).await?.rows_affected > 0)
    }

    /// A change of many of this tenant's rows.
    pub(crate) fn update_many<E: TenantOwned>(&self) -> UpdateMany<E> {
        #[expect(clippy::disallowed_methods, reason = "the tenant is added here, once")]
        E::update_many().filter(E::TENANT.eq(self.tenant().0))
    }

    /// A removal of many of this tenant's rows.
    pub(crate) fn delete_many<E: TenantOwned>(&self) -> DeleteMany<E> {
        #[expect(clippy::disallowed_methods, reason = "the tenant is added here, once")]
        E::delete_many().filter(E::TENANT.eq(self.tenant().0))
    }

    /// Notes what happened. It enters the log when this scope commits, and not otherwise.
    pub fn record(&self, event: Event) {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.push(event);
    }

    /// Asks for work that happens later, if and only if this scope commits.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn enqueue<J: Job>(&self, job: &J) -> Result<()> {
        self.enqueued.store(true, std::sync::atomic::Ordering::Relaxed);
        jobs::enqueue(self, job).await
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

/// Work across tenants, on the few tables of `migrations::SYSTEM_TABLES`: claiming jobs, finding a tenant by its name, sign-in.
pub struct SystemScope {
    tx: Tx,
    clock: Clock,
    ids: Ids,
}

impl SystemScope {
    pub(super) fn new(database: &Database, mode: Mode, clock: Clock, ids: Ids) -> Self {
        Self { tx: database.transaction(mode), clock, ids }
    }

    /// The time, in whole microseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new id.
    #[must_use]
    pub fn new_id<I: From<Uuid>>(&self) -> I {
        self.ids.next(self.clock.now()).into()
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
        Ok(self.tx.commit().await?)
    }
}
