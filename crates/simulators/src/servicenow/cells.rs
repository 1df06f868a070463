//! What stands in a field, and how it is told: as it is in the database, as people read it, or both.

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::ids::Id;
use super::tables::Table;
use crate::iso::Iso;

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(i64),
    Flag(bool),
    /// In Unix seconds.
    Time(i64),
    /// What is stored, and what people read.
    Choice(&'static str, &'static str),
    /// Another record, and what it is called.
    Reference(Table, Id, String),
}

/// A record: its fields by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Row(pub(super) Vec<(&'static str, Cell)>);

impl Row {
    pub(super) fn get(&self, name: &str) -> Option<&Cell> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, cell)| cell)
    }

    pub(super) fn value(&self, name: &str) -> String {
        self.get(name).map(Cell::value).unwrap_or_default()
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl Cell {
    /// As it is in the database: times are in UTC, and what is not there is the empty text.
    pub(super) fn value(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Time(at) => time(*at),
            Self::Choice(value, _) => (*value).to_owned(),
            Self::Reference(_, id, _) => id.text(),
        }
    }

    /// As people read it: times are in the zone of whoever asks.
    pub(super) fn display(&self, zone: &TimeZone) -> String {
        match self {
            Self::Number(number) => grouped(*number),
            Self::Time(at) => local(*at, zone),
            Self::Choice(_, label) => (*label).to_owned(),
            Self::Reference(_, _, name) => name.clone(),
            Self::Empty | Self::Text(_) | Self::Flag(_) => self.value(),
        }
    }
}

/// How fields are asked for.
pub(super) struct Style<'s> {
    pub(super) display: Display,
    pub(super) has_links: bool,
    pub(super) zone: &'s TimeZone,
    /// Where it is served, without a slash at the end.
    pub(super) base: &'s str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Display {
    Values,
    Names,
    All,
}

impl Style<'_> {
    pub(super) fn told(&self, cell: &Cell) -> Value {
        let link = match cell {
            Cell::Reference(table, id, _) if self.has_links => {
                Some(format!("{}/api/now/table/{}/{}", self.base, table.word(), id.text()))
            }
            _ => None,
        };
        let (value, name) = (|| cell.value(), || cell.display(self.zone));
        let mut told = Map::new();
        match (self.display, &link) {
            (Display::Values, None) => return json!(value()),
            (Display::Names, None) => return json!(name()),
            (Display::Values, Some(_)) => _ = told.insert("value".to_owned(), json!(value())),
            (Display::Names, Some(_)) => _ = told.insert("display_value".to_owned(), json!(name())),
            (Display::All, _) => {
                told.insert("display_value".to_owned(), json!(name()));
                told.insert("value".to_owned(), json!(value()));
            }
        }
        if let Some(link) = link {
            told.insert("link".to_owned(), json!(link));
        }
        Value::Object(told)
    }
}

/// `2026-01-31 08:05:09`, in UTC.
pub(super) fn time(at: i64) -> String {
    let mut text = Iso(at).to_string().replace('T', " ");
    text.pop();
    text
}

fn local(at: i64, zone: &TimeZone) -> String {
    let Ok(at) = jiff::Timestamp::from_second(at) else { return String::new() };
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// With a comma at the thousands.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
