//! Who may import whom, where SQL may stand, how long a file may be: a plain scan of the text, so that review need not.
//! A violation names the place and what to do. `imports.rs` and `shape.rs` have the rules,
//! `planted.rs` a violation of each.

mod imports;
mod planted;
mod rules;
mod shape;
mod source;

use std::fs;
use std::path::Path;

use rules::Exceptions;
use source::Source;

const EXCEPTIONS: Exceptions = Exceptions {
    // Files beside queries.rs, commands.rs, entity.rs and kernel/ that hold SQL, each with its reason.
    sql: &[],
    // Files over the limit, with the lines they may have. The list only shrinks: split a file rather than add it.
    long: &[],
};

#[test]
fn the_code_keeps_to_the_architecture() {
    // Relative: tests run in the folder of their package, and a path that is compiled in may be that of another checkout.
    let root = Path::new("../..");
    let mut sources = Vec::new();
    for folder in ["crates", "migrations", "benches"] {
        read_folder(root, Path::new(folder), &mut sources);
    }
    assert!(sources.len() > 10, "the scan found next to nothing below {}", root.display());
    let violations = rules::violations(&sources, &EXCEPTIONS);
    let report: Vec<_> = violations.iter().map(ToString::to_string).collect();
    assert!(report.is_empty(), "{} violations:\n\n{}\n", report.len(), report.join("\n"));
}

fn read_folder(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else {
        return;
    };
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("a readable folder").file_name()).collect();
    names.sort();
    for name in names {
        let path = folder.join(&name);
        if root.join(&path).is_dir() {
            if name != "target" {
                read_folder(root, &path, sources);
            }
        } else if name == "Cargo.toml" || path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(root.join(&path)).expect("a readable source file");
            sources.push(Source::new(&path.to_string_lossy().replace('\\', "/"), &text));
        }
    }
}
