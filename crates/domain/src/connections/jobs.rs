//! What happens later.

use serde::{Deserialize, Serialize};

use super::types::ConnectionId;
use crate::kernel::jobs::Job;

/// Reads a connection, from checking it to the end of a run, and enqueues the next one. It waits once per connection, however often it is
/// asked for. Where nobody can run it, it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sync {
    /// Which.
    pub connection: ConnectionId,
}

impl Job for Sync {
    const KIND: &'static str = "connections.sync";

    fn unique_key(&self) -> Option<String> {
        Some(self.connection.to_string())
    }
}
