//! How a connection does.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::DerivePartialModel;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ConnectionId, ConnectionState};

/// How a connection does, as its last runs left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
pub struct ConnectionHealth {
    /// Where the connection is in its life.
    pub state: ConnectionState,
    /// When the helpdesk let us in last.
    pub checked_at: Option<DateTime<Utc>>,
    /// When a run last read all there was.
    pub synced_at: Option<DateTime<Utc>>,
    /// Up to when every stream has been read; null as long as one of them was never read.
    pub reached_at: Option<DateTime<Utc>>,
    /// How many seconds ago that is: how old what is known here may be.
    pub lag_seconds: Option<i64>,
    /// How many streams failed when they were read last.
    pub failing_streams: i64,
    /// What stopped it last, as a word; null where the last run went through.
    pub trouble_code: Option<String>,
    /// The same for people to read.
    pub trouble: Option<String>,
}

/// One of the lists that a connection reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::super::entity::stream::Entity")]
pub struct SyncStream {
    /// Of which connection.
    pub connection_id: ConnectionId,
    /// What is read.
    pub name: String,
    /// Up to when, in the helpdesk's time; null where it was never read.
    pub reached_at: Option<DateTime<Utc>>,
    /// How many items were read in all.
    pub items: i64,
    /// How many of them changed something here.
    pub changed: i64,
    /// How often it failed since it was last read.
    pub failures: i32,
    /// Why, as a word.
    pub trouble_code: Option<String>,
    /// The same for people to read.
    pub trouble: Option<String>,
    /// When it was last read or tried.
    pub updated_at: DateTime<Utc>,
}
