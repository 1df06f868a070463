//! `plumbline contracts`

use std::fs;
use std::path::Path;

use crate::config::ContractsArgs;
use crate::output::{Failure, Result};

pub(crate) fn contracts(args: &ContractsArgs) -> Result<()> {
    let document = serde_json::to_string_pretty(&api::document());
    let document = document.map_err(|error| {
        Failure::new("internal", format!("the OpenAPI document cannot be written: {error}"))
    })?;
    let contracts = [("plumbline.json", document), ("schema.graphql", api::sdl())];
    for (name, text) in contracts {
        let (file, text) = (args.dir.join(name), format!("{}\n", text.trim_end()));
        if args.check {
            compare(&file, &text)?;
        } else {
            write(&file, &text)?;
        }
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(file, text));
    written.map_err(|error| {
        Failure::new("contracts", format!("{} cannot be written: {error}", file.display()))
    })
}

fn compare(file: &Path, text: &str) -> Result<()> {
    let committed = fs::read_to_string(file).map_err(|error| {
        Failure::new("contracts", format!("{} cannot be read: {error}", file.display()))
    })?;
    if committed == text {
        return Ok(());
    }
    let same =
        committed.lines().zip(text.lines()).take_while(|(committed, live)| committed == live);
    let line = same.count() + 1;
    let message = format!(
        "{} is not what the code says, from line {line} on; run `plumbline contracts` and look at the difference before you commit it",
        file.display()
    );
    Err(Failure::new("contracts", message))
}
