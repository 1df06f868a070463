//! Rows.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::types::ApiClientState;
use crate::kernel::{ApiClientId, TenantId, TenantOwned, Versioned};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_clients")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiClientId,
    pub name: String,
    pub secret_hash: Vec<u8>,
    /// Words with blanks between them, as in a token.
    pub scopes: String,
    pub state: ApiClientState,
    pub state_since: DateTime<Utc>,
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
    const NOUN: &'static str = "API client";
    const TAKEN: &'static [(&'static str, &'static str, &'static str)] =
        &[("api_clients_name_key", "client_name_taken", "another API client has this name")];
}

impl Versioned for Entity {
    const VERSION: Column = Column::Version;
    const CREATED_AT: Column = Column::CreatedAt;
    const UPDATED_AT: Column = Column::UpdatedAt;
}
