//! The configuration file: TOML, one line per key, no tables.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::setting::{self, Keys, Origin, Setting, is_list, refused};
use crate::output::{Failure, Result};

/// What a file says.
pub(super) fn read(file: &Path, named_by: &str, keys: &Keys) -> Result<Vec<Setting>> {
    let text = setting::read(file, named_by, "the configuration")?;
    let place = |span: Range<usize>| Origin::Line(file.to_owned(), line(&text, span.start));
    let table = DeTable::parse(&text).map_err(|error| {
        let place = place(error.span().unwrap_or_default());
        refused(format!("{place}: this is not TOML: {}", one_line(error.message())))
    })?;
    let mut given = Vec::new();
    for (key, value) in table.get_ref() {
        let (origin, key) = (place(key.span()), key.get_ref().as_ref());
        if !keys.has(key) {
            return Err(unknown(keys, &origin, key, value.get_ref()));
        }
        let setting = Setting { key: key.to_owned(), values: Vec::new(), origin };
        let values = values(keys, &setting, value)?;
        given.push(Setting { values, ..setting });
    }
    setting::once(&given)?;
    given.into_iter().map(Setting::resolved).collect()
}

fn values(keys: &Keys, setting: &Setting, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>> {
    let list = keys.get(&setting.key).is_some_and(is_list);
    let values: Option<Vec<_>> = match value.get_ref() {
        DeValue::Array(values) if list => values.iter().map(|it| scalar(it.get_ref())).collect(),
        value => scalar(value).map(|value| vec![value]),
    };
    match values {
        Some(values) if values.iter().all(|value| !value.is_empty()) => Ok(values),
        Some(_) => Err(refused(format!("{} is empty; leave the line out", setting.place()))),
        None => {
            let must = if list { "a list of texts" } else { "one text, number or truth value" };
            Err(refused(format!("{} must be {must}", setting.place())))
        }
    }
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn unknown(keys: &Keys, origin: &Origin, key: &str, value: &DeValue<'_>) -> Failure {
    let advice = match (keys.like(key), value) {
        (Some(like), _) => format!("did you mean `{like}`?"),
        (None, DeValue::Table(_)) => "keys are not in tables".to_owned(),
        (None, _) => "docs/operate.md and `plumbline config` show those there are".to_owned(),
    };
    refused(format!("{origin}: `{key}` is no setting; {advice}"))
}

fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

fn one_line(message: &str) -> String {
    message.lines().collect::<Vec<_>>().join(", ")
}
