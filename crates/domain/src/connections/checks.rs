//! What a connection must be like.

use std::cmp::Reverse;
use std::ops::RangeInclusive;

use url::Url;

use super::types::{AuthMethod, Credentials, FieldMapping, Vendor};
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

/// Which helpdesk an address that is kept is of: the vendor, and the host with a port of its own. Nothing where all accounts of a vendor
/// are asked at one address.
pub(super) fn helpdesk(vendor: Vendor, base_url: &str) -> Option<String> {
    if !vendor.descriptor().has_own_address {
        return None;
    }
    let url = Url::parse(base_url).ok()?;
    let host = url.host_str()?.trim_end_matches('.');
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{} {host}{port}", vendor.word()))
}

/// Each field of one way to sign in is there with a text, and nothing else is. What was sent is not repeated. Of what is of no way, the way is
/// told that it is nearest to.
pub(super) fn credentials(check: &mut Check, vendor: Vendor, given: &Credentials) {
    let methods = vendor.descriptor().auth_methods;
    let nearest = || methods.iter().min_by_key(|method| Reverse(method.shares(given)));
    let Some(method) = AuthMethod::of(methods, given).or_else(nearest) else { return };
    let unknown = given.names().any(|name| !method.has(name));
    let message = format!("must have {} and nothing else", ways(methods));
    check.that(!unknown, "/credentials", "unknown_field", message);
    for field in method.fields {
        let pointer = format!("/credentials/{}", field.name);
        match given.get(field.name) {
            Ok(text) if field.is_multiline => {
                let line = text.replace(['\r', '\n'], " ");
                check.text(&pointer, &line, LONGEST);
            }
            Ok(text) => _ = check.text(&pointer, text, LONGEST),
            Err(_) => {
                let message = format!("is missing: {}; it takes {}", field.label, ways(methods));
                check.that(false, &pointer, "required", message);
            }
        }
    }
}

/// The fields of each way.
fn ways(methods: &[AuthMethod]) -> String {
    let way = |method: &AuthMethod| {
        let names: Vec<_> = method.fields.iter().map(|it| format!("`{}`", it.name)).collect();
        names.join(" and ")
    };
    methods.iter().map(way).collect::<Vec<_>>().join(", or ")
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
