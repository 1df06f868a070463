//! One file per command.

mod backup;
mod config;
mod contracts;
mod demo;
mod doctor;
mod import;
mod migrate;
mod restore;
mod serve;
mod tenant;

pub(crate) use backup::backup;
pub(crate) use config::config;
pub(crate) use contracts::contracts;
pub(crate) use demo::demo;
pub(crate) use doctor::doctor;
pub(crate) use import::import_tickets;
pub(crate) use migrate::migrate;
pub(crate) use restore::restore;
pub(crate) use serve::{api, serve, worker};
pub(crate) use tenant::{create_tenant, list_tenants, resume_tenant, rotate_keys, suspend_tenant};
