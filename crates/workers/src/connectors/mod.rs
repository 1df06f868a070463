//! Helpdesks that are synced: a connector for each vendor, and one loop that stores what they tell.
//!
//! - `contract`: what a connector is. It reads pages and knows nothing of storage.
//! - `http`: what every vendor's HTTP has in common.
//! - `sync`: the loop, with `reader`, which asks for the next page while `store` writes this one. What a page tells and the checkpoint after
//!   it are one transaction.
//! - `zendesk` and its like: one folder for each vendor, with its URLs and its JSON.

pub mod contract;
mod freshdesk;
pub mod http;
mod intercom;
mod jira;
mod reader;
mod servicenow;
mod store;
mod sync;
#[cfg(test)]
mod tests;
mod zendesk;

use domain::connections::Vendor;

use contract::Connector;
pub(crate) use store::units;
pub use sync::take_turn;

/// The connector of a vendor.
#[must_use]
pub fn of(vendor: Vendor) -> &'static dyn Connector {
    match vendor {
        Vendor::Zendesk => &zendesk::Zendesk,
        Vendor::Freshdesk => &freshdesk::Freshdesk,
        Vendor::Intercom => &intercom::Intercom,
        Vendor::Jira => &jira::Jira,
        Vendor::Servicenow => &servicenow::Servicenow,
    }
}
