//! The ways to be let in by a helpdesk, as data.

use async_graphql::SimpleObject;
use serde::Serialize;
use utoipa::ToSchema;

use super::credentials::Credentials;
use crate::kernel::{Error, Result};

/// A way to sign in to a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
pub struct AuthMethod {
    /// A word for it.
    pub name: &'static str,
    /// What it is, for whoever chooses.
    pub label: &'static str,
    /// What `credentials` have: each of these, and nothing else.
    pub fields: &'static [CredentialField],
    /// How they are shown to the vendor.
    #[graphql(skip)]
    #[serde(skip)]
    #[schema(ignore)]
    pub scheme: Scheme,
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
    /// Whether it may have several lines, as keys do.
    pub is_multiline: bool,
}

/// How credentials are shown to a vendor. In a pattern the name of a field in braces stands for its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// A name, a colon and a password, with every request.
    Basic(&'static str),
    /// A header, with every request.
    Header {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: &'static str,
    },
    /// An access token, which is asked for with the credentials and expires.
    OAuth(OAuth),
}

/// Where and how an access token is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OAuth {
    /// The path under the account's own address: no other is sent the credentials.
    pub path: &'static str,
    /// With what.
    pub grant: Grant,
    /// What the token is to be good for, where the vendor wants to be told.
    pub scope: Option<&'static str>,
}

/// What an access token is given for. All show `client_id` and `client_secret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// For these alone.
    ClientCredentials,
    /// For a `refresh_token`, in whose place the answer may put the next one.
    RefreshToken,
    /// For a `username` and a `password`.
    Password,
    /// For an assertion about `username` that is signed with `private_key`, which the vendor knows as `key_id`.
    JwtBearer,
}

impl Grant {
    /// Its `grant_type`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken => "refresh_token",
            Self::Password => "password",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        }
    }
}

impl AuthMethod {
    /// The one of these ways that the credentials are of.
    pub(in crate::connections) fn of(
        methods: &'static [Self],
        credentials: &Credentials,
    ) -> Option<&'static Self> {
        let count = credentials.names().count();
        methods.iter().find(|it| it.fields.len() == count && it.shares(credentials) == count)
    }

    /// How many of its fields the credentials have.
    pub(in crate::connections) fn shares(&self, credentials: &Credentials) -> usize {
        credentials.names().filter(|name| self.has(name)).count()
    }

    /// Whether it has a field of this name.
    pub(in crate::connections) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }
}

impl CredentialField {
    /// What may be seen.
    pub(super) const fn open(name: &'static str, label: &'static str) -> Self {
        Self { name, label, is_secret: false, is_multiline: false }
    }

    /// What may not.
    pub(super) const fn secret(name: &'static str, label: &'static str) -> Self {
        Self { name, label, is_secret: true, is_multiline: false }
    }
}

/// What a client of OAuth is known by.
pub(super) const CLIENT_ID: CredentialField = CredentialField::open("client_id", "Client ID");
/// What it proves that with.
pub(super) const CLIENT_SECRET: CredentialField =
    CredentialField::secret("client_secret", "Client secret");
/// What the next access token is given for.
pub(super) const REFRESH_TOKEN: CredentialField =
    CredentialField::secret("refresh_token", "Refresh token");

impl Credentials {
    /// A pattern with the text of each field that it names in braces.
    ///
    /// # Errors
    /// `internal` where a field is missing: the descriptor demands it.
    pub fn fill(&self, pattern: &str) -> Result<String> {
        let (mut filled, mut rest) = (String::new(), pattern);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) =
                after.split_once('}').ok_or_else(|| Error::internal("a brace is not closed"))?;
            filled.push_str(before);
            filled.push_str(self.get(name)?);
            rest = after;
        }
        Ok(filled + rest)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::connections::types::Vendor;

    #[test]
    fn a_pattern_is_filled_once() {
        let credentials = Credentials::new([("email", "{api_token}@a"), ("api_token", "t")]);
        let filled = credentials.fill("{email}/token:{api_token}").unwrap();
        assert_eq!(filled, "{api_token}@a/token:t");
        assert_eq!(credentials.fill("Bearer {other}").unwrap_err().code(), "internal");
    }

    #[test]
    fn the_fields_tell_the_ways_of_a_vendor_apart_and_are_enough() {
        for vendor in Vendor::ALL {
            let methods = vendor.descriptor().auth_methods;
            let (mut names, mut sets) = (BTreeSet::new(), BTreeSet::new());
            for method in methods {
                let fields: BTreeSet<_> = method.fields.iter().map(|field| field.name).collect();
                let credentials = Credentials::new(fields.iter().map(|name| (*name, "x")));
                assert_eq!(AuthMethod::of(methods, &credentials), Some(method));
                assert!(names.insert(method.name) && sets.insert(fields), "{vendor:?}");
                let demanded: &[&str] = match method.scheme {
                    Scheme::Basic(pattern) | Scheme::Header { value: pattern, .. } => {
                        credentials.fill(pattern).unwrap();
                        &[]
                    }
                    Scheme::OAuth(oauth) => match oauth.grant {
                        Grant::ClientCredentials => &[],
                        Grant::RefreshToken => &["refresh_token"],
                        Grant::Password => &["username", "password"],
                        Grant::JwtBearer => &["username", "private_key", "key_id"],
                    },
                };
                assert!(demanded.iter().all(|name| method.has(name)), "{vendor:?}: {method:?}");
            }
        }
    }
}
