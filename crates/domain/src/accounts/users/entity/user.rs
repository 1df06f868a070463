//! A user's row.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::accounts::passwords::PasswordHash;
use crate::accounts::users::types::UserState;
use crate::kernel::{PersonId, TenantId, TenantOwned, UserId, Versioned};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub email: String,
    pub person_id: Option<PersonId>,
    pub password_hash: Option<PasswordHash>,
    pub state: UserState,
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
    const NOUN: &'static str = "user";
    const TAKEN: &'static [(&'static str, &'static str, &'static str)] =
        &[("users_email_key", "user_email_taken", "another user has this e-mail")];
}

impl Versioned for Entity {
    const VERSION: Column = Column::Version;
    const CREATED_AT: Column = Column::CreatedAt;
    const UPDATED_AT: Column = Column::UpdatedAt;
}
