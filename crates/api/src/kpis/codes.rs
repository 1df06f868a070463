//! The codes of failures about KPIs.

use crate::codes::Codes;

pub(crate) const CODES: Codes = Codes {
    failures: &[],
    fields: &[
        ("too_many_buckets", "The range has too many buckets: take a longer grain or fewer days."),
        ("too_many_rows", "The answer has too many rows: take a longer grain or fewer groups."),
        ("unknown_bucket", "No bucket of the query begins on this day."),
    ],
};
