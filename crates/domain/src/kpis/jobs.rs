//! What happens later.

use serde::{Deserialize, Serialize};

use crate::kernel::jobs::Job;

/// Adds up what is marked until nothing is: `while drain(…) > 0`. It waits once per tenant, however often it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drain {}

impl Job for Drain {
    const KIND: &'static str = "kpis.drain";

    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }
}
