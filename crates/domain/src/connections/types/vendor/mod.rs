//! The helpdesks that can be read from, as data: a file for each.

mod freshdesk;
mod intercom;
mod jira;
mod servicenow;
mod zendesk;

use async_graphql::{ComplexObject, Enum, SimpleObject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::AuthMethod;
use super::credentials::Credentials;
use crate::connections::proof::Proof;

/// A kind of helpdesk.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, Enum,
)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// Zendesk Support.
    Zendesk,
    /// Freshdesk.
    Freshdesk,
    /// Intercom.
    Intercom,
    /// Jira Service Management, in the cloud.
    Jira,
    /// ServiceNow.
    Servicenow,
}

/// The stream that finds what is gone. It is read once a day, and says nothing of how far the others are.
pub const SWEEP: &str = "sweep";

/// What there is to know of a vendor before one connects to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "VendorDescriptor", complex)]
#[schema(as = VendorDescriptor)]
pub struct Descriptor {
    /// Which vendor.
    pub vendor: Vendor,
    /// What it calls itself.
    pub name: &'static str,
    /// What an address of a helpdesk looks like.
    pub address: &'static str,
    /// Whether an address is that of one account alone.
    #[graphql(skip)]
    #[serde(skip)]
    #[schema(ignore)]
    pub has_own_address: bool,
    /// The ways to sign in to it, the usual one first.
    pub auth_methods: &'static [AuthMethod],
    /// What is read from it, in the order in which it is shown.
    #[graphql(skip)]
    pub streams: &'static [&'static str],
    /// Which figures of a ticket it makes itself.
    #[graphql(skip)]
    #[serde(skip)]
    #[schema(ignore)]
    pub figures: &'static SourceFigures,
    /// How its webhooks prove whose they are.
    #[graphql(skip)]
    #[serde(skip)]
    #[schema(ignore)]
    pub hook: &'static Proof,
}

/// What a vendor says of its own figures, and nothing of those that it has not. They are in the time of the calendar: what it leaves out
/// of office hours is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceFigures {
    /// What its first response time is.
    pub first_response: Option<&'static str>,
    /// What its full resolution time is.
    pub full_resolution: Option<&'static str>,
    /// What its number of reopenings is.
    pub reopens: Option<&'static str>,
    /// Whether it counts nothing that came before the customer's first message.
    pub counts_from_customer: bool,
    /// How far its times may be from the exact ones, as it rounds them.
    pub rounds_to_seconds: i64,
    /// What its versions of a ticket, which are times, are to be divided by for seconds.
    pub versions_per_second: i64,
}

impl Descriptor {
    /// The way to sign in that these credentials are of.
    #[must_use]
    pub fn auth_method(&self, credentials: &Credentials) -> Option<&'static AuthMethod> {
        AuthMethod::of(self.auth_methods, credentials)
    }
}

#[ComplexObject]
impl Descriptor {
    /// What is read from it, in the order in which it is shown.
    async fn streams(&self) -> Vec<&'static str> {
        self.streams.to_vec()
    }
}

impl Vendor {
    /// Every vendor, in the order of the documentation.
    pub const ALL: &[Self] =
        &[Self::Zendesk, Self::Servicenow, Self::Freshdesk, Self::Intercom, Self::Jira];

    /// What there is to know of it.
    #[must_use]
    pub const fn descriptor(self) -> &'static Descriptor {
        match self {
            Self::Zendesk => &zendesk::DESCRIPTOR,
            Self::Freshdesk => &freshdesk::DESCRIPTOR,
            Self::Intercom => &intercom::DESCRIPTOR,
            Self::Jira => &jira::DESCRIPTOR,
            Self::Servicenow => &servicenow::DESCRIPTOR,
        }
    }

    /// The word it is in the database, in JSON and as a connection's `system`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Zendesk => "zendesk",
            Self::Freshdesk => "freshdesk",
            Self::Intercom => "intercom",
            Self::Jira => "jira",
            Self::Servicenow => "servicenow",
        }
    }

    /// The vendor of a word, if it is one.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|vendor| vendor.word() == word)
    }
}
