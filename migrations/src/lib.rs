//! The schema of both databases, one file per change.

use sea_orm_migration::prelude::*;

mod m20261122_000001_tenancy;
mod m20261122_000002_people;
mod m20261122_000003_accounts;
mod m20261122_000004_tickets;
mod m20261122_000005_kpis;
mod m20261122_000006_job_origins;
mod m20261122_000007_idempotency;
mod m20261122_000008_append_only;
mod m20261122_000009_erasures;
mod m20261122_000010_connections;
mod m20261122_000011_ratings;
mod m20261122_000012_hooks;
mod m20261122_000013_field_mappings;
mod m20261122_000014_histories;
mod m20261122_000015_access_tokens;
mod m20261122_000016_drift;
mod m20261122_000017_awake_jobs;
mod m20261122_000018_promises;
mod m20261122_000019_marks;
pub mod schema;
mod tenancy;

pub use sea_orm_migration::MigratorTrait;
pub use tenancy::{LOG_TABLES, NO_TENANT, RUNTIME_ROLE, SYSTEM_ROLE, SYSTEM_TABLES};

/// Every change, the oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_tenancy::Migration),
            Box::new(m20261122_000002_people::Migration),
            Box::new(m20261122_000003_accounts::Migration),
            Box::new(m20261122_000004_tickets::Migration),
            Box::new(m20261122_000005_kpis::Migration),
            Box::new(m20261122_000006_job_origins::Migration),
            Box::new(m20261122_000007_idempotency::Migration),
            Box::new(m20261122_000008_append_only::Migration),
            Box::new(m20261122_000009_erasures::Migration),
            Box::new(m20261122_000010_connections::Migration),
            Box::new(m20261122_000011_ratings::Migration),
            Box::new(m20261122_000012_hooks::Migration),
            Box::new(m20261122_000013_field_mappings::Migration),
            Box::new(m20261122_000014_histories::Migration),
            Box::new(m20261122_000015_access_tokens::Migration),
            Box::new(m20261122_000016_drift::Migration),
            Box::new(m20261122_000017_awake_jobs::Migration),
            Box::new(m20261122_000018_promises::Migration),
            Box::new(m20261122_000019_marks::Migration),
        ]
    }
}
