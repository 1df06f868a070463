//! Rows.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::kernel::{TenantId, TenantOwned, UserId};

crate::id!(RefreshTokenId, "refresh", "A refresh token's row.");
crate::id!(SessionId, "session", "A session's id.");

/// Where a refresh token is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub(crate) enum RefreshTokenState {
    /// Good for one use.
    Live,
    /// Replaced by its successor.
    Used,
    /// Its session has ended.
    Revoked,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefreshTokenId,
    pub user_id: UserId,
    pub family: SessionId,
    pub hash: Vec<u8>,
    pub state: RefreshTokenState,
    pub replaced_at: Option<DateTime<Utc>>,
    /// Kept until the successor itself is used.
    pub sealed_successor: Option<Vec<u8>>,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::Id;
    const NOUN: &'static str = "refresh token";
}
