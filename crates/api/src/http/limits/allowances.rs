//! How much there is of what.

use std::num::NonZeroU32;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const QUARTER: Duration = Duration::from_secs(15 * 60);

/// What everybody may use up. None of it is zero: what is, counts as one.
#[derive(Clone, Debug)]
pub struct Allowances {
    /// Requests of a tenant, a second; twice as many at once.
    pub tenant_requests: u32,
    /// Requests of a user or an API client, with whichever of their tokens, a second; twice as many at once.
    pub token_requests: u32,
    /// Requests of a tenant that are under way at the same time. Others wait for a moment.
    pub tenant_at_once: u32,
    /// What the GraphQL documents of a tenant may cost, a minute.
    pub tenant_query_cost: u32,
    /// Requests without an access token from an address, a second; twice as many at once.
    pub address_requests: u32,
    /// Tries to sign in to an account from addresses that it has not signed in from, and from each of the others, in 15 minutes.
    pub account_sign_ins: u32,
    /// Tries to sign in from an address to accounts that have not signed in from it, in 15 minutes.
    pub address_sign_ins: u32,
    /// The same of a tenant, from all addresses.
    pub tenant_sign_ins: u32,
    /// Connections that an address may have open.
    pub address_connections: u32,
}

impl Allowances {
    /// What holds where nothing else is said.
    pub const DEFAULT: Self = Self {
        tenant_requests: 500,
        token_requests: 200,
        tenant_at_once: 8,
        tenant_query_cost: 600_000,
        address_requests: 20,
        account_sign_ins: 10,
        address_sign_ins: 100,
        tenant_sign_ins: 1_000,
        address_connections: 256,
    };
    /// The most of anything that can be said: no limit that anybody meets.
    pub const MOST: u32 = 10_000_000;
}

impl Default for Allowances {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    TenantRequests,
    TokenRequests,
    TenantQueryCost,
    AddressRequests,
    AccountSignIns,
    AddressSignIns,
    TenantSignIns,
}

/// A rate with room for a burst.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    /// How long it takes until there is one more.
    pub(super) each: Duration,
    pub(super) burst: NonZeroU32,
}

impl Rule {
    pub(super) const ALL: [Self; 7] = [
        Self::TenantRequests,
        Self::TokenRequests,
        Self::TenantQueryCost,
        Self::AddressRequests,
        Self::AccountSignIns,
        Self::AddressSignIns,
        Self::TenantSignIns,
    ];

    pub(super) fn quota(self, allowances: &Allowances) -> Quota {
        match self {
            Self::TenantRequests => per_second(allowances.tenant_requests),
            Self::TokenRequests => per_second(allowances.token_requests),
            Self::AddressRequests => per_second(allowances.address_requests),
            Self::TenantQueryCost => {
                let most = allowances.tenant_query_cost.max(1);
                quota(MINUTE, most, most)
            }
            Self::AccountSignIns => tries(allowances.account_sign_ins),
            Self::AddressSignIns => tries(allowances.address_sign_ins),
            Self::TenantSignIns => tries(allowances.tenant_sign_ins),
        }
    }

    /// Whether a stranger chooses what it is counted by.
    pub(super) fn is_of_strangers(self) -> bool {
        match self {
            Self::TenantRequests | Self::TokenRequests | Self::TenantQueryCost => false,
            Self::AddressRequests
            | Self::AccountSignIns
            | Self::AddressSignIns
            | Self::TenantSignIns => true,
        }
    }

    /// Its name in keys.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::TenantRequests => "tenant_requests",
            Self::TokenRequests => "token_requests",
            Self::TenantQueryCost => "tenant_query_cost",
            Self::AddressRequests => "address_requests",
            Self::AccountSignIns => "account_sign_ins",
            Self::AddressSignIns => "address_sign_ins",
            Self::TenantSignIns => "tenant_sign_ins",
        }
    }

    /// What whoever is refused is told.
    pub(super) fn refusal(self) -> &'static str {
        match self {
            Self::TenantRequests => "the tenant asks more often than it may; ask again later",
            Self::TokenRequests => {
                "this token's owner asks more often than they may; ask again later"
            }
            Self::TenantQueryCost => {
                "the tenant's GraphQL documents have cost what they may for now; ask later, or for less"
            }
            Self::AddressRequests | Self::AddressSignIns => {
                "this address has tried more often than it may; try again later"
            }
            Self::AccountSignIns | Self::TenantSignIns => {
                "there were too many tries to sign in; try again later"
            }
        }
    }
}

fn per_second(amount: u32) -> Quota {
    quota(SECOND, amount.max(1), amount.saturating_mul(2))
}

/// Never more than `amount` in any 15 minutes: half of them at once, and the other half over the time.
fn tries(amount: u32) -> Quota {
    let half = (amount / 2).max(1);
    quota(QUARTER, half, half)
}

fn quota(window: Duration, amount: u32, burst: u32) -> Quota {
    Quota { each: window / amount, burst: NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN) }
}
