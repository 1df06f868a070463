//! Intercom.

use std::borrow::Cow;

use super::{Descriptor, SWEEP, SourceFigures, Vendor};
use crate::connections::proof::{MacProof, Proof};
use crate::connections::types::auth::{AuthMethod, CredentialField, Scheme};
use crate::connections::types::mac::{MacAlgorithm, MacEncoding};

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    vendor: Vendor::Intercom,
    name: "Intercom",
    address: "https://api.intercom.io",
    has_own_address: false,
    auth_methods: &[AuthMethod {
        name: "access_token",
        label: "Access token of an app",
        fields: &[CredentialField::secret("access_token", "Access token")],
        scheme: Scheme::Header { name: "authorization", value: "Bearer {access_token}" },
    }],
    streams: &["admins", "teams", "conversations", SWEEP],
    figures: &SourceFigures {
        first_response: Some(
            "From the creation to the first answer of a teammate after the customer wrote (`statistics.first_admin_reply_at`).",
        ),
        full_resolution: Some(
            "From the creation to the last time that the conversation was closed after the customer wrote, also while it is open again (`statistics.last_close_at`).",
        ),
        reopens: Some(
            "How often the conversation was opened again after it was closed, since the customer wrote (`statistics.count_reopens`).",
        ),
        counts_from_customer: true,
        rounds_to_seconds: 1,
        versions_per_second: 1,
    },
    hook: &Proof::Mac(MacProof {
        header: Cow::Borrowed("x-hub-signature"),
        algorithm: MacAlgorithm::Sha1,
        encoding: MacEncoding::Hex,
        prefix: Cow::Borrowed("sha1="),
        stamp: None,
        delivery: None,
    }),
};
