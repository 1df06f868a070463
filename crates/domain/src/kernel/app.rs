//! The application: a database, a clock, and the only way to a scope.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::clock::{Clock, Ids};
use super::db::{Database, Mode};
use super::recent::Recent;
use super::{Access, Actor, Caller, Error, MasterKeys, Result, Scope, SystemScope, TenantId};

/// How often a unit that somebody else got in the way of is run again.
const TRIES: u32 = 8;

/// How long a statement may take while somebody waits for the answer.
const LONGEST: Duration = Duration::from_secs(5);

/// Reads what a scope's actor may do now. Given by `accounts`, which the kernel does not know.
pub type LoadAccess = for<'a> fn(&'a Scope) -> BoxFuture<'a, Result<Access>>;

/// Called after a commit that enqueued work.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    database: Database,
    clock: Clock,
    ids: Ids,
    keys: MasterKeys,
    load_access: LoadAccess,
    kept: Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>,
    known: Arc<Recent<(TenantId, Actor), Arc<Access>>>,
    wake: Option<Wake>,
    longest: Duration,
}

impl App {
    /// Over an open database with the newest schema.
    #[must_use]
    pub fn new(
        database: Database,
        clock: Clock,
        ids: Ids,
        keys: impl Into<MasterKeys>,
        load_access: LoadAccess,
    ) -> Self {
        Self {
            database,
            clock,
            ids,
            keys: keys.into(),
            load_access,
            kept: Arc::default(),
            known: Arc::default(),
            wake: None,
            longest: LONGEST,
        }
    }

    /// With so much time for a statement of somebody who waits for the answer, where the database can be told.
    #[must_use]
    pub fn answering_within(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// With somebody to tell about new work.
    #[must_use]
    pub fn waking(mut self, wake: Wake) -> Self {
        self.wake = Some(wake);
        self
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The master keys.
    #[must_use]
    pub fn master_keys(&self) -> &MasterKeys {
        &self.keys
    }

    /// A new id, for what has no scope yet: a tenant.
    #[must_use]
    pub fn new_id<I: From<Uuid>>(&self) -> I {
        self.ids.next(self.clock.now()).into()
    }

    /// What a feature keeps in this process between requests, one of each type: a cache, never the only copy of anything.
    pub(crate) fn kept<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = kept.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        let thing = Arc::clone(slot).downcast::<T>();
        thing.unwrap_or_else(|_| unreachable!("it was put there under its own type"))
    }

    /// Reads in one snapshot.
    ///
    /// # Errors
    /// Those of `read`, and those of the database.
    pub async fn read<T, F>(&self, caller: &Caller, read: F) -> Result<T>
    where
        F: AsyncFnOnce(&Scope) -> Result<T>,
    {
        if let Some(unit) = &caller.unit {
            let scope = unit.take()?;
            let answer = read(&scope).await;
            unit.give_back(scope);
            return answer;
        }
        let scope = self.reading(caller).await?;
        read(&scope).await
    }

    /// A scope to read in for as long as it is held: one GraphQL operation.
    ///
    /// # Errors
    /// Those of the database, and of an actor who is no longer active.
    pub async fn reading(&self, caller: &Caller) -> Result<Scope> {
        self.open(caller, Mode::Read(caller.tenant)).await
    }

    pub(super) async fn writing(&self, caller: &Caller) -> Result<Scope> {
        self.open(caller, Mode::Write(caller.tenant)).await
    }

    /// Writes what is written again where it is lost, because what says how far it came is part of it. Nobody waits for the disk: where the
    /// power fails, it may be gone as a whole, with what was committed like this after it, and nothing else. Whatever is committed in the
    /// ordinary way makes all of it last.
    pub(super) async fn write_again<T, F>(&self, caller: &Caller, write: F) -> Result<T>
    where
        F: AsyncFnOnce(&Scope) -> Result<T>,
    {
        let scope = self.open(caller, Mode::WriteAgain(caller.tenant)).await?;
        let answer = write(&scope).await?;
        self.commit(scope).await?;
        Ok(answer)
    }

    /// Writes: commits when `write` answers `Ok`, takes everything back otherwise.
    ///
    /// # Errors
    /// Those of `write`, and those of the database.
    pub async fn write<T, F>(&self, caller: &Caller, write: F) -> Result<T>
    where
        F: AsyncFnOnce(&Scope) -> Result<T>,
    {
        if let Some(unit) = &caller.unit {
            // Where it fails, the scope goes, and with it all that was written in it.
            let scope = unit.take()?;
            let answer = write(&scope).await?;
            unit.give_back(scope);
            return Ok(answer);
        }
        let scope = self.writing(caller).await?;
        let answer = write(&scope).await?;
        self.commit(scope).await?;
        Ok(answer)
    }

    /// Writes a unit that runs again from the start when somebody else got in its way (a deadlock, a key just taken) or the database
    /// went away. It must be one that is safe to run twice.
    ///
    /// # Errors
    /// Those of `write`, and those of the database when the tries are used up.
    pub async fn write_retrying<T, F>(&self, caller: &Caller, write: F) -> Result<T>
    where
        F: AsyncFn(&Scope) -> Result<T>,
    {
        let mut tries = 0;
        loop {
            let outcome = self.write(caller, async |scope| write(scope).await).await;
            tries += 1;
            match outcome {
                Err(error) if error.is_transient() && tries < TRIES => {
                    tokio::time::sleep(std::time::Duration::from_millis(5 << tries)).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Work across tenants.
    ///
    /// # Errors
    /// Those of `work`, and those of the database.
    pub async fn system<T, F>(&self, work: F) -> Result<T>
    where
        F: AsyncFnOnce(&SystemScope) -> Result<T>,
    {
        let scope = self.across(Mode::System);
        let answer = work(&scope).await?;
        scope.commit().await?;
        Ok(answer)
    }

    /// Looks across tenants without writing, and without waiting for whoever writes.
    ///
    /// # Errors
    /// Those of `read`, and those of the database.
    pub async fn system_read<T, F>(&self, read: F) -> Result<T>
    where
        F: AsyncFnOnce(&SystemScope) -> Result<T>,
    {
        read(&self.across(Mode::SystemRead)).await
    }

    fn across(&self, mode: Mode) -> SystemScope {
        SystemScope::new(&self.database, mode, self.clock.clone())
    }

    async fn open(&self, caller: &Caller, mode: Mode) -> Result<Scope> {
        // Plumbline itself has as long as the database gives everybody: nobody waits for it.
        let longest = (caller.actor != Actor::System).then_some(self.longest);
        let mut scope = Scope::new(
            &self.database,
            mode,
            longest,
            caller.clone(),
            self.clock.clone(),
            self.ids.clone(),
            self.keys.clone(),
        );
        let access = self.access(&scope).await?;
        scope.grant(access);
        Ok(scope)
    }

    async fn access(&self, scope: &Scope) -> Result<Arc<Access>> {
        let (key, now) = ((scope.tenant(), scope.actor()), self.clock.now());
        if let Some(access) = self.known.get(&key, now) {
            return Ok(access);
        }
        let access = match scope.actor() {
            Actor::System => Arc::new(Access::system()),
            Actor::User(_) | Actor::Client(_) => Arc::new((self.load_access)(scope).await?),
        };
        self.known.put(key, Arc::clone(&access), now, |_| true);
        Ok(access)
    }

    pub(super) async fn commit(&self, scope: Scope) -> Result<(), Error> {
        if scope.commit().await? {
            self.wake();
        }
        Ok(())
    }

    /// Says that there is work.
    pub(crate) fn wake(&self) {
        if let Some(wake) = &self.wake {
            wake();
        }
    }
}
