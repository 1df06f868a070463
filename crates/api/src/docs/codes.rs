//! The codes of failures: what each means and what to do. A code that is not here fails a test.

/// A code, and what there is to know of it.
pub(super) struct Code {
    pub(super) code: &'static str,
    pub(super) status: u16,
    pub(super) means: &'static str,
    pub(super) remedy: &'static str,
}

const fn code(code: &'static str, status: u16, means: &'static str, remedy: &'static str) -> Code {
    Code { code, status, means, remedy }
}

const SEE_ACTIONS: &str = "Look at `allowed_actions` for what can be done now.";
const OTHER_VALUE: &str = "Take another value, or change the thing that has this one.";
const READ_DETAIL: &str =
    "Read `detail`, and `fields` where there are any; mend the request and send it again.";

/// Of whole failures.
pub(super) const CODES: &[Code] = &[
    code(
        "body_too_large",
        413,
        "The body is larger than it may be at this address.",
        "Send less at once; files of any length go to `/v1/tickets/import`.",
    ),
    code(
        "body_too_slow",
        408,
        "The body came too slowly: more than 30 seconds were spent waiting for it.",
        "Send it again; nothing of it was used.",
    ),
    code(
        "body_unreadable",
        400,
        "The body cannot be read: it is not JSON, ends early, or has a field that is unknown or of another type.",
        READ_DETAIL,
    ),
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
        "contended",
        503,
        "Somebody else was writing the same at the same moment.",
        "Send the request again after `Retry-After`.",
    ),
    code(
        "content_type",
        415,
        "The body is of a kind that is not taken at this address.",
        "Send it as `detail` says.",
    ),
    code(
        "cursor_invalid",
        400,
        "`after` is not a cursor of this list with this filter and order.",
        "Start from the first page, and give each page's `next` unchanged.",
    ),
    code("employee_no_taken", 409, "Another person has this employee number.", OTHER_VALUE),
    code(
        "forbidden",
        403,
        "The token may not do this kind of thing.",
        "Ask an administrator of the tenant for the permission that `detail` names.",
    ),
    code(
        "graphql_invalid",
        400,
        "The GraphQL document cannot be run: it is not one, does not fit the schema, or asks for too much.",
        "Read the message and its place; the schema is at `/graphiql`.",
    ),
    code(
        "id_unreadable",
        400,
        "The id is not one: its prefix is unknown, or the rest is not 26 characters of base32.",
        "Give an id as an answer had it.",
    ),
    code(
        "identity_taken",
        409,
        "This external identity belongs to another person.",
        "Take it from the other person first.",
    ),
    code(
        "if_match_unreadable",
        400,
        "`If-Match` is not one of our tags.",
        "Give the `ETag` of the thing as it was read, or `*`.",
    ),
    code(
        "internal",
        500,
        "A defect of ours.",
        "Tell the operator `request_id`; it finds the failure in the log.",
    ),
    code(
        "invalid",
        422,
        "The request was understood, and is not valid.",
        "`fields` says of each field what is wrong and what would be right.",
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
        "lead_overlaps",
        409,
        "The team has a lead in that time already.",
        "End the other lead first, or change the days.",
    ),
    code("limited", 429, "This is over a limit.", "Come back after `Retry-After`."),
    code("mapping_name_taken", 409, "Another mapping has this name.", OTHER_VALUE),
    code(
        "membership_overlaps",
        409,
        "The person is in that team, or in another as the primary one, in that time already.",
        "End the other membership first, or change the days.",
    ),
    code(
        "method_not_allowed",
        405,
        "The address is there, and does not take this method.",
        "Use one of those that `Allow` lists.",
    ),
    code(
        "not_found",
        404,
        "It is not there, or not within the caller's reach.",
        "Check the id and the address; ask for the reach if you should have it.",
    ),
    code(
        "outcome_unknown",
        503,
        "The service lost its database just when the change was to be kept. It may have been made or not.",
        "Look whether it was made before you send it again.",
    ),
    code("path_unreadable", 400, "A part of the address cannot be read.", READ_DETAIL),
    code(
        "person_active",
        409,
        "The person is active, and what was asked for needs another state.",
        SEE_ACTIONS,
    ),
    code(
        "person_invited",
        409,
        "The person has not started yet, and what was asked for needs another state.",
        SEE_ACTIONS,
    ),
    code(
        "person_offboarded",
        409,
        "The person has left, and what was asked for needs another state.",
        SEE_ACTIONS,
    ),
    code(
        "person_on_leave",
        409,
        "The person is on leave, and what was asked for needs another state.",
        SEE_ACTIONS,
    ),
    code("query_unreadable", 400, "A parameter of the query cannot be read.", READ_DETAIL),
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
        "stale_version",
        412,
        "The thing has changed since the version that `If-Match` names.",
        "Read it again, look at what changed, and send the change with the new `ETag`.",
    ),
    code(
        "taken_meanwhile",
        409,
        "Somebody else made the same thing at the same moment.",
        "Send the request again.",
    ),
    code(
        "team_active",
        409,
        "The team is active, and what was asked for needs another state.",
        SEE_ACTIONS,
    ),
    code(
        "team_closed",
        409,
        "The team is closed, and what was asked for needs another state.",
        SEE_ACTIONS,
    ),
    code("team_name_taken", 409, "Another team has this name.", OTHER_VALUE),
    code(
        "team_not_empty",
        409,
        "The team has members or teams below it.",
        "Move or end them first.",
    ),
    code(
        "storage_unavailable",
        503,
        "A disk of the service is full or fails. Nothing of the request was kept.",
        "Whoever operates the service must make room; then send the request again.",
    ),
    code(
        "tenant_active",
        409,
        "The tenant is active, and what was asked for needs another state.",
        SEE_ACTIONS,
    ),
    code("tenant_suspended", 409, "The tenant is suspended.", "Ask the operator."),
    code(
        "unauthenticated",
        401,
        "There is no token, or the one who has it may not sign in any more.",
        "Send `Authorization: Bearer …` with a token of the tenant.",
    ),
    code(
        "unavailable",
        503,
        "A part of the service is away for a moment.",
        "Send the request again after `Retry-After`.",
    ),
    code(
        "unknown_parameter",
        400,
        "The query has a parameter that is not known here. It is not ignored: a filter that is would give wrong answers.",
        "Take it out, or write it as `detail` lists them.",
    ),
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
    code("work_email_taken", 409, "Another person has this work e-mail.", OTHER_VALUE),
];

/// Of single fields.
pub(super) const FIELD_CODES: &[(&str, &str)] = &[
    ("before_start", "The end is not after the start."),
    ("contradictory", "Two fields cannot be given together."),
    ("control_character", "The text has a control character."),
    ("dangling_reference", "It names something that is not there."),
    ("duplicate_field", "It is given twice."),
    ("empty_range", "The range has no day in it."),
    ("length", "The text is too short or too long."),
    ("mapping", "The mapping cannot be used; the message says where and why."),
    ("not_a_name", "It is not a name: letters, digits, hyphens and underscores are."),
    (
        "not_a_slug",
        "It is not a slug: lower-case letters, digits and hyphens are, beginning with a letter.",
    ),
    ("not_an_email", "It is not an e-mail address."),
    ("not_applicable", "The field has no meaning here."),
    ("not_nullable", "It is never null. Leave the field out to keep what is there."),
    ("out_of_order", "It is not later than what it must follow."),
    ("out_of_range", "The number, the day or the time is out of its range."),
    ("required", "The field is missing."),
    ("team_cycle", "A team cannot be below itself."),
    ("too_many_buckets", "The range has too many buckets: take a longer grain or fewer days."),
    ("too_many_rows", "The answer has too many rows: take a longer grain or fewer groups."),
    ("unknown_bucket", "No bucket of the query begins on this day."),
    ("unknown_field", "There is no such field."),
    ("unknown_scope", "There is no such permission."),
    ("unknown_value", "It is none of the values there are."),
    ("unknown_zone", "It is not a zone of the tz database, like `Europe/Rome`."),
    ("unreadable", "It cannot be read; the message says what it must be like."),
    ("wrong_type", "It is of another type than it must be."),
];

/// What only the operator meets, at the command line and in the log.
#[cfg(test)]
pub(super) const NOT_SERVED: &[&str] = &[
    "database_url",
    "event_chain_broken",
    "lease_lost",
    "master_key",
    "operator_only",
    "signing_key_active",
    "signing_key_next",
    "signing_key_retired",
];
