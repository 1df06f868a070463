//! What waits in the queue, over all tenants, for whoever watches it.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::kernel::{App, Result, dialect};

/// How many jobs of a kind are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The kind.
    pub kind: String,
    /// `ready`, `running` or `dead`.
    pub state: String,
    /// How many.
    pub count: i64,
    /// When the first of them is or was due; of running ones, when the first lease ends.
    pub first_due: DateTime<Utc>,
}

impl App {
    /// What is in the queue.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn queue(&self) -> Result<Vec<Queued>> {
        let sql = "SELECT kind, state, COUNT(*) AS count, MIN(due_at) AS first_due FROM jobs GROUP BY kind, state ORDER BY kind, state";
        self.system_read(async |scope| {
            let statement = dialect::statement(scope.backend(), sql, []);
            let rows = scope.tx().query_all_raw(statement).await?.into_iter().map(|row| {
                Ok(Queued {
                    kind: row.try_get("", "kind")?,
                    state: row.try_get("", "state")?,
                    count: row.try_get("", "count")?,
                    first_due: row.try_get("", "first_due")?,
                })
            });
            rows.collect()
        })
        .await
    }
}
