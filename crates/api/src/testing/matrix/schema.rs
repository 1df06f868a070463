//! The types of the graph as it tells of them itself, and how to ask for everything in one.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::ask;
use super::world::World;

pub(super) struct Schema {
    types: BTreeMap<String, Type>,
    /// Examples of fields, from the contract of REST by their names there.
    examples: BTreeMap<String, Value>,
}

#[derive(Default)]
struct Type {
    kind: String,
    fields: Vec<Field>,
    inputs: Vec<Argument>,
    words: Vec<String>,
    possible: Vec<String>,
}

pub(super) struct Field {
    pub(super) name: String,
    pub(super) leads_to: String,
    pub(super) arguments: Vec<Argument>,
}

pub(super) struct Argument {
    pub(super) name: String,
    /// As in the schema: `[ID!]!`.
    pub(super) spelt: String,
    of: String,
    pub(super) is_list: bool,
    pub(super) is_required: bool,
}

/// Arguments that are left out unless they are what is asked about, and those that examples cannot give.
const LEFT_OUT: &[&str] = &[
    "after", "at", "bucket", "grain", "groupBy", "channel", "included", "filter", "sort", "zone",
    "on",
];
const GIVEN: &[(&str, &str)] = &[
    ("from", "2026-01-01"),
    ("to", "2027-01-01"),
    ("on", "2026-05-01"),
    ("name", "desk"),
    ("text", "source = \"desk\"\n"),
];

impl Schema {
    pub(super) async fn of(world: &World) -> Self {
        let query = "{ __schema { types { name kind possibleTypes { name } enumValues { name } fields { name args { ...value } type { ...type } } \
            inputFields { ...value } } } } fragment value on __InputValue { name defaultValue type { ...type } } \
            fragment type on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }";
        let answer = ask(world, Some(&world.here.owner), query, &json!({})).await;
        let list = answer.body["data"]["__schema"]["types"].as_array().expect("types").clone();
        let types = list.iter().map(|it| (text(&it["name"]), Type::of(it))).collect();
        let mut examples = BTreeMap::new();
        let document = crate::document();
        let paths = document["paths"].as_object().expect("paths").values();
        let sent = paths.flat_map(|it| it.as_object().expect("verbs").values());
        for body in
            sent.filter_map(|it| it["requestBody"]["content"]["application/json"].get("example"))
        {
            for (name, example) in body.as_object().into_iter().flatten() {
                examples.entry(name.clone()).or_insert_with(|| example.clone());
            }
        }
        Self { types, examples }
    }

    pub(super) fn fields(&self, of: &str) -> impl Iterator<Item = &Field> {
        self.types.get(of).into_iter().flat_map(|it| &it.fields)
    }

    /// Whether a type has fields, so that they must be selected.
    pub(super) fn is_object(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|it| matches!(it.kind.as_str(), "OBJECT" | "INTERFACE"))
    }

    /// Whether it is a thing with an id, or a list of such.
    pub(super) fn is_thing(&self, name: &str) -> bool {
        let one = name.strip_suffix("Connection").unwrap_or(name);
        name == "Node" || self.possible("Node").iter().any(|it| it == one)
    }

    pub(super) fn possible(&self, of: &str) -> &[String] {
        &self.types[of].possible
    }

    /// Everything in a type, and in what it leads to as deep as this, where it can be had without asking for something.
    pub(super) fn selection(&self, of: &str, depth: usize) -> String {
        if !self.is_object(of) {
            return String::new();
        }
        let mut inside = "__typename".to_owned();
        for possible in self.possible(of) {
            inside += &format!(" ... on {possible} {}", self.selection(possible, depth.min(1)));
        }
        for field in self.fields(of).filter(|it| !it.arguments.iter().any(|it| it.is_required)) {
            let plumbing = matches!(field.name.as_str(), "edges" | "node" | "pageInfo");
            let is_object = self.is_object(&field.leads_to);
            if !is_object || plumbing || depth > 0 && field.name != "nodes" {
                let deeper = if plumbing { depth } else { depth.saturating_sub(1) };
                inside += &format!(" {}{}", field.name, self.selection(&field.leads_to, deeper));
            }
        }
        format!(" {{ {inside} }}")
    }

    /// The places of ids in some arguments, as pointers into the variables.
    pub(super) fn ids(&self, arguments: &[Argument]) -> Vec<String> {
        let inside = arguments.iter().flat_map(|it| {
            let deeper = self.types.get(&it.of).map_or(&[][..], |of| &of.inputs);
            let deeper = self.ids(deeper).into_iter().map(|inner| format!("/{}{inner}", it.name));
            let own = (it.of == "ID").then(|| format!("/{}", it.name));
            own.into_iter().chain(deeper).collect::<Vec<_>>()
        });
        inside.collect()
    }

    /// Whether an argument is ever given a value.
    pub(super) fn is_passed(&self, it: &Argument) -> bool {
        it.name == "after"
            || !self.ids(std::slice::from_ref(it)).is_empty()
            || self.example(it, true, 0).is_some()
    }

    /// A value for an argument: with everything in it that may be, or with what must; none where it is better left out.
    pub(super) fn example(&self, it: &Argument, is_full: bool, number: usize) -> Option<Value> {
        if it.of == "ID" || !it.is_required && (!is_full || LEFT_OUT.contains(&it.name.as_str())) {
            return None;
        }
        let of = self.types.get(&it.of);
        let value = match of {
            Some(of) if of.kind == "INPUT_OBJECT" => {
                let fields = of.inputs.iter().filter_map(|field| {
                    Some((field.name.clone(), self.example(field, is_full, number)?))
                });
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Some(of) if of.kind == "ENUM" => json!(of.words[number % of.words.len()]),
            _ => self.plain(it, number),
        };
        let is_in_list = it.is_list && !value.is_array();
        Some(if is_in_list { json!([value]) } else { value })
    }

    fn plain(&self, it: &Argument, number: usize) -> Value {
        let given = GIVEN.iter().find(|given| given.0 == it.name).map(|given| json!(given.1));
        let example = given.or_else(|| self.examples.get(&snake_case(&it.name)).cloned());
        match (it.of.as_str(), example) {
            ("String", Some(Value::String(example))) if number > 0 && !is_chosen(&it.name) => {
                json!(format!("{number}{example}"))
            }
            ("String", Some(example)) => example,
            ("String", None) => json!(format!("text {number}")),
            ("Date", Some(example)) => example,
            ("Date", None) => json!("2026-01-01"),
            ("DateTime", _) => json!("2026-05-06T12:00:00Z"),
            ("Boolean", _) => json!(true),
            ("Credentials" | "Int", Some(example)) => example,
            ("Int", None) => json!(2),
            (of, _) => panic!("{}: say here what a {of} looks like", it.name),
        }
    }
}

fn is_chosen(name: &str) -> bool {
    matches!(name, "timeZone" | "locale" | "text" | "password")
}

fn snake_case(name: &str) -> String {
    name.chars().fold(String::new(), |mut spelt, letter| {
        if letter.is_ascii_uppercase() {
            spelt.push('_');
        }
        spelt.push(letter.to_ascii_lowercase());
        spelt
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Type {
    fn of(json: &Value) -> Self {
        let list = |name: &str| json[name].as_array().cloned().unwrap_or_default();
        let names = |name: &str| list(name).iter().map(|it| text(&it["name"])).collect();
        Self {
            kind: text(&json["kind"]),
            fields: list("fields").iter().map(Field::of).collect(),
            inputs: list("inputFields").iter().map(Argument::of).collect(),
            words: names("enumValues"),
            // An interface lists those that have it; an object has none.
            possible: names("possibleTypes"),
        }
    }
}

impl Field {
    fn of(json: &Value) -> Self {
        let arguments = json["args"].as_array().expect("arguments");
        Self {
            name: text(&json["name"]),
            leads_to: spelt(&json["type"]).replace(['[', ']', '!'], ""),
            arguments: arguments.iter().map(Argument::of).collect(),
        }
    }
}

impl Argument {
    fn of(json: &Value) -> Self {
        let spelt = spelt(&json["type"]);
        Self {
            name: text(&json["name"]),
            of: spelt.replace(['[', ']', '!'], ""),
            is_list: spelt.starts_with('['),
            is_required: spelt.ends_with('!') && json["defaultValue"].is_null(),
            spelt,
        }
    }
}

fn spelt(of: &Value) -> String {
    match of["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", spelt(&of["ofType"])),
        Some("LIST") => format!("[{}]", spelt(&of["ofType"])),
        _ => text(&of["name"]),
    }
}
