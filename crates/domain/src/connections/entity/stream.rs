//! How far each stream of a connection was read.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::connections::types::ConnectionId;
use crate::kernel::{TenantId, TenantOwned};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_streams")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: ConnectionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Where the next run goes on; only the connector reads it.
    pub checkpoint: Option<String>,
    pub reached_at: Option<DateTime<Utc>>,
    pub items: i64,
    pub changed: i64,
    pub failures: i32,
    pub trouble_code: Option<String>,
    pub trouble: Option<String>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::ConnectionId;
    const NOUN: &'static str = "stream of a connection";
}
