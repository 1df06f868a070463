//! Rows of `ticket_events`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::kernel::{PersonId, TenantId, TenantOwned};
use crate::tickets::{ActorKind, TicketId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_events")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket_id: TicketId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_key: Vec<u8>,
    pub seq: i32,
    pub at: DateTime<Utc>,
    pub kind: String,
    pub actor_kind: ActorKind,
    pub actor_id: Option<PersonId>,
    /// A JSON list of effects.
    pub effects: String,
    /// The source's id of the ticket that this one went into, if the event merged it.
    pub merged_into: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::TicketId;
    const NOUN: &'static str = "event of a ticket";
}
