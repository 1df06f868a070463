//! The operations of the OpenAPI document, and where in each of them a thing is named.

use actix_web::http::Method;
use serde_json::Value;

use super::world::prefix;

/// Words that an example cannot give: what happened in the tenants of the tests.
const GIVEN: &[(&str, &str)] =
    &[("from", "2026-01-01"), ("to", "2027-01-01"), ("metric", "first_response_time")];

pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: Method,
    /// With its `{names}`.
    pub(super) path: String,
    /// What every call of it gives: required, or known to be needed.
    pub(super) given: Vec<(String, String)>,
    /// Where a thing may be named.
    pub(super) slots: Vec<Slot>,
    pub(super) has_cursor: bool,
    pub(super) body: Option<Body>,
}

/// A place for the name of a thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slot {
    pub(super) place: Place,
    pub(super) names: Names,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    Path(String),
    Query(String),
    /// A pointer into the body.
    Body(String),
}

/// What names a thing there.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Names {
    /// An id with this prefix.
    Id(String),
    /// A text: this property of what this list has.
    Text { list: String, property: String },
}

pub(super) struct Body {
    pub(super) media: String,
    pub(super) example: Value,
    pub(super) required: Vec<String>,
    /// Those of its texts that are free: no choice, no date, no id.
    pub(super) free: Vec<String>,
}

/// Every operation there is.
pub(super) fn operations() -> Vec<Operation> {
    let document = crate::document();
    let paths = document["paths"].as_object().expect("paths");
    let lists: Vec<&str> =
        paths.iter().filter(|it| it.1.get("get").is_some()).map(|it| it.0.as_str()).collect();
    let each = paths.iter().flat_map(|(path, verbs)| {
        let verbs = verbs.as_object().expect("verbs").iter();
        verbs.map(|(verb, it)| Operation::of(&document, &lists, path, verb, it)).collect::<Vec<_>>()
    });
    each.collect()
}

impl Operation {
    fn of(document: &Value, lists: &[&str], path: &str, verb: &str, it: &Value) -> Self {
        let (mut given, mut slots, mut has_cursor) = (Vec::new(), Vec::new(), false);
        let list_of = |place: &str, name: &str| match place {
            "path" => path.split_once("/{").map(|it| it.0.to_owned()),
            _ if verb == "get" => Some(path.to_owned()),
            // A thing that is named by a text elsewhere, like `mapping` by the name of an import mapping.
            _ => {
                lists.iter().find(|it| it.ends_with(&format!("{name}s"))).map(|it| (*it).to_owned())
            }
        };
        for parameter in it["parameters"].as_array().into_iter().flatten() {
            let text = |key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
            let (name, place) = (text("name"), text("in"));
            let schema = resolved(document, &parameter["schema"]);
            let known = GIVEN.iter().find(|(it, _)| *it == name);
            let names = match id_prefix(schema) {
                Some(prefix) => Some(Names::Id(prefix)),
                None if is_free(schema) && name != "after" && known.is_none() => {
                    let property = if place == "query" && verb != "get" { "name" } else { &name };
                    list_of(&place, &name)
                        .map(|list| Names::Text { list, property: property.to_owned() })
                }
                None => None,
            };
            has_cursor |= name == "after";
            match (place.as_str(), names) {
                ("path", Some(names)) => slots.push(Slot { place: Place::Path(name), names }),
                // The zone of a KPI is no property of one: whether there is such a property shows when the list is read.
                ("query", Some(names)) => slots.push(Slot { place: Place::Query(name), names }),
                ("path", None) => {
                    let first = schema["enum"][0].as_str();
                    let value = known.map(|it| it.1).or(first).expect("a word of a path");
                    given.push((format!("{{{name}}}"), value.to_owned()));
                }
                ("query", None) => match known {
                    Some((_, value)) => given.push((name, (*value).to_owned())),
                    None if parameter["required"] == true => {
                        let value = parameter["example"].as_str().expect("an example");
                        given.push((name, value.to_owned()));
                    }
                    None => {}
                },
                _ => {}
            }
        }
        let body = Body::of(document, &it["requestBody"]["content"]);
        for pointer in body.iter().flat_map(Body::ids) {
            slots.push(pointer);
        }
        Self {
            id: it["operationId"].as_str().expect("an id").to_owned(),
            method: verb.to_uppercase().parse().expect("a method"),
            path: path.to_owned(),
            given,
            slots,
            has_cursor,
            body,
        }
    }

    /// The places that every call must fill: all but those of optional parameters.
    pub(super) fn fixed(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| !matches!(slot.place, Place::Query(_)))
    }

    pub(super) fn optional(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| matches!(slot.place, Place::Query(_)))
    }
}

impl Slot {
    /// Whether it is an id that a list is narrowed by.
    pub(super) fn is_filter(&self) -> bool {
        matches!((&self.place, &self.names), (Place::Query(_), Names::Id(_)))
    }
}

impl Body {
    fn of(document: &Value, content: &Value) -> Option<Self> {
        let (media, content) = content.as_object()?.iter().next()?;
        let schema = resolved(document, &content["schema"]);
        let required = schema["required"].as_array().into_iter().flatten();
        let properties = schema["properties"].as_object().into_iter().flatten();
        Some(Self {
            media: media.clone(),
            example: content["example"].clone(),
            required: required.filter_map(|it| it.as_str().map(str::to_owned)).collect(),
            free: properties
                .filter(|(_, it)| is_free(resolved(document, it)))
                .map(|(name, _)| name.clone())
                .collect(),
        })
    }

    fn ids(&self) -> Vec<Slot> {
        let fields = self.example.as_object().into_iter().flatten();
        let ids = fields.filter_map(|(name, value)| {
            let prefix = prefix(value.as_str()?)?.to_owned();
            Some(Slot { place: Place::Body(format!("/{name}")), names: Names::Id(prefix) })
        });
        ids.collect()
    }
}

/// What a schema is when references are followed and "or null" is left out.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str() {
        return document.pointer(&name[1..]).expect("a schema");
    }
    match schema["oneOf"].as_array() {
        Some(choices) => resolved(document, &choices[0]),
        None => schema,
    }
}

fn id_prefix(schema: &Value) -> Option<String> {
    let pattern = schema["pattern"].as_str()?.strip_prefix('^')?;
    pattern.split_once("_[0-7]").map(|it| it.0.to_owned())
}

fn is_free(schema: &Value) -> bool {
    let kind = &schema["type"];
    let is_text = kind == "string" || kind[0] == "string";
    is_text && ["enum", "format", "pattern"].iter().all(|it| schema.get(it).is_none())
}
