//! What a folder and a file may be, and where SQL may stand.

use std::collections::BTreeMap;

use crate::rules::{Exceptions, Violation, at, is_entity};
use crate::source::Source;

const LONGEST_FILE: usize = 500;
const LONGEST_FRONT_PAGE: usize = 60;
/// A folder with such a name collects what has no home.
const NO_NOUNS: &[&str] = &["common", "dto", "handlers", "helpers", "models", "services", "utils"];

pub(crate) fn folder_names(source: &Source, found: &mut Vec<Violation>) {
    let below = source.place().map_or("", |(_, below)| below);
    if let Some(name) = below.split('/').find(|part| NO_NOUNS.contains(part)) {
        let advice = format!("a folder is a feature, called by its noun: `{name}` is none");
        found.push(at(source, 1, advice));
    }
}

/// A folder of the domain is a feature with a front page that fits a screen.
pub(crate) fn feature_folders(sources: &[Source], found: &mut Vec<Violation>) {
    let mut fronts = BTreeMap::new();
    for source in sources {
        let Some(("crates/domain", below)) = source.place() else {
            continue;
        };
        match source.folder() {
            None if !matches!(below, "lib.rs" | "testing.rs") => {
                found.push(at(
                    source,
                    1,
                    "beside lib.rs there are only folders: a feature, or the kernel",
                ));
            }
            None => {}
            Some(folder) => {
                let front = fronts.entry(folder).or_insert((source, false));
                front.1 |= below == format!("{folder}/mod.rs");
                if below == format!("{folder}/mod.rs") && source.lines > LONGEST_FRONT_PAGE {
                    let advice = format!(
                        "{} lines: a front page has at most {LONGEST_FRONT_PAGE}; move code beside it",
                        source.lines
                    );
                    found.push(at(source, 1, advice));
                }
            }
        }
    }
    for (folder, (source, _)) in fronts.iter().filter(|(_, (_, has_front))| !has_front) {
        found.push(at(
            source,
            1,
            format!("`{folder}` has no mod.rs: a folder is a feature, and that is its front page"),
        ));
    }
}

pub(crate) fn sql(sources: &[Source], exceptions: &Exceptions, found: &mut Vec<Violation>) {
    let mut needless: BTreeMap<_, _> = exceptions.sql.iter().copied().collect();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let Some((of, below)) = source.place().filter(|(of, _)| of.starts_with("crates/")) else {
            continue;
        };
        let home = matches!(source.file_name(), "queries.rs" | "commands.rs")
            || ["/queries/", "/commands/"].iter().any(|folder| below.contains(folder))
            || is_entity(source)
            || of == "crates/domain" && below.starts_with("kernel/");
        for (line, _) in source.texts.iter().filter(|(_, text)| is_sql(text)) {
            let listed = exceptions.sql.iter().any(|(path, _)| *path == source.path);
            needless.remove(source.path.as_str());
            if !home && !listed {
                found.push(at(
                    source,
                    *line,
                    "SQL stands in queries.rs, commands.rs, entity.rs and the kernel",
                ));
            }
        }
    }
    found.extend(needless.into_keys().map(|path| Violation {
        path: path.to_owned(),
        line: 1,
        advice: "no SQL here any more: take it off the list".to_owned(),
    }));
}

/// A statement begins with its verb and has what must follow it; a sentence that begins with "select" does not.
fn is_sql(text: &str) -> bool {
    let words: Vec<_> = text
        .replace("\\n", " ")
        .replace('\\', " ")
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let has = |word: &str| words.iter().any(|it| it == word);
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["insert", "into" | "or", ..] | ["delete", "from", ..] => true,
        ["select", rest @ ..] => has("from") || rest.iter().any(|word| word.contains('(')),
        ["update", ..] => has("set"),
        ["with", ..] => has("as") && text.contains('('),
        _ => false,
    }
}

pub(crate) fn sizes(sources: &[Source], exceptions: &Exceptions, found: &mut Vec<Violation>) {
    for source in sources.iter().filter(|source| source.file_name() != "Cargo.toml") {
        let listed = exceptions.long.iter().find(|(path, _)| *path == source.path);
        let limit = listed.map_or(LONGEST_FILE, |(_, lines)| *lines);
        if source.lines > limit {
            found.push(at(
                source,
                limit,
                format!(
                    "{} lines, where {limit} are allowed: split the file by what it does",
                    source.lines
                ),
            ));
        } else if listed.is_some() && source.lines <= LONGEST_FILE {
            found.push(at(source, 1, "short enough again: take it off the list"));
        }
    }
}

pub(crate) fn migrations_listed(sources: &[Source], found: &mut Vec<Violation>) {
    let list = sources.iter().find(|source| source.path == "migrations/src/lib.rs");
    let words: Vec<_> = list
        .map_or("", |list| &list.code)
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    for source in sources.iter().filter(|it| it.path.starts_with("migrations/src/m2")) {
        let name = source.file_name().trim_end_matches(".rs");
        if words.iter().filter(|word| **word == name).count() < 2 {
            found.push(at(
                source,
                1,
                "never runs: declare it in migrations/src/lib.rs and put it in the list there",
            ));
        }
    }
}
