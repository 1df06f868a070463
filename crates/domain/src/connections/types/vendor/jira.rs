//! Jira Service Management, in the cloud.

use std::borrow::Cow;

use super::{Descriptor, SWEEP, SourceFigures, Vendor};
use crate::connections::proof::{MacProof, Proof};
use crate::connections::types::auth::{AuthMethod, CredentialField, Scheme};
use crate::connections::types::mac::{MacAlgorithm, MacEncoding};

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    vendor: Vendor::Jira,
    name: "Jira Service Management",
    address: "https://acme.atlassian.net",
    has_own_address: true,
    auth_methods: &[AuthMethod {
        name: "api_token",
        label: "API token of an account",
        fields: &[
            CredentialField::open("email", "E-mail of the account"),
            CredentialField::secret("api_token", "API token"),
        ],
        scheme: Scheme::Basic("{email}:{api_token}"),
    }],
    streams: &["agents", "queues", "issues", SWEEP],
    figures: &SourceFigures {
        first_response: None,
        full_resolution: Some(
            "From the creation to the last time that the issue was done; nothing while it is not (`resolutiondate`).",
        ),
        reopens: None,
        counts_from_customer: false,
        rounds_to_seconds: 1,
        versions_per_second: 1_000,
    },
    hook: &Proof::Mac(MacProof {
        header: Cow::Borrowed("x-hub-signature"),
        algorithm: MacAlgorithm::Sha256,
        encoding: MacEncoding::Hex,
        prefix: Cow::Borrowed("sha256="),
        stamp: None,
        delivery: Some("x-atlassian-webhook-identifier"),
    }),
};
