//! What crosses the boundary: OAuth's names.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::types::ShownOnce;
use crate::kernel::Secret;
use crate::kernel::check::normalise_email;

/// What a client sends to the token endpoint, as a form. Which fields are needed depends on `grant_type`; others are ignored.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// Which grant it is.
    #[schema(value_type = GrantType, required = true)]
    pub grant_type: Option<String>,
    /// A user's e-mail.
    pub username: Option<String>,
    /// A user's password.
    pub password: Option<Secret>,
    /// An API client's id. May also be the name in HTTP Basic authentication.
    pub client_id: Option<String>,
    /// An API client's secret.
    pub client_secret: Option<Secret>,
    /// The newest refresh token of a session.
    pub refresh_token: Option<Secret>,
    /// Which of an API client's scopes the token is to have, with blanks between them; all of them when not given.
    pub scope: Option<String>,
}

impl TokenRequest {
    /// Whose password it brings, as accounts are looked up; `None` where it brings none.
    #[must_use]
    pub fn signs_in_as(&self) -> Option<String> {
        let password = self.grant_type.as_deref() == Some("password");
        self.username.as_deref().filter(|_| password).map(normalise_email)
    }
}

/// What a client sends to end a session, as a form (RFC 7009).
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct RevocationRequest {
    /// A refresh token of the session.
    #[schema(required = true, nullable = false)]
    pub token: Option<Secret>,
    /// What kind of token it is. There is one kind that can be revoked, so it is not looked at.
    pub token_type_hint: Option<String>,
}

/// How a client shows that it may have a token.
#[expect(
    dead_code,
    reason = "the contract alone has it: another grant is refused in OAuth's words, so it is read as text"
)]
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
enum GrantType {
    /// With an API client's id and secret.
    ClientCredentials,
    /// With a user's e-mail and password, where the tenant takes them.
    Password,
    /// With the newest refresh token of a session.
    RefreshToken,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TokenAnswer {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: ShownOnce,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// In how many seconds it ends.
    pub expires_in: i64,
    /// What the next one is got with; users only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refresh_token: Option<ShownOnce>,
    /// What the token may be used for; API clients only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scope: Option<String>,
}
