//! Rows of `sla_targets`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::connections::ConnectionId;
use crate::kernel::{TenantId, TenantOwned};
use crate::tickets::source::SlaProgress;
use crate::tickets::{SlaClock, SlaMetric};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sla_targets")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: ConnectionId,
    /// The source's id of the ticket.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket: String,
    /// The source's word for what is timed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_metric: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub instance: i64,
    pub metric: SlaMetric,
    pub policy: Option<String>,
    pub target_seconds: Option<i64>,
    pub clock: Option<SlaClock>,
    pub applied_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub promise_order: Option<i64>,
    pub progress: Option<SlaProgress>,
    pub progress_at: Option<DateTime<Utc>>,
    pub progress_order: Option<i64>,
    pub breached_at: Option<DateTime<Utc>>,
    pub breach_order: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::ConnectionId;
    const NOUN: &'static str = "target of a ticket";
}
