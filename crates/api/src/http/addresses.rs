//! What an address takes, for those who ask it something else.

use std::collections::BTreeSet;

use actix_web::dev::ResourceDef;
use serde_json::Value;

/// Addresses with their methods.
pub(crate) struct Addresses(Vec<(ResourceDef, Vec<&'static str>)>);

impl Addresses {
    /// Those of an OpenAPI document, and others that it does not describe.
    pub(crate) fn new<'a>(
        document: &Value,
        others: impl Iterator<Item = (&'a str, &'static [&'static str])>,
    ) -> Self {
        let described = document["paths"].as_object().into_iter().flatten();
        let described =
            described.map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item)));
        let others = others.map(|(path, methods)| (ResourceDef::new(path), methods.to_vec()));
        Self(described.chain(others).collect())
    }

    /// The methods of an address, as `Allow` lists them; nothing where there is no such address.
    pub(crate) fn allow(&self, path: &str) -> Option<String> {
        let here = self.0.iter().filter(|(address, _)| address.is_match(path));
        let methods: BTreeSet<_> = here.flat_map(|(_, methods)| methods).copied().collect();
        let methods: Vec<_> = methods.into_iter().collect();
        (!methods.is_empty()).then(|| methods.join(", "))
    }
}

fn methods(item: &Value) -> Vec<&'static str> {
    const METHODS: [(&str, &[&str]); 5] = [
        ("get", &["GET", "HEAD"]),
        ("put", &["PUT"]),
        ("post", &["POST"]),
        ("delete", &["DELETE"]),
        ("patch", &["PATCH"]),
    ];
    let taken = METHODS.into_iter().filter(|(verb, _)| item.get(*verb).is_some());
    taken.flat_map(|(_, names)| names).copied().collect()
}
