//! What a helpdesk's own words mean here, as each tenant says of each of its connections.

use sea_orm_migration::prelude::*;

use crate::tenancy::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "ALTER TABLE connections ADD COLUMN field_mapping text NOT NULL DEFAULT '{}'")
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "ALTER TABLE connections DROP COLUMN field_mapping").await
    }
}
