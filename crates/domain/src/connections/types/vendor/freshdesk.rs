//! Freshdesk.

use super::{Descriptor, Vendor};
use crate::connections::proof::Proof;
use crate::connections::types::auth::{AuthMethod, CredentialField, Scheme};

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    vendor: Vendor::Freshdesk,
    name: "Freshdesk",
    address: "https://acme.freshdesk.com",
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
    // Its rules cannot sign: whoever makes one puts the secret into a header.
    hook: &Proof::Token { header: "x-plumbline-token" },
};
