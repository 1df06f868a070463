//! Rows.

/// Rows of `hooks`.
pub(crate) mod hook {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::connections::ConnectionId;
    use crate::hooks::HookId;
    use crate::kernel::{TenantId, TenantOwned, Versioned};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "hooks")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: TenantId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: HookId,
        pub connection_id: ConnectionId,
        pub scheme: String,
        /// JSON, where the tenant chose how it is signed.
        pub settings: Option<String>,
        pub sealed_secret: Vec<u8>,
        pub received_at: Option<DateTime<Utc>>,
        pub trouble_at: Option<DateTime<Utc>>,
        pub trouble_code: Option<String>,
        pub trouble: Option<String>,
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
        const NOUN: &'static str = "hook";
    }

    impl Versioned for Entity {
        const VERSION: Column = Column::Version;
        const CREATED_AT: Column = Column::CreatedAt;
        const UPDATED_AT: Column = Column::UpdatedAt;
    }
}

/// Rows of `inbox`.
pub(crate) mod delivery {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::hooks::HookId;
    use crate::kernel::{TenantId, TenantOwned};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "inbox")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: TenantId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hook_id: HookId,
        /// A digest of what the sender calls it.
        pub delivery: Vec<u8>,
        pub body: Vec<u8>,
        pub state: String,
        pub received_at: DateTime<Utc>,
        pub done_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    impl TenantOwned for Entity {
        const TENANT: Column = Column::TenantId;
        const ID: Column = Column::Id;
        const NOUN: &'static str = "delivery";
    }
}
