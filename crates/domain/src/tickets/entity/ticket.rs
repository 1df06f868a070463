//! Rows of `tickets`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::connections::ConnectionId;
use crate::kernel::{PersonId, TenantId, TenantOwned};
use crate::tickets::{Channel, CustomerId, InitiatedBy, QueueId, StatusCategory, TicketId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tickets")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TicketId,
    pub connection_id: ConnectionId,
    pub external_id: String,
    pub channel: Channel,
    pub customer_id: Option<CustomerId>,
    pub initiated_by: InitiatedBy,
    pub is_test: bool,
    pub status: StatusCategory,
    pub priority: Option<String>,
    pub queue_id: Option<QueueId>,
    pub assignee_id: Option<PersonId>,
    /// A JSON list of texts.
    pub tags: String,
    pub created_at: DateTime<Utc>,
    pub first_solved_at: Option<DateTime<Utc>>,
    pub last_solved_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub spam_at: Option<DateTime<Utc>>,
    pub merged_at: Option<DateTime<Utc>>,
    /// The source's id of the ticket that this one went into.
    pub merged_into: Option<String>,
    pub source_version: Option<i64>,
    pub source_first_response_seconds: Option<i64>,
    pub source_full_resolution_seconds: Option<i64>,
    pub source_reopens: Option<i64>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::Id;
    const NOUN: &'static str = "ticket";
}
