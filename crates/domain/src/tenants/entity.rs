//! Rows.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::types::{TenantState, WeekStart};
use crate::kernel::{TenantId, TenantOwned, Versioned};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TenantId,
    pub slug: String,
    pub name: String,
    pub time_zone: String,
    pub week_start: WeekStart,
    pub password_sign_in: bool,
    pub state: TenantState,
    pub state_since: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A tenant's row is its own.
impl TenantOwned for Entity {
    const TENANT: Column = Column::Id;
    const ID: Column = Column::Id;
    const NOUN: &'static str = "tenant";
    const TAKEN: &'static [(&'static str, &'static str, &'static str)] =
        &[("tenants_slug_key", "slug_taken", "another tenant has this slug")];
}

impl Versioned for Entity {
    const VERSION: Column = Column::Version;
    const CREATED_AT: Column = Column::CreatedAt;
    const UPDATED_AT: Column = Column::UpdatedAt;
}
