//! What crosses the boundary.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reject {
    /// The line's number, counted from 1.
    pub line: u64,
    /// What is wrong with it, with the column and the value.
    pub reason: String,
}
