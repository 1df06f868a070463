//! How much a connection may still be asked, so that nobody runs into the vendor's limit.
//!
//! The vendor counts for everybody, and its headers say what is left: that, less what was asked since, is the budget. With Redis every process
//! reads first what another one was told; without it, or while it is away, each knows what it was told itself. Where that is too much, the vendor
//! says so once, and everybody waits.

mod told;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use metrics::{counter, describe_counter};
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

use domain::connections::sync::Account;
use domain::connections::{ConnectionId, Vendor};
use domain::kernel::{Clock, TenantId};

use crate::bus::Bus;
pub use told::{LimitHeaders, Reset};

/// One in so many is left alone by what reads in the background: for what somebody waits for.
const KEPT_FREE: u32 = 5;
/// One in so many is left alone by everybody: some requests cost more than one, and others may be under way.
const UNTOUCHED: u32 = 50;
/// Nobody waits longer without having asked again.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// How often a helpdesk was not asked, or did not answer, as too much was asked already.
const WAITS: &str = "plumbline_helpdesk_waits_total";

/// Says what the figures of requests are.
pub(crate) fn describe_metrics() {
    describe_counter!(
        WAITS,
        "Requests to helpdesks that had to wait, by vendor and by who said so (budget, helpdesk)."
    );
}

/// The budgets of all connections, as this process knows them. Cheap to clone.
#[derive(Clone)]
pub struct Budgets {
    bus: Bus,
    known: Arc<Mutex<HashMap<ConnectionId, Left>>>,
}

/// The budget of one connection.
#[derive(Clone)]
pub(super) struct Budget {
    all: Budgets,
    tenant: TenantId,
    vendor: Vendor,
    connection: ConnectionId,
    limits: Option<LimitHeaders>,
    clock: Clock,
    /// One in so many is left alone.
    leaves: u32,
}

/// How many requests are left, and until when. A wait is a time in which none are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Left {
    limit: u32,
    remaining: u32,
    resets_at: DateTime<Utc>,
}

impl Budgets {
    /// Those of this process, and what others were told, where the bus reaches them.
    #[must_use]
    pub fn new(bus: Bus) -> Self {
        Self { bus, known: Arc::default() }
    }

    /// The budget of a connection, for what reads in the background.
    pub(super) fn of(
        &self,
        tenant: TenantId,
        account: &Account,
        limits: Option<LimitHeaders>,
        clock: &Clock,
    ) -> Budget {
        let (all, clock) = (self.clone(), clock.clone());
        let (vendor, connection) = (account.vendor, account.id);
        Budget { all, tenant, vendor, connection, limits, clock, leaves: KEPT_FREE }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<ConnectionId, Left>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    /// The same for what somebody waits for.
    pub(super) fn urgent(self) -> Self {
        Self { leaves: UNTOUCHED, ..self }
    }

    /// Takes one request of what is left.
    ///
    /// # Errors
    /// How long to wait where it is not enough.
    pub(super) async fn take(&self) -> Result<(), Duration> {
        self.look().await;
        let now = self.clock.now();
        let mut known = self.all.known();
        let taken = known.get_mut(&self.connection).map(|left| left.take(self.leaves, now));
        taken.unwrap_or(Ok(())).inspect_err(|_| self.count("budget"))
    }

    /// Notes what an answer tells of what is left.
    pub(super) async fn hear(&self, headers: &HeaderMap) {
        let Some(limits) = self.limits else { return };
        let now = self.clock.now();
        let held = self.all.known().get(&self.connection).copied();
        if let Some(left) = limits.left(headers, held.filter(|it| it.holds(now)), now) {
            self.tell(left).await;
        }
    }

    /// Lets nobody ask for so long, as the vendor wishes. Where its headers say that some are left, it is one endpoint that has a limit of its own:
    /// whoever asks that waits alone.
    pub(super) async fn rest(&self, wait: Duration, headers: &HeaderMap) {
        self.count("helpdesk");
        if self.limits.is_some_and(|limits| limits.has_some(headers)) {
            return;
        }
        let wait = TimeDelta::from_std(wait.min(LONGEST)).unwrap_or_default();
        self.tell(Left { limit: 0, remaining: 0, resets_at: self.clock.now() + wait }).await;
    }

    /// How long it is until there are more, where the headers say so.
    pub(super) fn resets_in(&self, headers: &HeaderMap) -> Option<Duration> {
        let now = self.clock.now();
        let at = self.limits?.resets_at(headers, now)?;
        Some((at - now).to_std().unwrap_or_default())
    }

    /// Learns what other processes were told.
    async fn look(&self) {
        let pinned = self.all.bus.pinned(&self.name()).await;
        // What cannot be read was pinned by another version, and is over soon.
        if let Some(left) = pinned.and_then(|text| serde_json::from_str(&text).ok()) {
            self.note(left);
        }
    }

    /// Notes it here, and tells other processes. What they were told meanwhile is not forgotten by it.
    async fn tell(&self, left: Left) {
        self.note(left);
        self.look().await;
        let held = self.all.known().get(&self.connection).copied();
        let lasts = held.and_then(|held| (held.resets_at - self.clock.now()).to_std().ok());
        if let (Some(held), Some(lasts)) = (held, lasts)
            && let Ok(text) = serde_json::to_string(&held)
        {
            self.all.bus.pin(&self.name(), &text, lasts).await;
        }
    }

    fn note(&self, left: Left) {
        let now = self.clock.now();
        let mut known = self.all.known();
        known.retain(|_, held| held.holds(now));
        let held = known.entry(self.connection).or_insert(left);
        *held = held.or_less(left, now);
    }

    fn count(&self, by: &'static str) {
        counter!(WAITS, "vendor" => self.vendor.word(), "by" => by).increment(1);
    }

    fn name(&self) -> String {
        format!("plumbline:budget:{}:{}", self.tenant, self.connection)
    }
}

impl Left {
    /// Whether it still says something.
    fn holds(&self, now: DateTime<Utc>) -> bool {
        now < self.resets_at
    }

    fn take(&mut self, leaves: u32, now: DateTime<Utc>) -> Result<(), Duration> {
        if self.holds(now) && self.remaining <= self.limit / leaves {
            return Err((self.resets_at - now).to_std().unwrap_or_default());
        }
        self.remaining = self.remaining.saturating_sub(1);
        Ok(())
    }

    /// Of two the one that leaves less, or lasts longer, as long as it holds. Answers come in any order, and some are not counted yet.
    fn or_less(self, other: Self, now: DateTime<Utc>) -> Self {
        let is_less = match other.remaining.cmp(&self.remaining) {
            Ordering::Less => true,
            Ordering::Equal => other.resets_at > self.resets_at,
            Ordering::Greater => false,
        };
        if !self.holds(now) || (is_less && other.holds(now)) { other } else { self }
    }
}

#[cfg(test)]
mod tests;
