//! What crosses the boundary.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, DerivePartialModel, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::types::Role;
use crate::kernel::patch::not_null;
use crate::kernel::{Identified, PersonId, Secret, UserId};

crate::id!(RoleGrantId, "grant", "A role grant's id.");

/// Where a user is in their life.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum UserState {
    /// May sign in.
    Active,
    /// May not, for now.
    Suspended,
    /// May not, ever again.
    Ended,
}

/// What can be done to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, Enum)]
#[serde(rename_all = "snake_case")]
pub enum UserAction {
    /// Sign them out and keep them out for now.
    Suspend,
    /// Let them in again.
    Reactivate,
    /// Sign them out and keep them out for good.
    End,
}

/// Somebody who signs in.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::entity::user::Entity")]
#[graphql(name = "UserFields")]
pub struct User {
    /// The user.
    pub id: UserId,
    /// The e-mail they sign in with, in lower case.
    pub email: String,
    /// The person they are.
    pub person_id: Option<PersonId>,
    /// Where they are in their life.
    pub state: UserState,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// When they were made.
    pub created_at: DateTime<Utc>,
    /// When they were changed last.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// What the caller may do to them now.
    #[sea_orm(skip)]
    pub allowed_actions: Vec<UserAction>,
}

impl Identified for User {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A user to make.
#[derive(Clone, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The e-mail they sign in with.
    pub email: String,
    /// The person they are.
    pub person_id: Option<PersonId>,
    /// 12 characters or more. Without one they cannot sign in by password.
    pub password: Option<Secret>,
}

/// What to change of a user; what is not given stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields, default)]
pub struct UserPatch {
    /// The e-mail they sign in with.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub email: Option<String>,
    /// The person they are; null for none.
    #[schema(value_type = Option<PersonId>)]
    pub person_id: MaybeUndefined<PersonId>,
}

/// Which users.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, InputObject)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct UserFilter {
    /// In this state.
    pub state: Option<UserState>,
    /// With this e-mail.
    pub email: Option<String>,
    /// Who are this person.
    pub person_id: Option<PersonId>,
}

/// A role that a user has for a time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::entity::role_grant::Entity")]
pub struct RoleGrant {
    /// The grant.
    pub id: RoleGrantId,
    /// Who has the role.
    pub user_id: UserId,
    /// The role.
    pub role: Role,
    /// From when on.
    pub valid_from: DateTime<Utc>,
    /// Until when; null without an end.
    pub valid_to: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
}

impl Identified for RoleGrant {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A role to grant.
#[derive(Clone, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewRoleGrant {
    /// The role.
    pub role: Role,
    /// From when on; from now on when not given.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when; without an end when not given.
    pub valid_to: Option<DateTime<Utc>>,
}
