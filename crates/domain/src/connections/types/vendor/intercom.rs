//! Intercom.

use std::borrow::Cow;

use super::{Descriptor, SWEEP, Vendor};
use crate::connections::proof::{MacProof, Proof};
use crate::connections::types::auth::{AuthMethod, CredentialField, Scheme};
use crate::connections::types::mac::{MacAlgorithm, MacEncoding};

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    vendor: Vendor::Intercom,
    name: "Intercom",
    address: "https://api.intercom.io",
    auth_methods: &[AuthMethod {
        name: "access_token",
        label: "Access token of an app",
        fields: &[CredentialField::secret("access_token", "Access token")],
        scheme: Scheme::Header { name: "authorization", value: "Bearer {access_token}" },
    }],
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
