//! Budgets of this process.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use domain::kernel::Clock;
use governor::RateLimiter;
use governor::clock::{self, Clock as _};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;

use super::allowances::{Allowances, Quota, Rule};
use super::{Standing, Used};

/// Into how many budgets strangers are sorted, so that nobody fills the memory with names that are made up.
const STRANGERS: u64 = 1 << 18;
/// After how many questions those are forgotten who have their whole budget again.
const TIDY: u32 = 1 << 16;

type Limiter = RateLimiter<u64, HashMapStateStore<u64>, Time, StateInformationMiddleware>;

pub(super) struct Local {
    limiters: [(Quota, Limiter); Rule::ALL.len()],
    time: Time,
    /// Nobody outside knows whose names fall together.
    hasher: RandomState,
    asked: AtomicU32,
}

/// The application's clock, where a test moves it; otherwise one that is never set back.
#[derive(Clone)]
enum Time {
    Steady(Instant),
    Given(Clock),
}

impl clock::Clock for Time {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        match self {
            Self::Steady(start) => start.elapsed().into(),
            Self::Given(clock) => {
                let micros = u64::try_from(clock.now().timestamp_micros()).unwrap_or_default();
                Duration::from_micros(micros).into()
            }
        }
    }
}

impl Local {
    pub(super) fn new(allowances: &Allowances, clock: &Clock) -> Self {
        let time = match clock {
            Clock::System => Time::Steady(Instant::now()),
            Clock::Fixed(_) => Time::Given(clock.clone()),
        };
        let limiters = Rule::ALL.map(|rule| {
            let quota = rule.quota(allowances);
            (quota, limiter(quota, time.clone()))
        });
        Self { limiters, time, hasher: RandomState::new(), asked: AtomicU32::new(0) }
    }

    /// Takes from each budget in turn. What was taken from those before one that was used up is not given back.
    pub(super) fn take(&self, rules: &[(Rule, &str)], amount: u32) -> Result<Standing, Used> {
        self.tidy();
        let amount = NonZeroU32::new(amount).unwrap_or(NonZeroU32::MIN);
        let mut tightest: Option<Standing> = None;
        for (rule, key) in rules {
            let standing = self.take_one(*rule, key, amount)?;
            tightest = Some(tightest.map_or(standing, |it| it.tighter(standing)));
        }
        Ok(tightest.unwrap_or(Standing { limit: 1, remaining: 1, reset: Duration::ZERO }))
    }

    fn take_one(&self, rule: Rule, key: &str, amount: NonZeroU32) -> Result<Standing, Used> {
        let (quota, limiter) = &self.limiters[rule as usize];
        let hash = self.hasher.hash_one(key);
        let key = if rule.is_of_strangers() { hash % STRANGERS } else { hash };
        match limiter.check_key_n(&key, amount) {
            Ok(Ok(state)) => Ok(standing(*quota, state.remaining_burst_capacity())),
            Ok(Err(until)) => Err(Used { rule, wait: until.wait_time_from(self.time.now()) }),
            // More than there ever is at once.
            Err(_) => Err(Used { rule, wait: quota.each * quota.burst.get() }),
        }
    }

    fn tidy(&self) {
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY == TIDY - 1 {
            for (_, limiter) in &self.limiters {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
        }
    }
}

fn limiter(quota: Quota, time: Time) -> Limiter {
    let Quota { each, burst } = quota;
    // An interval of nothing at all is not one; ours has a microsecond at least.
    let rate = governor::Quota::with_period(each.max(Duration::from_micros(1)));
    let rate = rate.unwrap_or(governor::Quota::per_second(burst)).allow_burst(burst);
    Limiter::new(rate, HashMapStateStore::default(), time)
}

fn standing(quota: Quota, remaining: u32) -> Standing {
    let limit = quota.burst.get();
    let used = limit.saturating_sub(remaining);
    Standing { limit, remaining, reset: quota.each * used }
}
