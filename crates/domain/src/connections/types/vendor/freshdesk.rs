//! Freshdesk.

use super::{Descriptor, SourceFigures, Vendor};
use crate::connections::proof::Proof;
use crate::connections::types::auth::{AuthMethod, CredentialField, Scheme};

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    vendor: Vendor::Freshdesk,
    name: "Freshdesk",
    address: "https://acme.freshdesk.com",
    has_own_address: true,
    auth_methods: &[AuthMethod {
        name: "api_key",
        label: "API key of an administrator",
        fields: &[CredentialField::secret("api_key", "API key")],
        // The key stands where the name does; some password has to be there.
        scheme: Scheme::Basic("{api_key}:X"),
    }],
    streams: &[
        "agents",
        "groups",
        "tickets",
        "deleted_tickets",
        "spam_tickets",
        "conversations",
        "ratings",
    ],
    figures: &SourceFigures {
        first_response: Some(
            "From the creation to the first public answer of an agent (`stats.first_responded_at`).",
        ),
        full_resolution: Some(
            "From the creation to the last time that the ticket was resolved, or closed without; nothing while it is open again (`stats.resolved_at`).",
        ),
        reopens: None,
        counts_from_customer: false,
        rounds_to_seconds: 1,
        versions_per_second: 1,
    },
    // Its rules cannot sign: whoever makes one puts the secret into a header.
    hook: &Proof::Token { header: "x-plumbline-token" },
};
