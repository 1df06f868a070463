//! What crosses the boundary.

use async_graphql::{Enum, InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::accounts::types::{PermissionWord, ShownOnce};
use crate::kernel::patch::not_null;
use crate::kernel::{ApiClientId, Identified};

/// Where an API client is in its life.
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
pub enum ApiClientState {
    /// Its secret is good.
    Active,
    /// It is not, ever again.
    Revoked,
}

/// What can be done to an API client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, Enum)]
#[serde(rename_all = "snake_case")]
pub enum ApiClientAction {
    /// Give it a new secret; the old one ends at once.
    RotateSecret,
    /// Shut it out for good.
    Revoke,
}

/// A program that may call the API.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct ApiClient {
    /// The client: its `client_id` at the token endpoint.
    pub id: ApiClientId,
    /// Its name.
    pub name: String,
    /// What it may do, in the whole tenant: permissions like `tickets.read`. `write` and `admin` include `read` of the same kind.
    #[schema(value_type = Vec<PermissionWord>)]
    pub scopes: Vec<String>,
    /// Where it is in its life.
    pub state: ApiClientState,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// What the caller may do to it now.
    pub allowed_actions: Vec<ApiClientAction>,
}

impl Identified for ApiClient {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// An API client with its new secret, which is shown this once.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct ApiClientSecret {
    /// The client.
    pub client: ApiClient,
    /// Its secret. Keep it: we do not.
    pub client_secret: ShownOnce,
}

/// An API client to make.
#[derive(Clone, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewApiClient {
    /// Its name, unlike every other client's.
    pub name: String,
    /// What it may do: permissions like `tickets.read`. `write` and `admin` include `read` of the same kind.
    #[schema(value_type = Vec<PermissionWord>)]
    pub scopes: Vec<String>,
}

/// What to change of an API client; what is not given stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields, default)]
pub struct ApiClientPatch {
    /// Its name.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// What it may do. `write` and `admin` include `read` of the same kind.
    #[serde(deserialize_with = "not_null")]
    #[schema(value_type = Option<Vec<PermissionWord>>, nullable = false)]
    pub scopes: Option<Vec<String>>,
}

/// Which API clients.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, InputObject)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ApiClientFilter {
    /// In this state.
    pub state: Option<ApiClientState>,
}
