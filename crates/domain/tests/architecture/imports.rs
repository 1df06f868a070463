//! Who may name whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::{Violation, at, folders, is_entity, product_of};
use crate::source::Source;

/// What each crate may depend on of ours, and what else for its tests (or behind a feature for them).
const DEPENDENCIES: &[(&str, &[&str], &[&str])] = &[
    ("benches", OURS, &[]),
    ("crates/api", &["domain"], &["migrations", "simulators"]),
    ("crates/domain", &[], &["migrations", "simulators"]),
    ("crates/plumbline", OURS, &[]),
    ("crates/simulators", &[], &[]),
    ("crates/workers", &["domain"], &["migrations", "simulators"]),
    ("migrations", &[], &[]),
];
const OURS: &[&str] = &["api", "domain", "migrations", "plumbline", "simulators", "workers"];
/// The domain knows no transport, no vendor and no Redis.
const NOT_IN_DOMAIN: &[&str] = &["actix_http", "actix_web", "hyper", "redis", "reqwest"];
/// The derives of the contracts, and where else than in `types.rs` the domain may name them.
const CONTRACTS: &[&str] = &["async_graphql", "utoipa"];
const NAMES_CONTRACTS: &[&str] =
    &["kernel/id.rs", "kernel/page.rs", "kernel/patch.rs", "kernel/seal/secret.rs"];
/// Folders of the API that are no features.
const SHARED_IN_API: &[&str] = &["graphql", "http", "testing"];

pub(crate) fn manifest(source: &Source, found: &mut Vec<Violation>) {
    let folder = source.path.trim_end_matches("/Cargo.toml");
    let Some((_, always, tests)) = DEPENDENCIES.iter().find(|(it, ..)| *it == folder) else {
        found.push(at(source, 1, "a new crate: say in DEPENDENCIES what of ours it may depend on"));
        return;
    };
    let mut section = "";
    for (line, text) in (1..).zip(source.code.lines()) {
        if text.starts_with('[') {
            section = text.trim_matches(['[', ']']);
        }
        let name = text.split(['.', '=', ' ']).next().unwrap_or("");
        let allowed = always.contains(&name)
            || tests.contains(&name)
                && (section == "dev-dependencies" || text.contains("optional = true"))
            || name == "domain" && section == "dev-dependencies";
        let ours = OURS.contains(&name) && !allowed;
        let foreign =
            folder == "crates/domain" && NOT_IN_DOMAIN.contains(&&*name.replace('-', "_"));
        if section.ends_with("dependencies") && (ours || foreign) {
            found.push(at(source, line, format!("{folder} may not depend on {name}")));
        }
    }
}

pub(crate) fn foreign_to_domain(source: &Source, found: &mut Vec<Violation>) {
    let Some(("crates/domain", below)) = source.place() else {
        return;
    };
    for (line, path) in &source.paths {
        let has = |pair: [&str; 2]| path.windows(2).any(|two| two == pair);
        if NOT_IN_DOMAIN.contains(&path[0].as_str()) {
            let advice = format!("the domain knows no {}: put this in api or workers", path[0]);
            found.push(at(source, *line, advice));
        }
        if has(["std", "env"]) && !source.is_test() {
            found.push(at(
                source,
                *line,
                "the domain reads no environment: take the value as an argument",
            ));
        }
        if (has(["Utc", "now"]) || has(["Local", "now"])) && below != "kernel/clock.rs" {
            found.push(at(source, *line, "ask the scope's clock: `scope.now()`"));
        }
    }
}

pub(crate) fn contracts_in_types_only(source: &Source, found: &mut Vec<Violation>) {
    let Some((of, below)) = source.place() else {
        return;
    };
    let types = below.ends_with("/types.rs") || below.contains("/types/");
    let allowed = of == "crates/domain" && (types || NAMES_CONTRACTS.contains(&below));
    if !matches!(of, "crates/domain" | "crates/workers") || allowed || source.is_test() {
        return;
    }
    for (line, path) in &source.paths {
        if CONTRACTS.contains(&path[0].as_str()) {
            let advice = format!("name {} in the feature's types.rs, or in the api crate", path[0]);
            found.push(at(source, *line, advice));
        }
    }
}

pub(crate) fn kernel_below_features(
    sources: &[Source],
    features: &BTreeSet<String>,
    found: &mut Vec<Violation>,
) {
    let kernel = product_of(sources, "crates/domain").filter(|it| it.folder() == Some("kernel"));
    for source in kernel {
        for (line, path) in &source.paths {
            if path[0] == "crate" && features.contains(&path[1]) {
                let advice =
                    format!("the kernel knows no feature: turn the use of `{}` around", path[1]);
                found.push(at(source, *line, advice));
            }
        }
    }
}

pub(crate) fn front_pages(
    sources: &[Source],
    features: &BTreeSet<String>,
    found: &mut Vec<Violation>,
) {
    for source in sources.iter().filter(|source| source.place().is_some()) {
        let domain = source.path.starts_with("crates/domain/");
        let root = if domain { "crate" } else { "domain" };
        for (line, path) in &source.paths {
            let [first, feature, module, _, ..] = path.as_slice() else {
                continue;
            };
            let other = first == root
                && features.contains(feature)
                && (!domain || source.folder() != Some(feature));
            let module_like = module.starts_with(|c: char| c.is_lowercase());
            let relation = is_entity(source) && module == "entity";
            if other && module_like && !relation && !is_front(sources, feature, module) {
                let advice = format!(
                    "go through the front page: `{root}::{feature}::…`, not `…::{module}::…`"
                );
                found.push(at(source, *line, advice));
            }
        }
    }
}

/// A module that its feature's front page makes public is part of the front: a second noun of the same feature.
fn is_front(sources: &[Source], feature: &str, module: &str) -> bool {
    let page = format!("crates/domain/src/{feature}/mod.rs");
    let mut pages = sources.iter().filter(|source| source.path == page);
    pages.any(|page| page.code.contains(&format!("pub mod {module};")))
}

/// Features may lean on each other in one direction; entities may name each other for relations.
pub(crate) fn no_cycles(
    sources: &[Source],
    features: &BTreeSet<String>,
    found: &mut Vec<Violation>,
) {
    let mut uses: BTreeMap<&str, BTreeMap<&str, (&Source, usize)>> = BTreeMap::new();
    for source in product_of(sources, "crates/domain").filter(|source| !is_entity(source)) {
        let Some(own) = source.folder().filter(|folder| features.contains(*folder)) else {
            continue;
        };
        for (line, path) in &source.paths {
            if path[0] == "crate" && path[1] != own && features.contains(&path[1]) {
                uses.entry(own).or_default().entry(&path[1]).or_insert((source, *line));
            }
        }
    }
    for (from, targets) in &uses {
        for (to, (source, line)) in targets {
            let mut reached = BTreeSet::from([*to]);
            let mut open = vec![*to];
            while let Some(feature) = open.pop() {
                let next = uses.get(feature).into_iter().flat_map(BTreeMap::keys);
                open.extend(next.copied().filter(|it| reached.insert(it)));
            }
            if reached.contains(from) {
                let advice = format!(
                    "`{from}` uses `{to}`, which uses `{from}`, itself or through others: let one of them react to an event"
                );
                found.push(at(source, *line, advice));
            }
        }
    }
}

pub(crate) fn api_features_apart(sources: &[Source], found: &mut Vec<Violation>) {
    let mut features = folders(sources, "crates/api");
    features.retain(|feature| !SHARED_IN_API.contains(&feature.as_str()));
    for source in product_of(sources, "crates/api") {
        let Some(own) = source.folder().filter(|folder| features.contains(*folder)) else {
            continue;
        };
        for (line, path) in &source.paths {
            // A graph has edges: a feature may name another's node, and nothing else of it.
            let node = path.get(2).is_some_and(|name| name.ends_with("Node"));
            if path[0] == "crate" && path[1] != own && features.contains(&path[1]) && !node {
                let advice = format!(
                    "`{own}` may not use `{}`: what both need is in api/http or api/graphql, named for what it does",
                    path[1]
                );
                found.push(at(source, *line, advice));
            }
        }
    }
}
