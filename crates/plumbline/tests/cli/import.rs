//! `plumbline import tickets`

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::bench::{Bench, Ended};

const MAPPING: &str = "source = \"desk\"\n[columns]\nticket = \"case\"\ntime = \"when\"\nkind = \"what\"\nactor = \"who\"\n\
                       [effects]\n\"Opened\" = \"created\"\n\"Answered\" = [\"status:open\", \"message:public\"]\n";
const ROWS: &str = "case,when,what,who\n101,2026-01-05T09:00:00Z,Opened,\n101,2026-01-05T09:12:30Z,Answered,Ann\n\
                    102,yesterday,Opened,\n";

fn bench() -> Bench {
    let bench = Bench::new();
    Ended::from(bench.create_tenant("acme").output().unwrap()).json();
    bench.file("desk.toml", MAPPING);
    bench.file("rows.csv", ROWS);
    bench
}

const IMPORT: [&str; 7] =
    ["import", "tickets", "--tenant", "acme", "--mapping", "desk.toml", "--json"];

#[test]
fn a_file_is_imported_once() {
    let bench = bench();
    let import = |more: &[&str]| bench.run(IMPORT.iter().chain(more)).json();
    let dry = import(&["rows.csv", "--dry-run"]);
    assert_eq!((&dry["accepted"], &dry["rejected"]), (&json!(2), &json!(1)));
    let first = import(&["rows.csv", "--rejects", "rejects.ndjson"]);
    assert_eq!(
        (&first["accepted"], &first["changed"], &first["rejected"], &first["tickets"]),
        (&json!(2), &json!(1), &json!(1), &json!(1))
    );
    let rejects = std::fs::read_to_string(bench.path("rejects.ndjson")).unwrap();
    assert!(rejects.starts_with("{\"line\":4,"), "{rejects}");
    assert_eq!(import(&["rows.csv"])["changed"], 0);
}

#[test]
fn standard_input_is_a_file_too() {
    let bench = bench();
    let mut command = bench.command(IMPORT.iter().chain(&["-"]));
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(ROWS.as_bytes()).unwrap();
    let report = Ended::from(child.wait_with_output().unwrap()).json();
    assert_eq!(report["accepted"], 2);
}

#[test]
fn what_is_wrong_is_said() {
    let bench = bench();
    let import = |args: &[&str]| bench.run(["import", "tickets"].iter().chain(args));
    import(&["--tenant", "acme", "nothing.csv"]).failed(1, &["error: nothing.csv cannot be read"]);
    import(&["--tenant", "other", "rows.csv"]).failed(1, &["error: there is no tenant `other`"]);
    import(&["--tenant", "acme", "rows.csv"])
        .failed(1, &["the mapping does not fit rows.csv", "`case`"]);
    bench.file("wrong.toml", "source = 1\n");
    let ended = import(&["--tenant", "acme", "--mapping", "wrong.toml", "rows.csv"]);
    assert!(ended.err.starts_with("error: the mapping wrong.toml: "), "{}", ended.err);
    bench.file("bad.csv", "ticket,time,kind\n1,yesterday,created\n");
    let ended = import(&["--tenant", "acme", "bad.csv"]);
    assert_eq!(ended.exit, 1);
    assert!(
        ended.err.starts_with("error: no line of bad.csv could be taken; line 2: "),
        "{}",
        ended.err
    );
}
