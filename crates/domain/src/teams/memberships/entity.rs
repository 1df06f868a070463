//! Rows.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use super::types::MembershipId;
use crate::kernel::{PersonId, Span, TeamId, TenantId, TenantOwned, Versioned};
use crate::teams::spans::Stay;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "team_memberships")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    pub person_id: PersonId,
    pub team_id: TeamId,
    pub is_primary: bool,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

impl Stay for Model {
    const NOUN: &'static str = "membership";
    const OVERLAPS: &'static str = "membership_overlaps";

    fn name(&self) -> impl std::fmt::Display {
        self.id
    }

    fn span(&self) -> Span {
        Span { from: self.valid_from, to: self.valid_to }
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::Id;
    const NOUN: &'static str = "membership";
}

impl Versioned for Entity {
    const VERSION: Column = Column::Version;
    const CREATED_AT: Column = Column::CreatedAt;
    const UPDATED_AT: Column = Column::UpdatedAt;
}
