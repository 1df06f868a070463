//! Runs: each time that a connection is read.

use async_graphql::{Enum, InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, DerivePartialModel, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ConnectionId;
use crate::kernel::Identified;

crate::id!(SyncRunId, "sync_run", "The id of a time that a connection was read.");

/// Why a connection is read.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum RunKind {
    /// For all there is, for the first time or once more.
    Backfill,
    /// For what changed since the run before.
    Incremental,
}

/// How a run goes.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum RunState {
    /// It is under way.
    Running,
    /// It read all there was.
    Succeeded,
    /// It read some of the streams to their end.
    Partial,
    /// It was stopped, and the next one goes on where it was.
    Failed,
}

/// A time that a connection was read. It is kept for 30 days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[graphql(name = "SyncRunFields")]
#[sea_orm(entity = "super::super::entity::run::Entity")]
pub struct SyncRun {
    /// The run.
    pub id: SyncRunId,
    /// Of which connection.
    pub connection_id: ConnectionId,
    /// Why it was read.
    pub kind: RunKind,
    /// How it goes.
    pub state: RunState,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; null while it is under way.
    pub ended_at: Option<DateTime<Utc>>,
    /// How many pages were read and kept.
    pub pages: i64,
    /// How many items were on them.
    pub items: i64,
    /// How many of them changed something here.
    pub changed: i64,
    /// What stopped it, as a word.
    pub trouble_code: Option<String>,
    /// The same for people to read.
    pub trouble: Option<String>,
}

impl Identified for SyncRun {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// Which runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, InputObject)]
#[into_params(parameter_in = Query)]
pub struct SyncRunFilter {
    /// Only those of this connection.
    pub connection_id: Option<ConnectionId>,
    /// Only those that go or went so.
    pub state: Option<RunState>,
    /// Only those of this kind.
    pub kind: Option<RunKind>,
    /// What they are listed by: `started_at`, or `-started_at` for the latest first.
    #[graphql(skip)]
    #[param(inline)]
    pub sort: Option<SyncRunSort>,
}

/// What runs are listed by; by when their records were made, where nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Enum)]
pub enum SyncRunSort {
    /// By when they began, the earliest first.
    #[serde(rename = "started_at")]
    StartedAt,
    /// By when they began, the latest first.
    #[serde(rename = "-started_at")]
    StartedAtDesc,
}
