//! Where the fields of a row are: a mapping bound to one file's header, and typed reading of cells.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::source::{Rows, SourceAgent};
use super::Field;
use super::mapping::{Mapping, MappingError};
use super::rejects::{Refusal, shown};
use super::words::yes_or_no;

/// The longest a value may be, in bytes; ids and words are keys of the database.
const LONGEST: usize = 255;

/// Where one value is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The column's name or the key's path, as reasons show it.
    pub(super) name: String,
    pub(super) at: At,
}

#[derive(Clone, Debug)]
pub(super) enum At {
    /// The column of this number.
    Column(usize),
    /// The key of this name, or nested by these.
    Path(Vec<String>),
}

/// One line of either format.
pub(super) trait Record {
    /// Gives every text at a place: none, one, or the elements of a list.
    fn texts<'a>(
        &'a self,
        place: &Place,
        take: &mut dyn FnMut(Cow<'a, str>),
    ) -> Result<(), Refusal>;
}

/// A mapping that fits a file.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) shape: Rows,
    places: Vec<Vec<Place>>,
}

impl Columns {
    /// Finds the mapping's columns in a header.
    pub(super) fn of_header(mapping: &Mapping, header: &[String]) -> Result<Self, MappingError> {
        let shape = shape(mapping, |name| header.iter().any(|column| column == name));
        Self::bind(mapping, shape, |field, name, explicit| {
            let found: Vec<usize> =
                (0..header.len()).filter(|&column| header[column] == name).collect();
            match found.as_slice() {
                [one] => Ok(Some(At::Column(*one))),
                [] if explicit => Err(missing(field, name, header)),
                [] => Ok(None),
                // A column that nobody names may occur as often as it likes.
                _ if !explicit && mapping.columns.is_some() && !is_required(field, shape) => {
                    Ok(None)
                }
                _ => Err(MappingError::Twice { field: field.word(), column: name.to_owned() }),
            }
        })
    }

    /// The keys of JSON objects need not all be there; the first object tells the shape where the mapping does not.
    pub(super) fn of_keys(
        mapping: &Mapping,
        has: impl Fn(&str) -> bool,
    ) -> Result<Self, MappingError> {
        Self::bind(mapping, shape(mapping, has), |_, name, _| {
            Ok(Some(At::Path(name.split('.').map(str::to_owned).collect())))
        })
    }

    fn bind(
        mapping: &Mapping,
        shape: Rows,
        find: impl Fn(Field, &str, bool) -> Result<Option<At>, MappingError>,
    ) -> Result<Self, MappingError> {
        let mut places = vec![Vec::new(); Field::ALL.len()];
        for &field in Field::ALL {
            let named = mapping.columns.as_ref().and_then(|columns| columns.get(&field));
            if field.shape().is_some_and(|of| of != shape) {
                if named.is_some() {
                    let problem = format!(
                        "is not a field of {} rows, as these are; set `rows` or leave it out",
                        shape.word()
                    );
                    return Err(MappingError::Key {
                        key: format!("columns.{}", field.word()),
                        problem,
                    });
                }
                continue;
            }
            let canonical = [field.word().to_owned()];
            let names: &[String] = match named {
                Some(names) => names,
                None if mapping.ignored.contains(field.word()) => &[],
                None => &canonical,
            };
            for name in names {
                let explicit = named.is_some() || is_required(field, shape);
                if let Some(at) = find(field, name, explicit)? {
                    places[field as usize].push(Place { name: name.clone(), at });
                }
            }
        }
        Ok(Self { shape, places })
    }

    fn of(&self, field: Field) -> &[Place] {
        &self.places[field as usize]
    }
}

/// Event rows have a column for the time; ticket rows are the others.
fn shape(mapping: &Mapping, has: impl Fn(&str) -> bool) -> Rows {
    mapping.rows.unwrap_or_else(|| {
        let named = mapping.columns.as_ref().and_then(|columns| columns.get(&Field::Time));
        let names_created =
            mapping.columns.as_ref().is_some_and(|columns| columns.contains_key(&Field::Created));
        let is_there = !names_created
            && !mapping.ignored.contains(Field::Time.word())
            && has(Field::Time.word());
        if named.is_some() || is_there { Rows::Events } else { Rows::Tickets }
    })
}

fn is_required(field: Field, shape: Rows) -> bool {
    field == Field::Ticket
        || field
            == match shape {
                Rows::Events => Field::Time,
                Rows::Tickets => Field::Created,
            }
}

fn missing(field: Field, name: &str, header: &[String]) -> MappingError {
    let mut list = header
        .iter()
        .take(40)
        .map(|column| format!("`{}`", shown(column)))
        .collect::<Vec<_>>()
        .join(", ");
    if let [only] = header
        && only.contains([';', '\t', '|'])
    {
        list.push_str(" (one column only: does the mapping need `delimiter`?)");
    }
    MappingError::Missing { field: field.word(), column: name.to_owned(), header: list }
}

/// The cells of one line, by field.
pub(super) struct Cells<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) columns: &'a Columns,
    pub(super) record: &'a dyn Record,
}

impl<'a> Cells<'a> {
    /// The first text that is not empty, trimmed, else the default. Words for "nothing" are texts here.
    fn raw(&self, field: Field) -> Result<Option<Cow<'a, str>>, Refusal> {
        let mut found: Option<Cow<'a, str>> = None;
        for place in self.columns.of(field) {
            let mut many = false;
            self.record.texts(place, &mut |text| {
                if !text.trim().is_empty() {
                    many |= found.is_some();
                    found.get_or_insert(trimmed(text));
                }
            })?;
            if many {
                return Err(Refusal(format!(
                    "column `{}`: is a list; only tags may be one",
                    place.name
                )));
            }
            if found.is_some() {
                break;
            }
        }
        if found.is_none() {
            found = self.mapping.defaults.get(&field).map(|text| Cow::Borrowed(text.as_str()));
        }
        found.map(|text| self.storable(field, text)).transpose()
    }

    fn storable<'t>(&self, field: Field, text: Cow<'t, str>) -> Result<Cow<'t, str>, Refusal> {
        if text.len() > LONGEST {
            return Err(self.refuse(field, &text, &format!("is longer than {LONGEST} bytes")));
        }
        if text.contains('\0') {
            return Err(self.refuse(field, &text, "contains a zero byte"));
        }
        Ok(text)
    }

    /// A text, where there is one that means something.
    pub(super) fn text(&self, field: Field) -> Result<Option<Cow<'a, str>>, Refusal> {
        Ok(self.raw(field)?.filter(|text| !self.is_nothing(text)))
    }

    /// As `text`, but a word for "nothing" is `Some(None)`: said, and nothing.
    pub(super) fn stated(&self, field: Field) -> Result<Option<Option<String>>, Refusal> {
        Ok(self.raw(field)?.map(|text| (!self.is_nothing(&text)).then(|| text.into_owned())))
    }

    fn is_nothing(&self, text: &str) -> bool {
        !self.mapping.nothing.is_empty() && self.mapping.nothing.contains(text)
    }

    /// A text that every row must have.
    pub(super) fn required(&self, field: Field) -> Result<Cow<'a, str>, Refusal> {
        self.text(field)?.ok_or_else(|| Refusal(format!("column `{}`: is empty", self.name(field))))
    }

    /// A time in microseconds.
    pub(super) fn time(&self, field: Field) -> Result<Option<i64>, Refusal> {
        self.text(field)?.map(|text| self.micros(field, &text)).transpose()
    }

    pub(super) fn micros(&self, field: Field, text: &str) -> Result<i64, Refusal> {
        self.mapping.clock.micros(text).map_err(|problem| self.refuse(field, text, &problem))
    }

    /// Yes or no.
    pub(super) fn flag(&self, field: Field) -> Result<Option<bool>, Refusal> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        yes_or_no(&text)
            .map(Some)
            .ok_or_else(|| self.refuse(field, &text, "is neither yes nor no (true, false, 1, 0)"))
    }

    /// A word of ours, by the mapping's table or as it is; `"*"` in the table stands for all others.
    pub(super) fn word<T: Copy>(
        &self,
        field: Field,
        table: &HashMap<String, T>,
        ours: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        let known = table.get(text.as_ref()).copied().or_else(|| ours(&text.to_ascii_lowercase()));
        known.or_else(|| table.get("*").copied()).map(Some).ok_or_else(|| {
            self.refuse(
                field,
                &text,
                &format!("is not known; map it under [values.{}]", field.word()),
            )
        })
    }

    /// An agent by id, name and e-mail; whichever is there stands for the others.
    pub(super) fn agent(
        &self,
        [id, name, email]: [Field; 3],
    ) -> Result<Option<SourceAgent>, Refusal> {
        let address = self.text(email)?.map(|text| text.to_lowercase());
        if let Some(address) = &address
            && !address
                .split_once('@')
                .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        {
            return Err(self.refuse(email, address, "is not an e-mail address"));
        }
        let name = self.text(name)?;
        let id = match (self.text(id)?, &address, &name) {
            (Some(id), ..) => id.into_owned(),
            (None, Some(address), _) => address.clone(),
            (None, None, Some(name)) => name.clone().into_owned(),
            (None, None, None) => return Ok(None),
        };
        let name = name.map_or_else(|| id.clone(), Cow::into_owned);
        Ok(Some(SourceAgent { id, name, email: address }))
    }

    /// The tags of every column that holds some.
    pub(super) fn tags(&self) -> Result<Vec<String>, Refusal> {
        const MOST: usize = 50;
        let mut tags: Vec<String> = Vec::new();
        let mut add = |text: &str| {
            let tag = text.trim();
            if !tag.is_empty() && !self.is_nothing(tag) && !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        };
        for place in self.columns.of(Field::Tags) {
            self.record.texts(place, &mut |text| match &self.mapping.tag_separator {
                Some(separator) => text.split(separator.as_str()).for_each(&mut add),
                None => add(&text),
            })?;
        }
        if tags.is_empty()
            && let Some(tag) = self.mapping.defaults.get(&Field::Tags)
        {
            tags.push(tag.clone());
        }
        if tags.len() > MOST {
            return Err(Refusal(format!(
                "column `{}`: has more than {MOST} tags",
                self.name(Field::Tags)
            )));
        }
        for tag in &tags {
            self.storable(Field::Tags, Cow::Borrowed(tag))?;
        }
        Ok(tags)
    }

    /// A reason that names the column and the value.
    pub(super) fn refuse(&self, field: Field, value: &str, problem: &str) -> Refusal {
        Refusal(format!("column `{}`: `{}` {problem}", self.name(field), shown(value)))
    }

    pub(super) fn name(&self, field: Field) -> &str {
        self.columns.of(field).first().map_or(field.word(), |place| &place.name)
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
