//! Every code that a failure may carry, explained.

use super::page::{frame, line, table};
use crate::codes::{Code, FAILURES, FIELDS};

/// The page of a code.
pub(super) fn html(code: &str) -> Option<String> {
    if let Some(known) = FAILURES.iter().find(|known| known.code == code) {
        let Code { code, status, means, remedy } = known;
        let body = format!(
            "<dl>\n<dt>Status</dt><dd>{status}</dd>\n<dt>What it means</dt><dd>{}</dd>\n\
             <dt>What to do</dt><dd>{}</dd>\n</dl>\n<p><a href=\"/docs/errors\">All codes</a></p>\n",
            line(means),
            line(remedy)
        );
        return Some(frame(code, &body));
    }
    let (code, means) = FIELDS.iter().find(|(known, _)| *known == code)?;
    let body = format!(
        "<p>{}</p>\n<p>It stands in <code>fields</code>, beside the field or the parameter that it is about. \
         <a href=\"/docs/errors\">All codes</a></p>\n",
        line(means)
    );
    Some(frame(code, &body))
}

/// The page of all of them.
pub(super) fn list() -> String {
    let link = |code: &str| format!("<a href=\"/docs/errors/{code}\"><code>{code}</code></a>");
    let codes = table(
        &["Code", "Status", "What it means", "What to do"],
        FAILURES
            .iter()
            .map(|it| vec![link(it.code), it.status.to_string(), line(it.means), line(it.remedy)]),
    );
    let fields = table(
        &["Code", "What it means"],
        FIELDS.iter().map(|(code, means)| vec![link(code), line(means)]),
    );
    let body = format!(
        "<p>Failures are <code>application/problem+json</code> (RFC 9457); <code>code</code> is a stable word, and <code>type</code> \
         leads to its explanation here. GraphQL has the same words in <code>extensions.code</code>.</p>\n{codes}\
         <h2>Codes of fields</h2>\n<p>With <code>invalid</code>, and where a body or a query cannot be read, <code>fields</code> says of \
         each field what is wrong with it.</p>\n{fields}"
    );
    frame("Errors", &body)
}
