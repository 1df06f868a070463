//! The codes of failures about tenants, users, API clients and sign-in.

use crate::codes::{Codes, OTHER_VALUE, SEE_ACTIONS, code};

pub(crate) const CODES: Codes = Codes {
    failures: &[
        code(
            "client_active",
            409,
            "The API client is active, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code("client_name_taken", 409, "Another API client has this name.", OTHER_VALUE),
        code(
            "client_revoked",
            409,
            "The API client was revoked, which is for good.",
            "Make another client.",
        ),
        code(
            "invalid_client",
            401,
            "The API client is not known, or its secret is wrong.",
            "Check `client_id` and `client_secret`; a secret that was rotated is no longer good.",
        ),
        code(
            "invalid_grant",
            400,
            "The password, or the refresh token, is not good (any more).",
            "Sign in again. A refresh token is good once: keep the newest.",
        ),
        code(
            "invalid_request",
            400,
            "The request to the token endpoint cannot be read.",
            "Send a form with `grant_type` and what it needs, each field once.",
        ),
        code(
            "invalid_scope",
            400,
            "The API client does not have a scope that was asked for.",
            "Ask for less, or give the client the scope.",
        ),
        code(
            "invalid_token",
            401,
            "The access token is not valid: it has expired, is of another tenant, or was changed.",
            "Get a new one at the tenant's token endpoint.",
        ),
        code(
            "last_owner",
            409,
            "The tenant would be left without an owner.",
            "Make somebody else an owner first.",
        ),
        code(
            "role_above_own",
            403,
            "The role is above the caller's own.",
            "Ask somebody with that role or a higher one.",
        ),
        code(
            "role_granted_already",
            409,
            "The user has this role already in that time.",
            "End the other grant first, or change the times.",
        ),
        code(
            "scope_above_own",
            403,
            "The scope is more than the caller may do.",
            "Give less, or ask somebody who may do it.",
        ),
        code("slug_taken", 409, "Another tenant has this slug.", OTHER_VALUE),
        code(
            "tenant_active",
            409,
            "The tenant is active, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code("tenant_erasing", 409, "The tenant is being erased.", "There is no way back."),
        code(
            "tenant_in_use",
            409,
            "Somebody goes on writing for a tenant that is being erased.",
            "End the import that is under way, and erase it again.",
        ),
        code("tenant_suspended", 409, "The tenant is suspended.", "Ask the operator."),
        code(
            "unsupported_grant_type",
            400,
            "The token endpoint does not know this `grant_type`.",
            "Use `password`, `client_credentials` or `refresh_token`.",
        ),
        code(
            "unsupported_token_type",
            400,
            "An access token cannot be revoked: it ends by itself within minutes.",
            "Revoke the refresh token of its session.",
        ),
        code(
            "user_active",
            409,
            "The user is active, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code("user_email_taken", 409, "Another user has this e-mail.", OTHER_VALUE),
        code(
            "user_ended",
            409,
            "The user's access was ended, which is for good.",
            "Make another user.",
        ),
        code(
            "user_suspended",
            409,
            "The user is suspended, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
    ],
    fields: &[
        (
            "not_a_slug",
            "It is not a slug: lower-case letters, digits and hyphens are, beginning with a letter.",
        ),
        ("unknown_scope", "There is no such permission."),
    ],
};
