//! What crosses the boundary.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::DerivePartialModel;
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::Identified;

crate::id!(ConnectionId, "connection", "The id of a connection to a source of tickets.");

/// A source of tickets.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[graphql(name = "TicketSource")]
#[sea_orm(entity = "super::entity::Entity")]
pub struct Connection {
    /// The connection.
    pub id: ConnectionId,
    /// Its name; for an import, the `source` of the mapping.
    pub name: String,
    /// What kind of system it is: `import` so far.
    pub system: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
}

impl Identified for Connection {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}
