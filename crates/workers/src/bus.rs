//! Saying that there is work. A hint and nothing more: whoever misses it finds the work by looking, a second later at most.
//!
//! Within a process a commit wakes the runner directly. With Redis it wakes the runners of every process too; while Redis is away, nothing
//! waits for it and nothing fails.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, RedisError, RedisResult};
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
            let said = redis.say(redis::cmd("PUBLISH").arg(CHANNEL).arg("")).await;
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
        }
    }

    /// Whether Redis answers; `None` where there is none to ask.
    pub async fn answers(&self) -> Option<bool> {
        let redis = self.redis.as_ref()?;
        Some(redis.say(&redis::cmd("PING")).await.is_ok())
    }
}

impl Redis {
    /// Says something once. A connection that failed is not used again.
    async fn say(&self, command: &Cmd) -> RedisResult<()> {
        let mut speaking = self.speaking.lock().await;
        let said = in_time(async {
            if let Some(mut connection) = speaking.take()
                && command.exec_async(&mut connection).await.is_ok()
            {
                return Ok(connection);
            }
            // There was none, or it had broken since it was last used. The time is up for the whole of it, not for each part.
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(None)
                .set_response_timeout(None);
            let connecting = self.client.get_multiplexed_async_connection_with_config(&config);
            let mut connection = connecting.await?;
            command.exec_async(&mut connection).await.map(|()| connection)
        });
        *speaking = Some(said.await?);
        Ok(())
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
mod tests {
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;
    use tokio::task::JoinSet;

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

    /// Passes on what is said to the server of an address. Once `deaf` is set, nothing that is said on the connections of until then.
    async fn relay(listener: TcpListener, url: String, deaf: watch::Receiver<bool>) {
        let server = url.trim_start_matches("redis://").trim_end_matches('/').to_owned();
        let mut passing = JoinSet::new();
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut server = TcpStream::connect(&server).await.unwrap();
            let (early, mut deaf) = (!*deaf.borrow(), deaf.clone());
            passing.spawn(async move {
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                    () = async { deaf.wait_for(|deaf| *deaf && early).await.map(drop).unwrap() } => {
                        let (mut reader, _writer) = client.split();
                        tokio::io::copy(&mut reader, &mut tokio::io::sink()).await.ok();
                    }
                }
            });
        }
    }

    #[tokio::test]
    async fn connections_that_went_silent_are_left_for_new_ones() {
        let Some(url) = server() else { return };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let through = format!("redis://{}/", listener.local_addr().unwrap());
        let (deafen, deaf) = watch::channel(false);
        let (here, there) = (Bus::redis(&through).unwrap(), Bus::redis(&through).unwrap());
        let script = async {
            there.woken().await;
            assert_eq!(here.answers().await, Some(true));
            deafen.send_replace(true);
            assert_eq!(
                here.answers().await,
                Some(false),
                "the connection that it had says nothing"
            );
            assert_eq!(here.answers().await, Some(true));
            // For having begun to listen anew.
            there.woken().await;
            here.waker()();
            there.woken().await;
        };
        let heard = async {
            tokio::select! {
                () = script => {}
                () = relay(listener, url, deaf) => {}
                () = here.publish() => {}
                () = there.listen() => {}
            }
        };
        timeout(LONG, heard).await.expect("both sides begin anew");
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
