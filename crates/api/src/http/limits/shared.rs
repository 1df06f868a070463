//! Budgets of all processes together, in Redis. Nothing waits for it for long, and nothing fails with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{Client, Cmd, FromRedisValue, RedisError, RedisResult};
use tokio::time::timeout;

use super::allowances::{Quota, Rule};
use super::{Standing, Used};

/// How long a request may wait for Redis.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long it is left alone after it did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// The generic cell rate algorithm over several keys: all of them are charged, or none.
/// Each key holds when its budget will be whole again, in microseconds by Redis' own clock.
const TAKE: &str = "\
local time = redis.call('TIME')
local now, amount, whole = time[1] * 1000000 + time[2], tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local each, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  whole[i] = math.max(tonumber(redis.call('GET', key) or 0), now) + amount * each
  local wait = whole[i] - now - burst * each
  if wait > 0 then return {i, math.ceil(wait)} end
end
local answer = {0}
for i, key in ipairs(KEYS) do
  local reset = whole[i] - now
  redis.call('SET', key, string.format('%.0f', whole[i]), 'PX', math.ceil(reset / 1000) + 1)
  answer[#answer + 1] = reset
end
return answer";

/// The address of the Redis server cannot be used.
#[derive(Debug)]
pub struct LimitsError(RedisError);

impl std::fmt::Display for LimitsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for LimitsError {}

pub(super) struct Shared {
    client: Client,
    connection: RwLock<Option<MultiplexedConnection>>,
    connecting: AtomicBool,
    away_until: RwLock<Option<Instant>>,
}

impl Shared {
    pub(super) fn new(url: &str) -> Result<Self, LimitsError> {
        Ok(Self {
            client: Client::open(url).map_err(LimitsError)?,
            connection: RwLock::default(),
            connecting: AtomicBool::new(false),
            away_until: RwLock::default(),
        })
    }

    /// `None` where Redis says nothing.
    pub(super) async fn take(
        &self,
        whose: &str,
        rules: &[(Rule, Quota, &str)],
        amount: u32,
    ) -> Option<Result<Standing, Used>> {
        let mut command = redis::cmd("EVAL");
        command.arg(TAKE).arg(rules.len());
        for (rule, _, key) in rules {
            // What is in braces decides in a cluster where a key lies: what is asked together lies together.
            command.arg(format!("{{{whose}}}:{key}:{}", rule.word()));
        }
        command.arg(amount.max(1));
        for (_, quota, _) in rules {
            command.arg(micros(quota.each)).arg(quota.burst.get());
        }
        let answer: Vec<i64> = self.ask(&command).await?;
        let number = |at: usize| answer.get(at).and_then(|it| u64::try_from(*it).ok());
        let refused = number(0).and_then(|it| usize::try_from(it).ok())?;
        if let Some((rule, ..)) = refused.checked_sub(1).and_then(|at| rules.get(at)) {
            return Some(Err(Used { rule: *rule, wait: Duration::from_micros(number(1)?) }));
        }
        let standings = rules.iter().enumerate().filter_map(|(at, (_, quota, _))| {
            Some(standing(*quota, Duration::from_micros(number(at + 1)?)))
        });
        standings.reduce(Standing::tighter).map(Ok)
    }

    pub(super) async fn remember(&self, key: &str, lasting: Duration) {
        let mut command = redis::cmd("SET");
        self.ask::<()>(command.arg(key).arg(1).arg("EX").arg(lasting.as_secs())).await;
    }

    pub(super) async fn remembers(&self, key: &str) -> bool {
        self.ask(redis::cmd("EXISTS").arg(key)).await.unwrap_or(false)
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let away = *self.away_until.read().unwrap_or_else(PoisonError::into_inner);
        if away.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let mut connection = self.connection().await?;
        let asked = timeout(PATIENCE, command.query_async(&mut connection)).await;
        let asked = asked.unwrap_or_else(|late| Err(too_late(&late)));
        self.note(&asked);
        asked.ok()
    }

    /// The connection there is, or a new one. One at a time makes it, and nobody else waits for that.
    async fn connection(&self) -> Option<MultiplexedConnection> {
        let there = self.connection.read().unwrap_or_else(PoisonError::into_inner).clone();
        if there.is_some() || self.connecting.swap(true, Ordering::AcqRel) {
            return there;
        }
        let _connecting = Connecting(&self.connecting);
        let connecting = timeout(PATIENCE, self.client.get_multiplexed_async_connection()).await;
        let connected = connecting.unwrap_or_else(|late| Err(too_late(&late)));
        self.note(&connected);
        let connection = connected.ok()?;
        *self.connection.write().unwrap_or_else(PoisonError::into_inner) = Some(connection.clone());
        Some(connection)
    }

    /// Says when Redis goes away and when it is back, and not each attempt between.
    fn note<T>(&self, result: &RedisResult<T>) {
        let until = result.is_err().then(|| Instant::now() + PAUSE);
        let mut away = self.away_until.write().unwrap_or_else(PoisonError::into_inner);
        match (result, away.is_some()) {
            (Err(error), false) => {
                tracing::warn!(%error, "Redis is away; each process has limits of its own until it is back");
            }
            (Ok(_), true) => tracing::info!("Redis is back; all processes have limits together"),
            (Ok(_), false) | (Err(_), true) => {}
        }
        *away = until;
        if until.is_some() {
            *self.connection.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

/// Whoever stops waiting lets another one try.
struct Connecting<'a>(&'a AtomicBool);

impl Drop for Connecting<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

fn too_late(_: &tokio::time::error::Elapsed) -> RedisError {
    RedisError::from((redis::ErrorKind::Io, "no answer in time"))
}

fn standing(quota: Quota, reset: Duration) -> Standing {
    let limit = quota.burst.get();
    let used = micros(reset).div_ceil(micros(quota.each));
    let remaining = limit.saturating_sub(u32::try_from(used).unwrap_or(limit));
    Standing { limit, remaining, reset }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).max(1)
}
