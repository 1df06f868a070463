//! What crosses the boundary.

mod auth;
mod credentials;
mod health;
mod mac;
mod mapping;
mod sync;
mod vendor;

use async_graphql::{Enum, InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, DerivePartialModel, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use auth::{AuthMethod, CredentialField, Grant, OAuth, Scheme};
pub use credentials::Credentials;
pub use health::{ConnectionHealth, SyncStream};
pub use mac::{MacAlgorithm, MacEncoding};
pub use mapping::FieldMapping;
pub use sync::{RunKind, RunState, SyncRun, SyncRunFilter, SyncRunId, SyncRunSort};
pub use vendor::{Descriptor, SWEEP, SourceFigures, Vendor};

use crate::kernel::Identified;
use crate::kernel::patch::not_null;

crate::id!(ConnectionId, "connection", "The id of a connection to a source of tickets.");

/// Where a connection is in its life.
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
pub enum ConnectionState {
    /// Its credentials are new, and are being tried.
    Testing,
    /// It is read from. The source of an import is always active.
    Active,
    /// It is not read from for now.
    Paused,
    /// The helpdesk does not let us in: it is not read from until somebody mends it.
    Error,
    /// It is not read from ever again. What it brought stays.
    Revoked,
}

/// What can be done to a connection to a helpdesk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Enum)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionAction {
    /// Try its credentials.
    Check,
    /// Stop reading for now.
    Pause,
    /// Go on reading where it stopped.
    Resume,
    /// Read everything from a time on once more.
    Resync,
    /// End it for good; its credentials are erased.
    Revoke,
}

/// A source of tickets: a helpdesk that is read from, or the name that imports give.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[graphql(name = "TicketSourceFields")]
#[sea_orm(entity = "super::entity::connection::Entity")]
pub struct Connection {
    /// The connection.
    pub id: ConnectionId,
    /// Its name, unlike every other one's; for an import, the `source` of the mapping.
    pub name: String,
    /// What kind of system it is: a vendor, or `import`.
    pub system: String,
    /// Where it is in its life.
    pub state: ConnectionState,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// Where the helpdesk is; null for an import.
    pub base_url: Option<String>,
    /// What the helpdesk calls the account that is read; null until it was let in once.
    pub account_name: Option<String>,
    /// How long after a run the next one begins; null for an import.
    pub cadence_seconds: Option<i32>,
    /// What the helpdesk has from before is not asked for; null where everything is.
    pub sync_from: Option<DateTime<Utc>>,
    /// What the helpdesk's own words mean here.
    pub field_mapping: FieldMapping,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// What the caller may do to it now.
    #[sea_orm(skip)]
    pub allowed_actions: Vec<ConnectionAction>,
}

impl Identified for Connection {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A connection to make to a helpdesk.
#[derive(Clone, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    /// Its name: 1 to 200 characters, unlike every other one's.
    pub name: String,
    /// Which helpdesk it is.
    pub vendor: Vendor,
    /// Where it is: the address without a path.
    pub base_url: String,
    /// What it lets us in with: the fields of one of the vendor's `auth_methods`. They are kept encrypted and never answered.
    pub credentials: Credentials,
    /// How long after a run the next one begins: 10 seconds to a day, a minute when not given.
    pub cadence_seconds: Option<i32>,
    /// What it has from before is not asked for; everything is, when not given.
    pub sync_from: Option<DateTime<Utc>>,
    /// What its own words mean here.
    pub field_mapping: Option<FieldMapping>,
}

/// What to change of a connection to a helpdesk; what is not given stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct ConnectionPatch {
    /// Its name.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Where the helpdesk is. With another address come all credentials anew: what opens one house is not sent to another.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub base_url: Option<String>,
    /// Those that are new, by their names; the others stay as they are. The fields of a way to sign in, all of them, replace whatever there was.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub credentials: Option<Credentials>,
    /// How long after a run the next one begins.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub cadence_seconds: Option<i32>,
    /// What its own words mean here, from now on. What was read already is read again with a resync.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub field_mapping: Option<FieldMapping>,
}

/// From when on to read once more.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewResync {
    /// What the helpdesk has from before is not asked for.
    pub from: DateTime<Utc>,
}

/// Which connections.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, InputObject)]
#[into_params(parameter_in = Query)]
pub struct ConnectionFilter {
    /// Only those in this state.
    pub state: Option<ConnectionState>,
    /// Only those to this vendor's helpdesks.
    pub vendor: Option<Vendor>,
}
