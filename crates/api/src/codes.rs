//! The codes of failures: what each means and what to do. A feature has its own beside it; here are those that are of no feature. A code
//! that is nowhere fails a test.

use std::sync::LazyLock;

/// What to do when a state forbids it.
pub(crate) const SEE_ACTIONS: &str = "Look at `allowed_actions` for what can be done now.";
/// What to do when a value is taken.
pub(crate) const OTHER_VALUE: &str = "Take another value, or change the thing that has this one.";
/// What to do when something cannot be read.
pub(crate) const READ_DETAIL: &str =
    "Read `detail`, and `fields` where there are any; mend the request and send it again.";

/// A code, and what there is to know of it.
pub(crate) struct Code {
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    pub(crate) means: &'static str,
    pub(crate) remedy: &'static str,
}

/// The codes of a feature.
pub(crate) struct Codes {
    /// Of whole failures.
    pub(crate) failures: &'static [Code],
    /// Of single fields, with what each means.
    pub(crate) fields: &'static [(&'static str, &'static str)],
}

/// A code with the status, what it means and what to do.
pub(crate) const fn code(
    code: &'static str,
    status: u16,
    means: &'static str,
    remedy: &'static str,
) -> Code {
    Code { code, status, means, remedy }
}

/// One line for each feature.
const ALL: &[Codes] = &[
    SHARED,
    crate::accounts::codes::CODES,
    crate::connections::codes::CODES,
    crate::hooks::codes::CODES,
    crate::kpis::codes::CODES,
    crate::people::codes::CODES,
    crate::teams::codes::CODES,
    crate::tickets::codes::CODES,
];

/// Those of whole failures, in the order of the alphabet.
pub(crate) static FAILURES: LazyLock<Vec<&Code>> = LazyLock::new(|| {
    let mut all: Vec<_> = ALL.iter().flat_map(|of| of.failures).collect();
    all.sort_by_key(|it| it.code);
    all
});

/// Those of single fields, in the order of the alphabet.
pub(crate) static FIELDS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut all: Vec<_> = ALL.iter().flat_map(|of| of.fields).copied().collect();
    all.sort_unstable();
    all
});

const SHARED: Codes = Codes {
    failures: &[
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
        code(
            "forbidden",
            403,
            "The token may not do this kind of thing.",
            "Ask an administrator of the tenant for the permission that `detail` names.",
        ),
        code(
            "graphql_invalid",
            400,
            "The GraphQL document cannot be run: it is not one, or does not fit the schema.",
            "Read the message and its place; the schema is at `/graphiql`.",
        ),
        code(
            "head_too_large",
            431,
            "The address and the header fields have more than 16 KiB together.",
            "Send less in them; a GraphQL document may come as the body of a POST.",
        ),
        code(
            "id_unreadable",
            400,
            "The id is not one: its prefix is unknown, or the rest is not 26 characters of base32.",
            "Give an id as an answer had it.",
        ),
        code(
            "idempotency_key_in_use",
            409,
            "A request with the same `Idempotency-Key` is still being worked on.",
            "Ask again in a moment: the answer will be that request's.",
        ),
        code(
            "idempotency_key_reused",
            422,
            "This `Idempotency-Key` was used for another request within the last 24 hours.",
            "Take a new key for a new request.",
        ),
        code(
            "idempotency_key_unreadable",
            400,
            "`Idempotency-Key` is empty, longer than 255 letters, not ASCII, or there twice.",
            READ_DETAIL,
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
            "limited",
            429,
            "There were more requests, more of them at once, or more tries to sign in than there may be; `detail` says which, and whose.",
            "Come back after `Retry-After`, and ask less often: `RateLimit-Remaining` says how much is left.",
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
            "persisted_query_not_found",
            400,
            "The document of this hash is not known here, or not any more.",
            "Send the document with its hash; clients of automatic persisted queries do so by themselves.",
        ),
        code(
            "persisted_query_unreadable",
            400,
            "`extensions.persistedQuery` is not of version 1, has no SHA-256 hash, or one of another document.",
            READ_DETAIL,
        ),
        code(
            "query_too_expensive",
            400,
            "The GraphQL document asks for too much at once; the message has the figures, and the most there may be.",
            "Ask for less at once: fewer or shorter lists in lists, or several documents.",
        ),
        code("query_unreadable", 400, "A parameter of the query cannot be read.", READ_DETAIL),
        code(
            "stale_version",
            412,
            "The thing has changed since the version that `If-Match` names.",
            "Read it again, look at what changed, and send the change with the new `ETag`.",
        ),
        code(
            "storage_unavailable",
            503,
            "A disk of the service is full or fails. Nothing of the request was kept.",
            "Whoever operates the service must make room; then send the request again.",
        ),
        code(
            "taken_meanwhile",
            409,
            "Somebody else made the same thing at the same moment.",
            "Send the request again.",
        ),
        code(
            "timed_out",
            503,
            "It took longer than a request may, or waited too long for somebody else's change.",
            "Ask for less at once, a shorter time or a smaller page; or try again later.",
        ),
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
    ],
    fields: &[
        ("before_start", "The end is not after the start."),
        ("contradictory", "Two fields cannot be given together."),
        ("control_character", "The text has a control character."),
        ("dangling_reference", "It names something that is not there."),
        ("duplicate_field", "It is given twice."),
        ("empty_range", "The range has no day in it."),
        ("length", "The text is too short or too long."),
        ("not_a_name", "It is not a name: letters, digits, hyphens and underscores are."),
        ("not_an_email", "It is not an e-mail address."),
        ("not_applicable", "The field has no meaning here."),
        ("not_nullable", "It is never null. Leave the field out to keep what is there."),
        ("out_of_order", "It is not later than what it must follow."),
        ("out_of_range", "The number, the day or the time is out of its range."),
        ("required", "The field is missing."),
        ("unknown_field", "There is no such field."),
        ("unknown_value", "It is none of the values there are."),
        ("unknown_zone", "It is not a zone of the tz database, like `Europe/Rome`."),
        ("unreadable", "It cannot be read; the message says what it must be like."),
        ("wrong_type", "It is of another type than it must be."),
    ],
};

/// What only the operator meets, at the command line and in the log.
#[cfg(test)]
pub(crate) const NOT_SERVED: &[&str] = &[
    "database_url",
    "event_chain_broken",
    "lease_lost",
    "master_key",
    "operator_only",
    "run_over",
    "signing_key_active",
    "signing_key_next",
    "signing_key_retired",
];
