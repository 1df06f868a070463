//! Connections.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::connections::types::{ConnectionId, ConnectionState, FieldMapping};
use crate::kernel::{TenantId, TenantOwned, Versioned};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connections")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConnectionId,
    pub name: String,
    pub system: String,
    pub state: ConnectionState,
    pub state_since: DateTime<Utc>,
    pub base_url: Option<String>,
    /// Which helpdesk that is, where its address says so; empty for one that is not read any more.
    pub helpdesk: Option<String>,
    /// Gone once the connection is revoked.
    pub sealed_credentials: Option<Vec<u8>>,
    /// What the helpdesk gave for them; gone with them.
    pub sealed_access_token: Option<Vec<u8>>,
    /// Until then one alone asks for the next one.
    pub renewing_until: Option<DateTime<Utc>>,
    pub cadence_seconds: Option<i32>,
    pub sync_from: Option<DateTime<Utc>>,
    pub field_mapping: FieldMapping,
    pub account_name: Option<String>,
    pub checked_at: Option<DateTime<Utc>>,
    pub synced_at: Option<DateTime<Utc>>,
    pub trouble_code: Option<String>,
    pub trouble: Option<String>,
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
    const NOUN: &'static str = "connection";
    const TAKEN: &'static [(&'static str, &'static str, &'static str)] = &[
        ("connections_helpdesk_key", "helpdesk_taken", "another connection reads this helpdesk"),
        ("connections_name_key", "connection_name_taken", "another connection has this name"),
    ];
}

impl Versioned for Entity {
    const VERSION: Column = Column::Version;
    const CREATED_AT: Column = Column::CreatedAt;
    const UPDATED_AT: Column = Column::UpdatedAt;
}
