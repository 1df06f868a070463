//! The TOML that says what a file's columns and words mean. `docs/import.md` is its reference.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StrDeserializer;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::super::source::Rows;
use super::super::{ActorKind, Channel, InitiatedBy, StatusCategory};
use super::Field;
use super::time::{Clock, TimeFormat, Zone};
use super::words::{EffectWord, yes_or_no};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object per line.
    Ndjson,
}

/// Why a mapping is refused, or does not fit the file.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// The TOML itself, with line and key.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A key that contradicts another.
    #[error("{key}: {problem}")]
    Key {
        /// The key, with its table.
        key: String,
        /// What is wrong, and what to write instead.
        problem: String,
    },
    /// The file's header lacks a column that the mapping names or every file needs.
    #[error(
        "{field} is read from a column `{column}`, which the header does not have; it has: {header}"
    )]
    Missing {
        /// The field's word.
        field: &'static str,
        /// The column that is not there.
        column: String,
        /// The columns that are, shortened.
        header: String,
    },
    /// A column that is read occurs twice.
    #[error(
        "{field} is read from the column `{column}`, which the header has twice; rename one of them"
    )]
    Twice {
        /// The field's word.
        field: &'static str,
        /// The column's name.
        column: String,
    },
    /// The header cannot be read at all.
    #[error("the header {0}")]
    Header(&'static str),
}

/// What happens to a row whose kind the mapping does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UnknownKinds {
    /// It is kept as an event without effect.
    Keep,
    /// The line is rejected.
    Reject,
}

/// How a source's file is read. Made from TOML with `parse`; [`Mapping::default`] reads the canonical columns.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Names the connection: tickets of the same source and id are the same ticket.
    pub source: String,
    /// The shape of the rows; told by the columns where it is not given.
    pub rows: Option<Rows>,
    /// The format; told by the first byte where it is not given.
    pub format: Option<FileFormat>,
    pub(super) delimiter: u8,
    pub(super) clock: Clock,
    pub(super) tag_separator: Option<String>,
    pub(super) nothing: BTreeSet<String>,
    pub(super) unknown_kinds: UnknownKinds,
    pub(super) ignored: BTreeSet<String>,
    pub(super) bots: BTreeSet<String>,
    pub(super) automations: BTreeSet<String>,
    /// `None` where there is no such table: then every canonical column is meant.
    pub(super) columns: Option<BTreeMap<Field, Vec<String>>>,
    /// `None` where there is no such table: then kinds are effect words themselves.
    pub(super) effects: Option<HashMap<String, Vec<EffectWord>>>,
    pub(super) values: Values,
    pub(super) defaults: BTreeMap<Field, String>,
}

/// What a source's words are in ours.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Values {
    pub(super) channel: HashMap<String, Channel>,
    pub(super) status: HashMap<String, StatusCategory>,
    pub(super) actor_kind: HashMap<String, ActorKind>,
    pub(super) initiated_by: HashMap<String, InitiatedBy>,
}

/// The TOML as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    source: String,
    rows: Option<Rows>,
    format: Option<FileFormat>,
    delimiter: Option<char>,
    #[serde(default)]
    zone: Zone,
    #[serde(default)]
    time_format: OneOrMany<TimeFormat>,
    tag_separator: Option<String>,
    #[serde(default)]
    nothing: OneOrMany<String>,
    unknown_kinds: Option<UnknownKinds>,
    #[serde(default)]
    ignore: OneOrMany<String>,
    #[serde(default)]
    bots: OneOrMany<String>,
    #[serde(default)]
    automations: OneOrMany<String>,
    columns: Option<BTreeMap<Field, OneOrMany<String>>>,
    effects: Option<HashMap<String, OneOrMany<EffectWord>>>,
    #[serde(default)]
    values: Values,
    #[serde(default)]
    defaults: BTreeMap<Field, Scalar>,
}

impl Default for Mapping {
    /// The canonical columns of a source called `import`.
    fn default() -> Self {
        Self {
            source: "import".to_owned(),
            rows: None,
            format: None,
            delimiter: b',',
            clock: Clock::new(Zone::default(), Vec::new()),
            tag_separator: None,
            nothing: BTreeSet::new(),
            unknown_kinds: UnknownKinds::Reject,
            ignored: BTreeSet::new(),
            bots: BTreeSet::new(),
            automations: BTreeSet::new(),
            columns: None,
            effects: None,
            values: Values::default(),
            defaults: BTreeMap::new(),
        }
    }
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`MappingError`] names the line and the key, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let written: Written = toml::from_str(text)?;
        let unknown_kinds = written.unknown_kinds.unwrap_or(match written.effects {
            Some(_) => UnknownKinds::Keep,
            None => UnknownKinds::Reject,
        });
        let mapping = Self {
            source: written.source.trim().to_owned(),
            rows: written.rows,
            format: written.format,
            delimiter: delimiter(written.delimiter)?,
            clock: Clock::new(written.zone, written.time_format.0),
            tag_separator: written.tag_separator.filter(|separator| !separator.is_empty()),
            nothing: written.nothing.set(),
            unknown_kinds,
            ignored: written.ignore.set(),
            bots: written.bots.set(),
            automations: written.automations.set(),
            columns: written.columns.map(|columns| {
                columns.into_iter().map(|(field, names)| (field, names.0)).collect()
            }),
            effects: written
                .effects
                .map(|kinds| kinds.into_iter().map(|(kind, words)| (kind, words.0)).collect()),
            values: written.values,
            defaults: written.defaults.into_iter().map(|(field, value)| (field, value.0)).collect(),
        };
        mapping.check()?;
        Ok(mapping)
    }

    /// What no single key can tell.
    fn check(&self) -> Result<(), MappingError> {
        if self.source.is_empty() || self.source.len() > 100 {
            return Err(key(
                "source",
                "give the source a name of 1 to 100 bytes, for example \"helpdesk\"",
            ));
        }
        let named = self.columns.iter().flatten().map(|(field, _)| ("columns", *field));
        let defaulted = self.defaults.keys().map(|field| ("defaults", *field));
        for (table, field) in named.chain(defaulted) {
            if let (Some(rows), Some(shape)) = (self.rows, field.shape())
                && rows != shape
            {
                let problem = format!(
                    "belongs to rows = \"{}\", and this mapping reads \"{}\"",
                    shape.word(),
                    rows.word()
                );
                return Err(key(&format!("{table}.{}", field.word()), &problem));
            }
        }
        for (field, names) in self.columns.iter().flatten() {
            if names.is_empty() || names.iter().any(String::is_empty) {
                return Err(key(
                    &format!("columns.{}", field.word()),
                    "name a column, or leave the key out",
                ));
            }
        }
        self.check_defaults()
    }

    fn check_defaults(&self) -> Result<(), MappingError> {
        type IsWord = fn(&str) -> bool;
        const WORDS: [(Field, IsWord); 6] = [
            (Field::Channel, |word| Channel::from_word(word).is_some()),
            (Field::Status, |word| StatusCategory::from_word(word).is_some()),
            (Field::ActorKind, |word| ActorKind::from_word(word).is_some()),
            (Field::InitiatedBy, |word| InitiatedBy::from_word(word).is_some()),
            (Field::IsTest, |word| yes_or_no(word).is_some()),
            (Field::Public, |word| yes_or_no(word).is_some()),
        ];
        if self.defaults.contains_key(&Field::Ticket) {
            let problem = "every row must name its own ticket; leave this out";
            return Err(key("defaults.ticket", problem));
        }
        for (field, is_word) in WORDS {
            if let Some(value) = self.defaults.get(&field)
                && !is_word(value)
            {
                let key_of = format!("defaults.{}", field.word());
                return Err(key(&key_of, &format!("`{value}` is not one of its words")));
            }
        }
        Ok(())
    }
}

impl Rows {
    /// The word it is in a mapping.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Tickets => "tickets",
        }
    }
}

fn key(key: &str, problem: &str) -> MappingError {
    MappingError::Key { key: key.to_owned(), problem: problem.to_owned() }
}

fn delimiter(given: Option<char>) -> Result<u8, MappingError> {
    match given {
        None => Ok(b','),
        Some(sign @ (',' | ';' | '\t' | '|')) => Ok(sign as u8),
        Some(_) => Err(key("delimiter", "write \",\", \";\", \"|\" or \"\\t\"")),
    }
}

/// `"x"` or `["x", "y"]`.
struct OneOrMany<T>(Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl OneOrMany<String> {
    fn set(self) -> BTreeSet<String> {
        self.0.into_iter().collect()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = OneOrMany<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(StrDeserializer::new(text)).map(|one| OneOrMany(vec![one]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(OneOrMany(all))
            }
        }
        from.deserialize_any(Either(PhantomData))
    }
}

/// A text, number or yes/no, as the text that a cell would hold.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(from)?;
        let text = value.as_str().map(str::to_owned);
        let text = text.or_else(|| value.as_integer().map(|number| number.to_string()));
        let text = text.or_else(|| value.as_bool().map(|flag| flag.to_string()));
        let expected = "a default is a text, a whole number, true or false";
        text.map(Self).ok_or_else(|| D::Error::custom(expected))
    }
}
