//! What could not be read, in words for whoever sent it.

use domain::kernel::FieldError;
use domain::kernel::patch::NOT_NULL;
use serde_path_to_error::{Path, Segment};

/// Where in a body something is (RFC 6901).
pub(super) fn pointer(path: &Path) -> String {
    let segments = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    segments.flat_map(|segment| ["/".to_owned(), segment]).collect()
}

/// What serde says of a field, under the field's own name.
pub(super) fn field_error(place: &str, message: &str) -> FieldError {
    let (code, owner) = match message {
        NOT_NULL => ("not_nullable", false),
        _ if message.starts_with("missing field ") => ("required", true),
        _ if message.starts_with("unknown field ") => ("unknown_field", true),
        _ if message.starts_with("duplicate field ") => ("duplicate_field", true),
        _ if message.starts_with("unknown variant ") => ("unknown_value", false),
        _ if message.starts_with("invalid type") => ("wrong_type", false),
        _ => ("unreadable", false),
    };
    let mut pointer = place.to_owned();
    let named = message.split('`').nth(1).filter(|_| owner);
    if let Some(name) = named.filter(|name| !pointer.ends_with(&format!("/{name}"))) {
        pointer = format!("{pointer}/{name}");
    }
    let message = if code == "required" { "is missing".to_owned() } else { explained(message) };
    FieldError { pointer, code, message }
}

/// What serde, chrono and the standard library say of single values, with what would be right.
fn explained(message: &str) -> String {
    const TIMES: &str = "write a day like `2026-01-31`, an instant like `2026-01-31T09:00:00Z`";
    let right = match message {
        "premature end of input"
        | "input contains invalid characters"
        | "input is out of range"
        | "trailing input" => TIMES,
        "invalid digit found in string"
        | "cannot parse integer from empty string"
        | "number too large to fit in target type" => "write a whole number",
        "provided string was not `true` or `false`" => "write `true` or `false`",
        _ => return message.to_owned(),
    };
    format!("{message}: {right}")
}
