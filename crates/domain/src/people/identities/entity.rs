//! Rows.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::types::IdentityId;
use crate::connections::ConnectionId;
use crate::kernel::{PersonId, TenantId, TenantOwned, Versioned};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "external_identities")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdentityId,
    pub person_id: PersonId,
    pub connection_id: ConnectionId,
    pub external_id: String,
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
    const NOUN: &'static str = "external identity";
    const TAKEN: &'static [(&'static str, &'static str, &'static str)] = &[(
        "external_identities_connection_id_external_id_key",
        "identity_taken",
        "this external identity belongs to another person",
    )];
}

impl Versioned for Entity {
    const VERSION: Column = Column::Version;
    const CREATED_AT: Column = Column::CreatedAt;
    const UPDATED_AT: Column = Column::UpdatedAt;
}
