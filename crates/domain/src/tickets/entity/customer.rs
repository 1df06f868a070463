//! Rows of `customers`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::connections::ConnectionId;
use crate::kernel::{TenantId, TenantOwned};
use crate::tickets::CustomerId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    pub connection_id: ConnectionId,
    pub external_id: String,
    pub name: String,
    pub organisation: Option<String>,
    /// The source's id of it, where it tells of organisations by themselves.
    pub organisation_external_id: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::Id;
    const NOUN: &'static str = "customer";
}
