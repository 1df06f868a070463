//! All rules together. Each adds every place that breaks it.

use std::collections::BTreeSet;
use std::fmt;

use crate::source::Source;
use crate::{imports, shape};

/// What a rule lets pass, for now or for a reason.
pub(crate) struct Exceptions {
    /// (path, reason)
    pub(crate) sql: &'static [(&'static str, &'static str)],
    /// (path, lines)
    pub(crate) long: &'static [(&'static str, usize)],
}

/// A place that breaks a rule, and what to do.
pub(crate) struct Violation {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) advice: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.advice)
    }
}

pub(crate) fn at(source: &Source, line: usize, advice: impl Into<String>) -> Violation {
    Violation { path: source.path.clone(), line, advice: advice.into() }
}

/// Every violation of every rule, by path and line.
pub(crate) fn violations(sources: &[Source], exceptions: &Exceptions) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in sources {
        if source.file_name() == "Cargo.toml" {
            imports::manifest(source, &mut found);
            continue;
        }
        imports::foreign_to_domain(source, &mut found);
        imports::contracts_in_types_only(source, &mut found);
        shape::folder_names(source, &mut found);
    }
    let features = folders(sources, "crates/domain");
    imports::kernel_below_features(sources, &features, &mut found);
    imports::front_pages(sources, &features, &mut found);
    imports::no_cycles(sources, &features, &mut found);
    imports::api_features_apart(sources, &mut found);
    shape::feature_folders(sources, &mut found);
    shape::sql(sources, exceptions, &mut found);
    shape::sizes(sources, exceptions, &mut found);
    shape::migrations_listed(sources, &mut found);
    found.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    found
}

/// The features of a crate: the folders below its `src` but for the kernel.
pub(crate) fn folders(sources: &[Source], of: &str) -> BTreeSet<String> {
    let below = sources.iter().filter(|source| source.place().is_some_and(|(it, _)| it == of));
    below.filter_map(Source::folder).filter(|it| *it != "kernel").map(str::to_owned).collect()
}

/// The sources of one crate's `src`, with the names that the product part uses.
pub(crate) fn product_of<'a>(
    sources: &'a [Source],
    of: &'a str,
) -> impl Iterator<Item = &'a Source> {
    sources
        .iter()
        .filter(move |source| source.place().is_some_and(|(it, _)| it == of) && !source.is_test())
}

pub(crate) fn is_entity(source: &Source) -> bool {
    source.file_name() == "entity.rs" || source.path.contains("/entity/")
}
