//! Rows of `import_mappings`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::kernel::{TenantId, TenantOwned, Versioned};
use crate::tickets::MappingId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_mappings")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MappingId,
    pub name: String,
    pub text: String,
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
    const NOUN: &'static str = "mapping";
    const TAKEN: &'static [(&'static str, &'static str, &'static str)] =
        &[("import_mappings_name_key", "mapping_name_taken", "another mapping has this name")];
}

impl Versioned for Entity {
    const VERSION: Column = Column::Version;
    const CREATED_AT: Column = Column::CreatedAt;
    const UPDATED_AT: Column = Column::UpdatedAt;
}
