//! Finding whoever is at work for a key; and what hooks are told is kept as it came, however long it is.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tenancy::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let running = "CREATE INDEX jobs_running ON jobs (tenant_id, kind, unique_key) WHERE state = 'running'";
        run(manager, running).await?;
        store(manager, "EXTERNAL").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        store(manager, "EXTENDED").await?;
        run(manager, "DROP INDEX jobs_running").await
    }
}

/// It is read once and forgotten a week later: compressing it costs more than it saves.
async fn store(manager: &SchemaManager<'_>, how: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    run(manager, &format!("ALTER TABLE inbox ALTER COLUMN body SET STORAGE {how}")).await
}
