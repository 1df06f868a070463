//! Runs.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::connections::types::{ConnectionId, RunKind, RunState, SyncRunId};
use crate::kernel::{TenantId, TenantOwned};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_runs")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SyncRunId,
    pub connection_id: ConnectionId,
    pub kind: RunKind,
    pub state: RunState,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub pages: i64,
    pub items: i64,
    pub changed: i64,
    pub trouble_code: Option<String>,
    pub trouble: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::Id;
    const NOUN: &'static str = "sync run";
}
