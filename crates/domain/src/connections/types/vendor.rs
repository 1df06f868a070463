//! The helpdesks that can be read from, as data.

use std::borrow::Cow;

use async_graphql::{ComplexObject, Enum, SimpleObject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mac::{MacAlgorithm, MacEncoding};
use crate::connections::proof::{MacProof, Proof, Stamp};

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
    /// What it lets us in with.
    pub fields: &'static [CredentialField],
    /// What is read from it, in the order in which it is shown.
    #[graphql(skip)]
    pub streams: &'static [&'static str],
    /// How its webhooks prove whose they are.
    #[graphql(skip)]
    #[serde(skip)]
    #[schema(ignore)]
    pub hook: &'static Proof,
}

/// A part of the credentials of a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
pub struct CredentialField {
    /// Its name in `credentials`.
    pub name: &'static str,
    /// What it is, for whoever fills in a form.
    pub label: &'static str,
    /// Whether a form hides what is typed. It is kept encrypted and never answered in any case.
    pub is_secret: bool,
}

#[ComplexObject]
impl Descriptor {
    /// What is read from it, in the order in which it is shown.
    async fn streams(&self) -> Vec<&'static str> {
        self.streams.to_vec()
    }
}

const ZENDESK: Descriptor = Descriptor {
    vendor: Vendor::Zendesk,
    name: "Zendesk",
    address: "https://acme.zendesk.com",
    fields: &[
        CredentialField { name: "email", label: "E-mail of an administrator", is_secret: false },
        CredentialField { name: "api_token", label: "API token", is_secret: true },
    ],
    streams: &["agents", "groups", "tickets", "ticket_events", "ratings"],
    hook: &Proof::Mac(MacProof {
        header: Cow::Borrowed("x-zendesk-webhook-signature"),
        algorithm: MacAlgorithm::Sha256,
        encoding: MacEncoding::Base64,
        prefix: Cow::Borrowed(""),
        stamp: Some(Stamp {
            header: Cow::Borrowed("x-zendesk-webhook-signature-timestamp"),
            between: "",
        }),
        delivery: Some("x-zendesk-webhook-invocation-id"),
    }),
};

const FRESHDESK: Descriptor = Descriptor {
    vendor: Vendor::Freshdesk,
    name: "Freshdesk",
    address: "https://acme.freshdesk.com",
    fields: &[CredentialField { name: "api_key", label: "API key", is_secret: true }],
    streams: &[
        "agents",
        "groups",
        "tickets",
        "deleted_tickets",
        "spam_tickets",
        "conversations",
        "ratings",
    ],
    // Its rules cannot sign: whoever makes one puts the secret into a header.
    hook: &Proof::Token { header: "x-plumbline-token" },
};

const INTERCOM: Descriptor = Descriptor {
    vendor: Vendor::Intercom,
    name: "Intercom",
    address: "https://api.intercom.io",
    fields: &[CredentialField { name: "access_token", label: "Access token", is_secret: true }],
    streams: &["admins", "teams", "conversations", SWEEP],
    hook: &Proof::Mac(MacProof {
        header: Cow::Borrowed("x-hub-signature"),
        algorithm: MacAlgorithm::Sha1,
        encoding: MacEncoding::Hex,
        prefix: Cow::Borrowed("sha1="),
        stamp: None,
        delivery: None,
    }),
};

const JIRA: Descriptor = Descriptor {
    vendor: Vendor::Jira,
    name: "Jira Service Management",
    address: "https://acme.atlassian.net",
    fields: &[
        CredentialField { name: "email", label: "E-mail of the account", is_secret: false },
        CredentialField { name: "api_token", label: "API token", is_secret: true },
    ],
    streams: &["agents", "queues", "issues", SWEEP],
    hook: &Proof::Mac(MacProof {
        header: Cow::Borrowed("x-hub-signature"),
        algorithm: MacAlgorithm::Sha256,
        encoding: MacEncoding::Hex,
        prefix: Cow::Borrowed("sha256="),
        stamp: None,
        delivery: Some("x-atlassian-webhook-identifier"),
    }),
};

const SERVICENOW: Descriptor = Descriptor {
    vendor: Vendor::Servicenow,
    name: "ServiceNow",
    address: "https://acme.service-now.com",
    fields: &[
        CredentialField {
            name: "username",
            label: "User that may read the audit",
            is_secret: false,
        },
        CredentialField { name: "password", label: "Password", is_secret: true },
    ],
    streams: &["agents", "groups", "tickets", "labels", "deletions"],
    // It signs nothing; a business rule sends what it was written with.
    hook: &Proof::Token { header: "x-plumbline-token" },
};

impl Vendor {
    /// Every vendor, in the order of the documentation.
    pub const ALL: &[Self] =
        &[Self::Zendesk, Self::Servicenow, Self::Freshdesk, Self::Intercom, Self::Jira];

    /// What there is to know of it.
    #[must_use]
    pub const fn descriptor(self) -> &'static Descriptor {
        match self {
            Self::Zendesk => &ZENDESK,
            Self::Freshdesk => &FRESHDESK,
            Self::Intercom => &INTERCOM,
            Self::Jira => &JIRA,
            Self::Servicenow => &SERVICENOW,
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
