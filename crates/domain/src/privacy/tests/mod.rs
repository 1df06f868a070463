//! Markers in every text there is: an export has all of one's own and no other, and after an erasure there is none.

mod columns;
mod people;
mod seeds;
mod tenants;

use std::fs;

use serde_json::Value as Json;

use crate::kernel::export::{Whose, parts};
use crate::kernel::{App, Caller};
use crate::testing::TestApp;

/// Everything that is exported, with the table before each row.
async fn dump(app: &App, caller: &Caller, whose: &Whose) -> Vec<(String, Json)> {
    let export = app.read(caller, async |scope| {
        let mut rows = Vec::new();
        for mut part in parts(scope, whose).await? {
            loop {
                let some = part.next(scope).await?;
                if some.is_empty() {
                    break;
                }
                rows.extend(some.into_iter().map(|row| (part.name().to_owned(), row)));
            }
        }
        Ok(rows)
    });
    export.await.unwrap()
}

fn text(rows: &[(String, Json)]) -> String {
    rows.iter().map(|(table, row)| format!("{table} {row}\n")).collect()
}

/// Whether a text is anywhere in the files of a data folder; `None` on a server.
async fn in_files(test: &TestApp, marker: &str) -> Option<bool> {
    let folder = test.folder()?;
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
    Some(
        files
            .into_iter()
            .any(|file| file.windows(marker.len()).any(|piece| piece == marker.as_bytes())),
    )
}
