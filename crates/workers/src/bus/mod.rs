//! Saying that there is work. A hint and nothing more: whoever misses it finds the work by looking, a second later at most.
//!
//! Within a process a commit wakes the runner directly. With Redis it wakes the runners of every process too, and processes can pin up what
//! others do well to know; while Redis is away, nothing waits for it and nothing fails.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError, RedisResult};
use tokio::sync::{Mutex, Notify};
use tokio::time::{sleep, timeout};

use domain::kernel::Wake;

/// Where wake-ups are published. They carry nothing: the table is the queue.
const CHANNEL: &str = "plumbline:jobs";
/// How long Redis may take to answer, connecting included.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long to listen without a word before asking whether anybody is there.
const SILENCE: Duration = Duration::from_secs(2);
/// How long to wait before listening again: at first, and at most.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));

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
    /// What is said goes over it. None until there is something to say, and after it failed.
    speaking: Mutex<Option<MultiplexedConnection>>,
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
        let redis = Redis {
            client,
            speaking: Mutex::default(),
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
            let said = redis.say::<()>(redis::cmd("PUBLISH").arg(CHANNEL).arg("")).await;
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

    /// Listens until the connection breaks, or nobody is at its other end.
    async fn listen_once(&self, redis: &Redis, pause: &mut Duration) -> RedisResult<()> {
        let subscribing = async {
            let mut subscription = redis.client.get_async_pubsub().await?;
            subscription.subscribe(CHANNEL).await?;
            Ok(subscription)
        };
        let (mut asking, mut messages) = in_time(subscribing).await?.split();
        *pause = RECONNECT.0;
        redis.note(&Ok(()));
        tracing::debug!("listening to Redis");
        // Something may have been said while nobody listened.
        self.here.notify_one();
        loop {
            match timeout(SILENCE, messages.next()).await {
                Ok(Some(_)) => self.here.notify_one(),
                Ok(None) => return Ok(()),
                // A connection whose other end has gone without a word looks like one on which nobody has anything to say.
                Err(_) => in_time(asking.ping::<()>()).await?,
            }
            redis.note(&Ok(()));
        }
    }

    /// Pins up for other processes what holds for so long. Where Redis is away or fails, they do without.
    pub(crate) async fn pin(&self, name: &str, text: &str, lasting: Duration) {
        let Some(redis) = self.within_reach() else { return };
        // Less than its least is nothing that Redis takes.
        let millis = u64::try_from(lasting.as_millis()).unwrap_or(u64::MAX).max(1);
        let mut command = redis::cmd("SET");
        redis.note(&redis.say::<()>(command.arg(name).arg(text).arg("PX").arg(millis)).await);
    }

    /// What was pinned up last by any process, and holds.
    pub(crate) async fn pinned(&self, name: &str) -> Option<String> {
        let redis = self.within_reach()?;
        let said = redis.say::<Option<String>>(redis::cmd("GET").arg(name)).await;
        redis.note(&said);
        said.ok().flatten()
    }

    /// Redis, unless it is known to be away. Whoever publishes or listens notices when it is back.
    fn within_reach(&self) -> Option<&Redis> {
        self.redis.as_deref().filter(|redis| !redis.away.load(Ordering::Relaxed))
    }

    /// Whether Redis answers; `None` where there is none to ask.
    pub async fn answers(&self) -> Option<bool> {
        let redis = self.redis.as_ref()?;
        Some(redis.say::<String>(&redis::cmd("PING")).await.is_ok())
    }
}

impl Redis {
    /// Says something once. A connection that failed is not used again.
    async fn say<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        let mut speaking = self.speaking.lock().await;
        let said = in_time(async {
            if let Some(mut connection) = speaking.take()
                && let Ok(answer) = command.query_async(&mut connection).await
            {
                return Ok((connection, answer));
            }
            // There was none, or it had broken since it was last used. The time is up for the whole of it, not for each part.
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(None)
                .set_response_timeout(None);
            let connecting = self.client.get_multiplexed_async_connection_with_config(&config);
            let mut connection = connecting.await?;
            let answer = command.query_async(&mut connection).await?;
            Ok((connection, answer))
        });
        let (connection, answer) = said.await?;
        *speaking = Some(connection);
        Ok(answer)
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

async fn in_time<T>(asked: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    let too_late = |_| RedisError::from((redis::ErrorKind::Io, "no answer in time"));
    timeout(PATIENCE, asked).await.unwrap_or_else(|late| Err(too_late(late)))
}

#[cfg(test)]
pub(crate) mod tests;
