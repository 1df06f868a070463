//! What helpdesks give for credentials, and who is about to ask for the next of it.

use sea_orm_migration::prelude::*;

use crate::tenancy::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: &[(&str, &str)] =
    &[("sealed_access_token", "bytea"), ("renewing_until", "timestamptz")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, kind) in COLUMNS {
            run(manager, &format!("ALTER TABLE connections ADD COLUMN {name} {kind}")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in COLUMNS.iter().rev() {
            run(manager, &format!("ALTER TABLE connections DROP COLUMN {name}")).await?;
        }
        Ok(())
    }
}
