//! Views of what is compared: facts of ours, and what the source says of a ticket.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::connections::ConnectionId;
use crate::kernel::TenantOwned;
use crate::tickets::TicketId;

/// A fact of ours.
pub(super) mod fact {
    use super::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "drift_facts")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_id: TicketId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ordinal: i32,
        pub measure: i16,
        pub at_micros: i64,
        pub value: i64,
        pub exclusion: i16,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}

    impl TenantOwned for Entity {
        const TENANT: Column = Column::TenantId;
        const ID: Column = Column::TicketId;
        const NOUN: &'static str = "ticket fact";
    }
}

/// A ticket with the source's own figures.
pub(super) mod ticket {
    use super::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "drift_tickets")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TicketId,
        pub connection_id: ConnectionId,
        pub created_at: DateTime<Utc>,
        pub last_solved_at: Option<DateTime<Utc>>,
        pub source_version: Option<i64>,
        pub source_first_response_seconds: Option<i64>,
        pub source_full_resolution_seconds: Option<i64>,
        pub source_reopens: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}

    impl TenantOwned for Entity {
        const TENANT: Column = Column::TenantId;
        const ID: Column = Column::Id;
        const NOUN: &'static str = "ticket";
    }
}
