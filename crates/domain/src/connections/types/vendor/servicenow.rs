//! ServiceNow.

use super::{Descriptor, SourceFigures, Vendor};
use crate::connections::proof::Proof;
use crate::connections::types::auth::{
    AuthMethod, CLIENT_ID, CLIENT_SECRET, CredentialField, Grant, OAuth, REFRESH_TOKEN, Scheme,
};

const USERNAME: CredentialField = CredentialField::open("username", "User that may read the audit");
const PASSWORD: CredentialField = CredentialField::secret("password", "Password");

const fn oauth(grant: Grant) -> Scheme {
    Scheme::OAuth(OAuth { path: "/oauth_token.do", grant, scope: None })
}

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    vendor: Vendor::Servicenow,
    name: "ServiceNow",
    address: "https://acme.service-now.com",
    has_own_address: true,
    auth_methods: &[
        AuthMethod {
            name: "basic",
            label: "User and password",
            fields: &[USERNAME, PASSWORD],
            scheme: Scheme::Basic("{username}:{password}"),
        },
        AuthMethod {
            name: "api_key",
            label: "API key of a user",
            fields: &[CredentialField::secret("api_key", "API key")],
            scheme: Scheme::Header { name: "x-sn-apikey", value: "{api_key}" },
        },
        AuthMethod {
            name: "client_credentials",
            label: "OAuth client with a user of its own",
            fields: &[CLIENT_ID, CLIENT_SECRET],
            scheme: oauth(Grant::ClientCredentials),
        },
        AuthMethod {
            name: "refresh_token",
            label: "OAuth refresh token",
            fields: &[CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN],
            scheme: oauth(Grant::RefreshToken),
        },
        AuthMethod {
            name: "password",
            label: "OAuth client, user and password",
            fields: &[CLIENT_ID, CLIENT_SECRET, USERNAME, PASSWORD],
            scheme: oauth(Grant::Password),
        },
        AuthMethod {
            name: "jwt_bearer",
            label: "OAuth client and a key that it signs with",
            fields: &[
                CLIENT_ID,
                CLIENT_SECRET,
                USERNAME,
                CredentialField::open("key_id", "ID of the key, the `kid` of its verifier map"),
                CredentialField {
                    name: "private_key",
                    label: "RSA private key as PEM, or the shared key of HS256",
                    is_secret: true,
                    is_multiline: true,
                },
            ],
            scheme: oauth(Grant::JwtBearer),
        },
    ],
    streams: &["agents", "groups", "tickets", "labels", "deletions"],
    figures: &SourceFigures {
        first_response: None,
        full_resolution: Some(
            "From the opening to the resolution, or to the closing where nobody resolved it (`calendar_stc`).",
        ),
        reopens: Some(
            "How often the incident was open again after it was resolved (`reopen_count`).",
        ),
        counts_from_customer: false,
        rounds_to_seconds: 1,
        versions_per_second: 1,
    },
    // It signs nothing; a business rule sends what it was written with.
    hook: &Proof::Token { header: "x-plumbline-token" },
};
