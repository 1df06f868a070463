//! Zendesk Support.

use std::borrow::Cow;

use super::{Descriptor, SourceFigures, Vendor};
use crate::connections::proof::{MacProof, Proof, Stamp};
use crate::connections::types::auth::{
    AuthMethod, CLIENT_ID, CLIENT_SECRET, CredentialField, Grant, OAuth, REFRESH_TOKEN, Scheme,
};
use crate::connections::types::mac::{MacAlgorithm, MacEncoding};

const fn oauth(grant: Grant) -> Scheme {
    Scheme::OAuth(OAuth { path: "/oauth/tokens", grant, scope: Some("read") })
}

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    vendor: Vendor::Zendesk,
    name: "Zendesk",
    address: "https://acme.zendesk.com",
    has_own_address: true,
    auth_methods: &[
        AuthMethod {
            name: "api_token",
            label: "API token of an administrator",
            fields: &[
                CredentialField::open("email", "E-mail of an administrator"),
                CredentialField::secret("api_token", "API token"),
            ],
            scheme: Scheme::Basic("{email}/token:{api_token}"),
        },
        AuthMethod {
            name: "access_token",
            label: "OAuth access token of an administrator that does not expire",
            fields: &[CredentialField::secret("access_token", "Access token")],
            scheme: Scheme::Header { name: "authorization", value: "Bearer {access_token}" },
        },
        AuthMethod {
            name: "client_credentials",
            label: "OAuth client of an administrator",
            fields: &[CLIENT_ID, CLIENT_SECRET],
            scheme: oauth(Grant::ClientCredentials),
        },
        AuthMethod {
            name: "refresh_token",
            label: "OAuth refresh token of an administrator",
            fields: &[CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN],
            scheme: oauth(Grant::RefreshToken),
        },
    ],
    streams: &[
        "agents",
        "groups",
        "tickets",
        "ticket_events",
        "ticket_metric_events",
        "organizations",
        "ratings",
    ],
    figures: &SourceFigures {
        first_response: Some(
            "From the creation to the first public comment of an agent after it (`reply_time_in_minutes`, calendar).",
        ),
        full_resolution: Some(
            "From the creation to the last time that the ticket was solved, or closed without; nothing while it is open again (`full_resolution_time_in_minutes`, calendar).",
        ),
        reopens: Some("How often the ticket was open again after it was solved (`reopens`)."),
        counts_from_customer: false,
        rounds_to_seconds: 60,
        versions_per_second: 1,
    },
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
