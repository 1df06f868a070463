//! What happens later.

use serde::{Deserialize, Serialize};

use super::types::HookId;
use crate::kernel::jobs::Job;

/// Works off what a hook was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receive {
    /// Which.
    pub hook: HookId,
}

impl Job for Receive {
    const KIND: &'static str = "hooks.receive";

    fn unique_key(&self) -> Option<String> {
        Some(self.hook.to_string())
    }
}
