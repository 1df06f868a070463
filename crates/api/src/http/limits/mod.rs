//! What one may ask for before others would have to wait for it.
//!
//! Every limit is a rate with room for a burst (GCRA), kept in this process. Where a Redis server is configured it is kept there too, so that
//! all processes give one budget together; while Redis is away, each process gives its own, and none is without a limit.

mod address;
mod allowances;
mod connections;
mod familiar;
mod local;
mod shared;
#[cfg(test)]
mod tests;
mod turns;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName};
use domain::kernel::{Caller, Clock, Error, Result};

pub use address::Network;
pub(crate) use address::{Address, Proxies};
pub use allowances::Allowances;
use allowances::Rule;
pub(crate) use connections::Connection;
use connections::Connections;
use familiar::Familiar;
use local::Local;
pub use shared::LimitsError;
use shared::Shared;
pub(crate) use turns::Turn;
use turns::Turns;

/// What an answer says of a caller's standing.
pub(crate) const STANDING: [HeaderName; 3] = [LIMIT, REMAINING, RESET];
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The limits of a process. Cheap to clone.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    allowances: Allowances,
    local: Local,
    shared: Option<Shared>,
    turns: Turns,
    familiar: Familiar,
    connections: Connections,
}

/// How a caller stands after a request, for the headers of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// How many requests there is room for at once.
    pub(crate) limit: u32,
    /// How many of them are left.
    pub(crate) remaining: u32,
    /// How long until there is room for all of them again.
    pub(crate) reset: Duration,
}

/// Where a budget was used up, and when there is something in it again.
#[derive(Clone, Copy, Debug)]
struct Used {
    rule: Rule,
    wait: Duration,
}

/// Who tries to sign in, from where.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) tenant: String,
    /// As accounts are looked up.
    pub(crate) account: String,
    pub(crate) address: Address,
}

impl Limits {
    /// Within this process alone.
    #[must_use]
    pub fn local(allowances: Allowances, clock: &Clock) -> Self {
        Self::over(allowances, clock, None)
    }

    /// Together with other processes, through a Redis server; it need not be there yet. To be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the address is none.
    pub fn redis(
        allowances: Allowances,
        clock: &Clock,
        url: &str,
    ) -> std::result::Result<Self, LimitsError> {
        Ok(Self::over(allowances, clock, Some(Shared::new(url)?)))
    }

    fn over(allowances: Allowances, clock: &Clock, shared: Option<Shared>) -> Self {
        Self(Arc::new(Inner {
            local: Local::new(&allowances, clock),
            shared,
            turns: Turns::new(allowances.tenant_at_once),
            familiar: Familiar::new(clock.clone()),
            connections: Connections::new(allowances.address_connections),
            allowances,
        }))
    }

    /// Counts a request of a verified caller. How they stand is told whether it is let in or not.
    pub(crate) async fn request(&self, caller: &Caller) -> (Standing, Result<()>) {
        let tenant = caller.tenant.to_string();
        let actor = format!("{tenant}:{}", caller.actor);
        // The narrower first: what one token is refused costs its tenant nothing.
        let rules = [(Rule::TokenRequests, actor.as_str()), (Rule::TenantRequests, &tenant)];
        match self.take(&tenant, &rules, 1).await {
            Ok(standing) => (standing, Ok(())),
            Err(used) => {
                let limit = used.rule.quota(&self.0.allowances).burst.get();
                (Standing { limit, remaining: 0, reset: used.wait }, Err(used.refusal()))
            }
        }
    }

    /// A turn among the requests of a tenant that are under way. The others wait for a moment, and not in front of the database.
    ///
    /// # Errors
    /// `limited` where too many wait, or for too long.
    pub(crate) async fn turn(&self, caller: &Caller) -> Result<Turn> {
        self.0.turns.take(caller.tenant).await
    }

    /// Takes what a GraphQL document costs from its tenant's budget.
    ///
    /// # Errors
    /// `limited` where there is not so much in it.
    pub(crate) async fn spend(&self, caller: &Caller, cost: u32) -> Result<()> {
        let tenant = caller.tenant.to_string();
        let spent = self.take(&tenant, &[(Rule::TenantQueryCost, &tenant)], cost).await;
        spent.map(|_standing| ()).map_err(Used::refusal)
    }

    /// Counts a request of somebody who has not shown yet who they are.
    ///
    /// # Errors
    /// `limited` where there were too many from this address.
    pub(crate) async fn stranger(&self, address: Address) -> Result<()> {
        let key = address.to_string();
        let taken = self.take(&key, &[(Rule::AddressRequests, &key)], 1).await;
        taken.map(|_standing| ()).map_err(Used::refusal)
    }

    /// Counts a try to sign in with a password. An address that the account has signed in from has a budget of its own, so that strangers who
    /// use up the account's lock nobody out who has been there before.
    ///
    /// # Errors
    /// `limited`, for accounts that there are not, too.
    pub(crate) async fn sign_in(&self, attempt: &Attempt) -> Result<()> {
        let Attempt { tenant, account, address } = attempt;
        let account = format!("{tenant}:{account}");
        let taken = if self.knows(attempt).await {
            let there = format!("{account}:{address}");
            self.take(tenant, &[(Rule::AccountSignIns, &there)], 1).await
        } else {
            let of_tenant =
                [(Rule::AccountSignIns, account.as_str()), (Rule::TenantSignIns, tenant)];
            let from = address.to_string();
            match self.take(&from, &[(Rule::AddressSignIns, &from)], 1).await {
                Ok(_standing) => self.take(tenant, &of_tenant, 1).await,
                refused => refused,
            }
        };
        taken.map(|_standing| ()).map_err(Used::refusal)
    }

    /// Remembers where an account signed in.
    pub(crate) async fn signed_in(&self, attempt: &Attempt) {
        self.0.familiar.note(attempt);
        if let Some(shared) = &self.0.shared {
            shared.remember(&attempt.key(), familiar::REMEMBERED).await;
        }
    }

    async fn knows(&self, attempt: &Attempt) -> bool {
        self.0.familiar.knows(attempt)
            || match &self.0.shared {
                None => false,
                Some(shared) => shared.remembers(&attempt.key()).await,
            }
    }

    /// A connection from an address; `None` where it has as many as it may.
    pub(crate) fn connection(&self, address: IpAddr) -> Option<Connection> {
        self.0.connections.open(address)
    }

    /// Here first, which costs nothing: this process alone has seen no more than all of them. Then among all, as far as Redis answers.
    async fn take(
        &self,
        whose: &str,
        rules: &[(Rule, &str)],
        amount: u32,
    ) -> std::result::Result<Standing, Used> {
        let here = self.0.local.take(rules, amount)?;
        let Some(shared) = &self.0.shared else { return Ok(here) };
        let quotas = rules.iter().map(|(rule, key)| (*rule, rule.quota(&self.0.allowances), *key));
        let among_all = shared.take(whose, &quotas.collect::<Vec<_>>(), amount).await;
        among_all.unwrap_or(Ok(here))
    }
}

impl Attempt {
    fn key(&self) -> String {
        let Self { tenant, account, address } = self;
        format!("{{{tenant}}}:{account}:{address}:familiar")
    }
}

impl Used {
    fn refusal(self) -> Error {
        Error::limited(self.wait, self.rule.refusal())
    }
}

impl Standing {
    /// Says so in an answer, as most clients read it (draft-ietf-httpapi-ratelimit-headers-03).
    pub(crate) fn add_headers(self, headers: &mut HeaderMap) {
        let reset = self.reset.as_secs() + u64::from(self.reset.subsec_nanos() > 0);
        headers.insert(LIMIT, self.limit.into());
        headers.insert(REMAINING, self.remaining.into());
        headers.insert(RESET, reset.into());
    }

    /// The one that is nearer to its end.
    fn tighter(self, other: Self) -> Self {
        let left = |it: &Self| f64::from(it.remaining) / f64::from(it.limit);
        if left(&other) < left(&self) { other } else { self }
    }
}
