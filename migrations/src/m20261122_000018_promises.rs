//! Whom customers write for, by the helpdesk's own id of it: an organisation that is given another name has it with all its customers.

use sea_orm_migration::prelude::*;

use crate::tenancy::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Where a helpdesk tells of no organisations, the index has nothing.
const INDEX: &str = "CREATE INDEX customers_organisation ON customers (tenant_id, connection_id, organisation_external_id) \
        WHERE organisation_external_id IS NOT NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "ALTER TABLE customers ADD COLUMN organisation_external_id text").await?;
        run(manager, INDEX).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "DROP INDEX customers_organisation").await?;
        run(manager, "ALTER TABLE customers DROP COLUMN organisation_external_id").await
    }
}
