//! What an address takes, for those who ask it something else.

use std::collections::BTreeSet;

use actix_web::dev::ResourceDef;
use utoipa::openapi::{OpenApi, PathItem};

/// Addresses with their methods.
pub(crate) struct Addresses(Vec<(ResourceDef, Vec<&'static str>)>);

impl Addresses {
    /// Those of a document, and others that it does not describe.
    pub(crate) fn new(document: &OpenApi, others: &[(&str, &[&'static str])]) -> Self {
        let described = document
            .paths
            .paths
            .iter()
            .map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item)));
        let others =
            others.iter().map(|(path, methods)| (ResourceDef::new(*path), methods.to_vec()));
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

fn methods(item: &PathItem) -> Vec<&'static str> {
    let taken: [(bool, &[&str]); 5] = [
        (item.get.is_some(), &["GET", "HEAD"]),
        (item.put.is_some(), &["PUT"]),
        (item.post.is_some(), &["POST"]),
        (item.delete.is_some(), &["DELETE"]),
        (item.patch.is_some(), &["PATCH"]),
    ];
    taken.into_iter().filter(|(taken, _)| *taken).flat_map(|(_, names)| names).copied().collect()
}
