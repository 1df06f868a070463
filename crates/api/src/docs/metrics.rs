//! The metrics as they are published.

use domain::kpis::{self, Metric};
use serde_json::Value;

use super::page::{escape, frame, line, table};

/// The page of all of them.
pub(super) fn html() -> String {
    let mut body = String::from(
        "<p>A published definition does not change: a change of its rules is a new version, and every figure carries the version that made \
         it. The tickets behind a figure, and those kept out of it with the reason, are at <code>/v1/kpis/{metric}/tickets</code>.</p>\n",
    );
    for metric in Metric::ALL {
        let it = kpis::definition(*metric);
        let name = word(metric);
        body.push_str(&format!(
            "<h2 id=\"{name}\">{title}</h2>\n<dl>\n<dt>Metric</dt><dd><code>{name}</code>, version {version}</dd>\n\
             <dt>Counts</dt><dd>{counts}</dd>\n<dt>Unit</dt><dd>{unit}</dd>\n<dt>Clock</dt><dd>{clock}</dd>\n\
             <dt>Dated by</dt><dd>{dated}</dd>\n<dt>Credit</dt><dd>{credit}</dd>\n<dt>Better</dt><dd>{better}</dd>\n</dl>\n",
            title = escape(it.title),
            version = it.version,
            counts = line(it.counts),
            unit = word(&it.unit),
            clock = match it.clock {
                kpis::Clock::Calendar => "Calendar: all of the time, nights and holidays too.",
            },
            dated = line(it.dated_by),
            credit = line(it.credit),
            better = word(&it.direction),
        ));
        let rules = it
            .exclusions
            .iter()
            .map(|rule| vec![format!("<code>{}</code>", word(&rule.reason)), line(rule.rule)]);
        body.push_str(&table(&["Left out", "When"], rules));
    }
    frame("Metrics", &body)
}

/// The word that a value is in JSON.
fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or(Value::Null);
    json.as_str().unwrap_or_default().to_owned()
}
