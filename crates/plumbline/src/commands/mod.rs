//! One file per command.

mod contracts;
mod demo;
mod import;
mod migrate;
mod serve;
mod tenant;

pub(crate) use contracts::contracts;
pub(crate) use demo::demo;
pub(crate) use import::import_tickets;
pub(crate) use migrate::migrate;
pub(crate) use serve::{api, serve, worker};
pub(crate) use tenant::{create_tenant, list_tenants, rotate_keys};
