//! One file per command.

mod backup;
mod config;
mod contracts;
mod demo;
mod doctor;
mod erase;
mod export;
mod import;
mod key;
mod migrate;
mod restore;
mod serve;
mod simulate;
mod tenant;

pub(crate) use backup::backup;
pub(crate) use config::config;
pub(crate) use contracts::contracts;
pub(crate) use demo::demo;
pub(crate) use doctor::doctor;
pub(crate) use erase::{erase_person, erase_tenant};
pub(crate) use export::{export_person, export_tenant};
pub(crate) use import::import_tickets;
pub(crate) use key::rotate_master_key;
pub(crate) use migrate::migrate;
pub(crate) use restore::restore;
pub(crate) use serve::{api, serve, worker};
pub(crate) use simulate::simulate;
pub(crate) use tenant::{create_tenant, list_tenants, resume_tenant, rotate_keys, suspend_tenant};
