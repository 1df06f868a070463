//! What a connection must be like.

use std::ops::RangeInclusive;

use url::Url;

use super::types::{Credentials, FieldMapping, Vendor};
use crate::kernel::check::Check;

/// How long after a run the next one begins, where nobody says.
pub(super) const CADENCE: i32 = 60;
/// How short and how long that may be.
const CADENCES: RangeInclusive<i32> = 10..=86_400;
/// How many tags may mean one thing.
const MOST_TAGS: usize = 20;
/// The longest text of credentials: keys of several kilobits are such.
const LONGEST: usize = 8192;

/// How long after a run the next one begins.
pub(super) fn cadence(check: &mut Check, seconds: Option<i32>) {
    let fine = seconds.is_none_or(|seconds| CADENCES.contains(&seconds));
    let message = format!("must be {} to {} seconds", CADENCES.start(), CADENCES.end());
    check.that(fine, "/cadence_seconds", "out_of_range", message);
}

/// Few tags, each a tag.
pub(super) fn mapping(check: &mut Check, mapping: Option<&FieldMapping>) {
    let Some(FieldMapping { escalated_tags, test_tags }) = mapping else { return };
    for (name, tags) in [("escalated_tags", escalated_tags), ("test_tags", test_tags)] {
        let pointer = format!("/field_mapping/{name}");
        let message = format!("must be at most {MOST_TAGS} tags");
        check.that(tags.len() <= MOST_TAGS, &pointer, "length", message);
        for tag in tags.iter().take(MOST_TAGS) {
            check.text(&pointer, tag, 200);
        }
    }
}

/// An address without a path, as it is kept. Whether it may be asked at all is seen when it is.
pub(super) fn address(check: &mut Check, vendor: Vendor, text: &str) -> String {
    let origin = origin(text);
    let message = format!(
        "must be `https://` and a host, without a path, like `{}`",
        vendor.descriptor().address
    );
    check.that(origin.is_some(), "/base_url", "not_an_address", message);
    origin.unwrap_or_default()
}

fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    let web = matches!(url.scheme(), "http" | "https");
    (web && bare && nobody && text.len() <= 500).then(|| url.origin().ascii_serialization())
}

/// Each of the vendor's fields is there with a text, and nothing else is. What was sent is not repeated.
pub(super) fn credentials(check: &mut Check, vendor: Vendor, given: &Credentials) {
    let fields = vendor.descriptor().fields;
    let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
    let unknown = given.names().any(|name| !fields.iter().any(|field| field.name == name));
    let message = format!("must have {} and nothing else", names.join(" and "));
    check.that(!unknown, "/credentials", "unknown_field", message);
    for field in fields {
        let pointer = format!("/credentials/{}", field.name);
        match given.get(field.name) {
            Ok(text) => _ = check.text(&pointer, text, LONGEST),
            Err(_) => {
                let message = format!("is missing: {}", field.label);
                check.that(false, &pointer, "required", message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_address_is_a_scheme_and_a_host() {
        for (text, kept) in [
            ("https://acme.zendesk.com", "https://acme.zendesk.com"),
            (" HTTPS://Acme.Zendesk.com/ ", "https://acme.zendesk.com"),
            ("https://acme.zendesk.com:443", "https://acme.zendesk.com"),
            ("http://127.0.0.1:4100", "http://127.0.0.1:4100"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(origin(text).as_deref(), Some(kept), "{text}");
        }
        for text in [
            "",
            "acme",
            "acme.zendesk.com",
            "https://",
            "ftp://acme.zendesk.com",
            "file:///etc/passwd",
            "https://acme.zendesk.com/api/v2",
            "https://acme.zendesk.com/?x",
            "https://acme.zendesk.com/#x",
            "https://ann:secret@acme.zendesk.com",
            "https://acme.zendesk.com:port",
        ] {
            assert_eq!(origin(text), None, "{text}");
        }
    }
}
