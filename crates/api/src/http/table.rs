//! Rows as CSV (RFC 4180): a column for each key, and for each key of a thing inside.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{OneOf, Schema};

/// The rows below their header. It is there also when they are not.
pub(super) fn csv<T: Serialize + ToSchema>(rows: &[T]) -> Result<Vec<u8>, csv::Error> {
    let columns = columns::<T>();
    let mut csv =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    csv.write_record(columns.iter().map(|column| column.join(".")))?;
    for row in rows {
        let row = serde_json::to_value(row).map_err(std::io::Error::from)?;
        csv.write_record(columns.iter().map(|column| {
            let value = column.iter().try_fold(&row, |value, key| value.get(key));
            value.map_or_else(String::new, cell)
        }))?;
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}

/// The keys of a row, in the order in which they are declared.
fn columns<T: ToSchema>() -> Vec<Vec<String>> {
    let mut named = Vec::new();
    T::schemas(&mut named);
    let inside = |schema: &RefOr<Schema>| -> Vec<String> {
        let name = reference(schema).unwrap_or_default();
        let found = named.iter().find(|(it, _)| *it == name).map(|(_, schema)| keys(schema));
        found.unwrap_or_default().into_iter().map(|(key, _)| key).collect()
    };
    let mut columns = Vec::new();
    for (key, schema) in keys(&T::schema()) {
        match inside(&schema) {
            inner if inner.is_empty() => columns.push(vec![key]),
            inner => columns.extend(inner.into_iter().map(|inner| vec![key.clone(), inner])),
        }
    }
    columns
}

fn keys(schema: &RefOr<Schema>) -> Vec<(String, RefOr<Schema>)> {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            object.properties.iter().map(|(key, schema)| (key.clone(), schema.clone())).collect()
        }
        RefOr::T(_) | RefOr::Ref(_) => Vec::new(),
    }
}

/// What a schema refers to, also where there may be nothing instead.
fn reference(schema: &RefOr<Schema>) -> Option<&str> {
    match schema {
        RefOr::Ref(reference) => reference.ref_location.rsplit('/').next(),
        RefOr::T(Schema::OneOf(OneOf { items, .. })) => items.iter().find_map(reference),
        RefOr::T(_) => None,
    }
}

/// A value as the text of a cell.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
        Value::String(text) => harmless(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(cell).collect();
            harmless(&items.join("; "))
        }
    }
}

/// A text that a spreadsheet does not take for a formula: whoever named a ticket does not compute on the reader's machine.
fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, ToSchema)]
    struct Row {
        name: String,
        age: Option<i64>,
        inside: Option<Inside>,
        tags: Vec<String>,
    }

    #[derive(Serialize, ToSchema)]
    struct Inside {
        id: String,
    }

    #[test]
    fn a_text_is_no_formula_and_a_number_stays_one() {
        let row = |name: &str, inside: Option<&str>| Row {
            name: name.to_owned(),
            age: Some(-1),
            inside: inside.map(|id| Inside { id: id.to_owned() }),
            tags: vec!["a".to_owned(), "b,c".to_owned()],
        };
        let text = csv(&[row("=1+1", Some("x")), row("\"Ann\"\nLee", None)]).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(
            text,
            "name,age,inside.id,tags\r\n'=1+1,-1,x,\"a; b,c\"\r\n\"\"\"Ann\"\"\nLee\",-1,,\"a; b,c\"\r\n"
        );
        assert_eq!(csv::<Row>(&[]).unwrap(), b"name,age,inside.id,tags\r\n");
    }
}
