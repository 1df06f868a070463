//! Knowing that nobody is on the way any more: many hold a latch open at once, each until its transaction ends, and who shuts it waits for them.
//!
//! What they wrote is seen by whoever has shut it, so that "there is nothing left" is no guess. Where there is one writer at a time, nobody is
//! on the way while somebody else writes.

use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use crate::kernel::{Result, Scope, SystemScope};

/// A latch of the thing with this id. Two that share a number wait for each other now and then, and that is all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Latch(i64);

impl Latch {
    pub(crate) fn of(id: Uuid) -> Self {
        let (high, low) = id.as_u64_pair();
        Self((high.rotate_left(32) ^ low).cast_signed())
    }

    /// Holds some open until this scope ends.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn hold_open(latches: &[Self], scope: &SystemScope) -> Result<()> {
        if scope.backend() == DbBackend::Postgres {
            let open = |latch: &Self| format!("pg_advisory_xact_lock_shared({})", latch.0);
            let open: Vec<_> = latches.iter().map(open).collect();
            scope.tx().execute_unprepared(&format!("SELECT {}", open.join(", "))).await?;
        }
        Ok(())
    }

    /// Waits for all who hold it open, and lets nobody through until this scope ends.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn shut(self, scope: &Scope) -> Result<()> {
        if scope.backend() == DbBackend::Postgres {
            let shut = format!("SELECT pg_advisory_xact_lock({})", self.0);
            scope.tx().execute_unprepared(&shut).await?;
        }
        Ok(())
    }
}
