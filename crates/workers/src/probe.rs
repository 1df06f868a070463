//! Looks at a Redis server once, for doctor.

use std::time::{Duration, Instant};

use redis::{AsyncConnectionConfig, Client};

use crate::bus::BusError;

/// A Redis server that answers.
#[derive(Clone, Debug)]
pub struct RedisCondition {
    /// Its version; empty where it does not say.
    pub version: String,
    /// From a question to its answer.
    pub round_trip: Duration,
}

/// Asks the server of an address for its version.
///
/// # Errors
/// When the address is none, or nobody answers within `patience`.
pub async fn probe(url: &str, patience: Duration) -> Result<RedisCondition, BusError> {
    let client = Client::open(url)?;
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(patience))
        .set_response_timeout(Some(patience));
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    let begun = Instant::now();
    redis::cmd("PING").exec_async(&mut connection).await?;
    let round_trip = begun.elapsed();
    let told: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await?;
    let version = told.lines().find_map(|line| line.strip_prefix("redis_version:"));
    Ok(RedisCondition { version: version.unwrap_or_default().trim().to_owned(), round_trip })
}
