//! `plumbline config`

use serde_json::{Value, json};

use crate::config::{ConfigArgs, Effective};
use crate::output::{Result, result};

pub(crate) fn config(args: &ConfigArgs) -> Result<()> {
    let lines: Vec<_> = args.effective.iter().map(line).collect();
    let width = lines.iter().map(|(setting, _)| setting.chars().count()).max();
    let width = width.unwrap_or_default();
    let lines = lines.iter().map(|(setting, from)| format!("{setting:width$}  # {from}\n"));
    let words: String = lines.collect();
    result(args.json, &json!({ "settings": args.effective }), &words)
}

/// As it would stand in a configuration file, and where it comes from.
fn line(setting: &Effective) -> (String, String) {
    let Effective { key, value, at, .. } = setting;
    let from = at.clone().unwrap_or_else(|| "default".to_owned());
    match value {
        Value::Null => (format!("# {key} ="), "not set".to_owned()),
        // JSON's texts, numbers, truth values and lists of texts are TOML's too.
        value => (format!("{key} = {value}"), from),
    }
}
