//! What crosses the boundary.

use async_graphql::{Enum, InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, DerivePartialModel, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::patch::not_null;
use crate::kernel::{Identified, TenantId};

/// Where a tenant is in its life.
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
pub enum TenantState {
    /// In use.
    Active,
    /// Nobody may sign in; nothing is lost.
    Suspended,
    /// It is being erased, and there is no way back.
    Erasing,
}

/// The first day of a tenant's weeks.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum WeekStart {
    /// ISO 8601.
    #[default]
    Monday,
    /// North America.
    Sunday,
    /// Much of the Middle East.
    Saturday,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::entity::Entity")]
pub struct Tenant {
    /// The tenant.
    pub id: TenantId,
    /// Its name in addresses: lower-case letters, digits and hyphens. It never changes.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The IANA zone its dates are in.
    pub time_zone: String,
    /// The first day of its weeks.
    pub week_start: WeekStart,
    /// Whether e-mail and password are accepted at the token endpoint.
    pub password_sign_in: bool,
    /// Where it is in its life.
    pub state: TenantState,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
}

impl Identified for Tenant {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A tenant to make.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Its name in addresses: 2 to 40 lower-case letters, digits and hyphens, beginning with a letter.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The IANA zone its dates are in.
    pub time_zone: String,
    /// The first day of its weeks.
    pub week_start: WeekStart,
}

/// What to change of a tenant; what is not given stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields, default)]
pub struct TenantPatch {
    /// Its name.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// The IANA zone its dates are in: days in the past are told in it too.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub time_zone: Option<String>,
    /// The first day of its weeks.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub week_start: Option<WeekStart>,
    /// Whether e-mail and password are accepted at the token endpoint.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub password_sign_in: Option<bool>,
}
