//! One JSON object per line.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::columns::{At, Cells, Columns, Place, Record};
use super::mapping::Mapping;
use super::rejects::{Refusal, shown};
use super::rows::{LONGEST_LINE, Sink, TOO_LONG};
use super::{IntakeError, Reject};

#[derive(Default)]
pub(super) struct JsonLines {
    /// The beginning of a line whose end has not come yet.
    held: Vec<u8>,
    /// Complete lines so far.
    lines: u64,
    skipping: bool,
    columns: Option<Columns>,
}

impl JsonLines {
    pub(super) fn feed(
        &mut self,
        mut chunk: &[u8],
        mapping: &Mapping,
        sink: &mut dyn Sink,
    ) -> Result<(), IntakeError> {
        while let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = (&chunk[..end], &chunk[end + 1..]);
            if self.held.is_empty() && !self.skipping {
                self.line(line, mapping, sink)?;
            } else {
                self.hold(line);
                self.held_line(mapping, sink)?;
            }
            chunk = rest;
        }
        self.hold(chunk);
        Ok(())
    }

    pub(super) fn finish(
        &mut self,
        mapping: &Mapping,
        sink: &mut dyn Sink,
    ) -> Result<(), IntakeError> {
        self.held_line(mapping, sink)
    }

    fn hold(&mut self, part: &[u8]) {
        self.skipping |= self.held.len() + part.len() > LONGEST_LINE;
        if self.skipping {
            self.held.clear();
        } else {
            self.held.extend_from_slice(part);
        }
    }

    fn held_line(&mut self, mapping: &Mapping, sink: &mut dyn Sink) -> Result<(), IntakeError> {
        if std::mem::take(&mut self.skipping) {
            return self.refuse(format!("the line {TOO_LONG}"), sink);
        }
        let mut held = std::mem::take(&mut self.held);
        self.line(&held, mapping, sink)?;
        held.clear();
        self.held = held;
        Ok(())
    }

    fn line(
        &mut self,
        line: &[u8],
        mapping: &Mapping,
        sink: &mut dyn Sink,
    ) -> Result<(), IntakeError> {
        if line.len() > LONGEST_LINE {
            return self.refuse(format!("the line {TOO_LONG}"), sink);
        }
        if line.trim_ascii().is_empty() {
            self.lines += 1;
            return Ok(());
        }
        let object: Map<String, Value> = match serde_json::from_slice(line) {
            Ok(object) => object,
            Err(error) => return self.refuse(format!("is not a JSON object: {error}"), sink),
        };
        self.lines += 1;
        if self.columns.is_none() {
            self.columns = Some(Columns::of_keys(mapping, |name| object.contains_key(name))?);
        }
        match &self.columns {
            Some(columns) => {
                sink.take(&Cells { mapping, columns, record: &JsonRecord(object) }, self.lines)
            }
            None => Ok(()),
        }
    }

    fn refuse(&mut self, reason: String, sink: &mut dyn Sink) -> Result<(), IntakeError> {
        self.lines += 1;
        sink.reject(Reject { line: self.lines, reason })
    }
}

struct JsonRecord(Map<String, Value>);

impl JsonRecord {
    /// A key of the whole name, else a path of keys.
    fn find(&self, place: &Place) -> Option<&Value> {
        let At::Path(path) = &place.at else {
            return None;
        };
        self.0.get(&place.name).or_else(|| {
            let (first, rest) = path.split_first()?;
            rest.iter().try_fold(self.0.get(first)?, |value, key| value.get(key))
        })
    }
}

impl Record for JsonRecord {
    fn texts<'a>(
        &'a self,
        place: &Place,
        take: &mut dyn FnMut(Cow<'a, str>),
    ) -> Result<(), Refusal> {
        match self.find(place) {
            None => Ok(()),
            Some(Value::Array(list)) => list.iter().try_for_each(|value| {
                text(value, place)?.map_or(Ok(()), |text| {
                    take(text);
                    Ok(())
                })
            }),
            Some(value) => {
                if let Some(text) = text(value, place)? {
                    take(text);
                }
                Ok(())
            }
        }
    }
}

fn text<'a>(value: &'a Value, place: &Place) -> Result<Option<Cow<'a, str>>, Refusal> {
    /// From here on a number with a fraction is no longer exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let problem = match value {
        Value::Null => return Ok(None),
        Value::String(text) => return Ok(Some(Cow::Borrowed(text))),
        Value::Bool(flag) => return Ok(Some(Cow::Borrowed(if *flag { "true" } else { "false" }))),
        Value::Number(number)
            if number.is_f64() && number.as_f64().is_some_and(|number| number.abs() >= EXACT) =>
        {
            "is a number too large to be exact; write it as a text"
        }
        Value::Number(number) => return Ok(Some(Cow::Owned(number.to_string()))),
        Value::Object(_) => "is an object; name a key in it, as in `user.id`",
        Value::Array(_) => "is a list in a list",
    };
    Err(Refusal(format!("column `{}`: `{}` {problem}", place.name, shown(&value.to_string()))))
}
