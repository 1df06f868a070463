//! Which request a job comes from, and which trace it goes on with.

use sea_orm_migration::prelude::*;

use crate::tenancy::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            run(manager, &format!("ALTER TABLE jobs ADD COLUMN {column} text")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            run(manager, &format!("ALTER TABLE jobs DROP COLUMN {column}")).await?;
        }
        Ok(())
    }
}

/// Both are missing where an operator's command enqueued it, and the second where nobody records traces.
const COLUMNS: &[&str] = &["request_id", "trace_parent"];
