//! Saying that there is work. A hint and nothing more: whoever misses it finds the work by looking, a second later at most.
//!
//! Within a process a commit wakes the runner directly. With Redis it wakes the runners of every process too; while Redis is away, nothing
//! waits for it and nothing fails.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, RedisResult};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use domain::kernel::Wake;

/// Where wake-ups are published. They carry nothing: the table is the queue.
const CHANNEL: &str = "plumbline:jobs";
/// How long Redis may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long to wait before connecting again: at first, and at most.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));

/// The address of the Redis server cannot be used.
#[derive(Debug)]
pub struct BusError(RedisError);

impl std::fmt::Display for BusError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for BusError {}

impl From<RedisError> for BusError {
    fn from(error: RedisError) -> Self {
        Self(error)
    }
}

/// Carries wake-ups. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    here: Arc<Notify>,
    redis: Option<Arc<Redis>>,
}

struct Redis {
    client: Client,
    manager: ConnectionManager,
    unsaid: Notify,
    away: AtomicBool,
}

impl Bus {
    /// Within this process alone.
    #[must_use]
    pub fn local() -> Self {
        Self { here: Arc::default(), redis: None }
    }

    /// Between processes, through a Redis server; it need not be there yet. To be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the address is none.
    pub fn redis(url: &str) -> Result<Self, BusError> {
        let client = Client::open(url).map_err(BusError)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1)
            .set_max_delay(PATIENCE);
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), config);
        let redis = Redis {
            client,
            manager: manager.map_err(BusError)?,
            unsaid: Notify::new(),
            away: AtomicBool::new(false),
        };
        Ok(Self { here: Arc::default(), redis: Some(Arc::new(redis)) })
    }

    /// What an application calls after a commit that enqueued work: it takes no time and cannot fail.
    #[must_use]
    pub fn waker(&self) -> Wake {
        let bus = self.clone();
        Arc::new(move || {
            bus.here.notify_one();
            if let Some(redis) = &bus.redis {
                redis.unsaid.notify_one();
            }
        })
    }

    /// Waits for the next wake-up. Several at once are one.
    pub(crate) async fn woken(&self) {
        self.here.notified().await;
    }

    /// Tells other processes what this one's commits have to say, for as long as it is polled.
    pub async fn publish(&self) {
        let Some(redis) = &self.redis else {
            return pending().await;
        };
        loop {
            redis.unsaid.notified().await;
            let mut manager = redis.manager.clone();
            let said = redis::cmd("PUBLISH").arg(CHANNEL).arg("").exec_async(&mut manager).await;
            redis.note(&said);
        }
    }

    /// Listens to other processes, for as long as it is polled.
    pub async fn listen(&self) {
        let Some(redis) = &self.redis else {
            return pending().await;
        };
        let mut pause = RECONNECT.0;
        loop {
            let heard = self.listen_once(redis, &mut pause).await;
            redis.note(&heard);
            sleep(pause).await;
            pause = RECONNECT.1.min(pause * 2);
        }
    }

    /// Listens until the connection breaks.
    async fn listen_once(&self, redis: &Redis, pause: &mut Duration) -> RedisResult<()> {
        let mut subscription = redis.subscribe().await?;
        *pause = RECONNECT.0;
        redis.note(&Ok(()));
        // Something may have been said while nobody listened.
        self.here.notify_one();
        let mut messages = subscription.on_message();
        while messages.next().await.is_some() {
            self.here.notify_one();
        }
        Ok(())
    }

    /// Whether Redis answers; `None` where there is none to ask.
    pub async fn answers(&self) -> Option<bool> {
        let redis = self.redis.as_ref()?;
        let mut manager = redis.manager.clone();
        let ping = redis::cmd("PING");
        let answer = timeout(2 * PATIENCE, ping.exec_async(&mut manager)).await;
        Some(matches!(answer, Ok(Ok(()))))
    }
}

impl Redis {
    async fn subscribe(&self) -> RedisResult<redis::aio::PubSub> {
        let subscribing = async {
            let mut subscription = self.client.get_async_pubsub().await?;
            subscription.subscribe(CHANNEL).await?;
            Ok(subscription)
        };
        let too_late = |_| RedisError::from((redis::ErrorKind::Io, "no answer in time"));
        timeout(2 * PATIENCE, subscribing).await.unwrap_or_else(|late| Err(too_late(late)))
    }

    /// Logs when Redis goes away and when it is back, and not each attempt between.
    fn note<T>(&self, result: &RedisResult<T>) {
        match result {
            Ok(_) if self.away.swap(false, Ordering::Relaxed) => {
                tracing::info!("Redis is back");
            }
            Err(error) if !self.away.swap(true, Ordering::Relaxed) => {
                tracing::warn!(%error, "Redis is away; workers look for work by themselves until it is back");
            }
            Ok(_) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[expect(clippy::disallowed_methods, reason = "the one way a test run says where its Redis is")]
    fn server() -> Option<String> {
        std::env::var("PLUMBLINE_TEST_REDIS_URL").ok()
    }

    #[tokio::test]
    async fn a_wake_up_reaches_another_process() {
        let Some(url) = server() else { return };
        let (here, there) = (Bus::redis(&url).unwrap(), Bus::redis(&url).unwrap());
        assert_eq!(here.answers().await, Some(true));
        let script = async {
            // The first is for having begun to listen.
            there.woken().await;
            here.waker()();
            there.woken().await;
        };
        let heard = async {
            tokio::select! {
                () = script => {}
                () = here.publish() => {}
                () = there.listen() => {}
            }
        };
        timeout(LONG, heard).await.expect("the other side is woken too");
    }

    #[tokio::test]
    async fn without_redis_this_process_is_still_woken() {
        // Nobody listens on the discard port of this machine.
        let bus = Bus::redis("redis://127.0.0.1:9/").unwrap();
        bus.waker()();
        let script = async {
            bus.woken().await;
            assert_eq!(bus.answers().await, Some(false));
        };
        let all = async {
            tokio::select! {
                () = script => {}
                () = bus.publish() => {}
                () = bus.listen() => {}
            }
        };
        timeout(LONG, all).await.expect("nobody waits for Redis");
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        assert!(Bus::redis("http://nowhere").is_err());
        assert_eq!(Bus::local().redis.map(|_| ()), None);
    }
}
