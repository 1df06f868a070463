//! Files and folders that are not as they should be: an error that says so, and what was there stays.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::bench::{Bench, Ended, Server};
use crate::client::Client;
use crate::proxy::until;

fn bench() -> Bench {
    let bench = Bench::new();
    Ended::from(bench.create_tenant("acme").output().unwrap()).json();
    bench
}

const IMPORT: [&str; 4] = ["import", "tickets", "--tenant", "acme"];
const HEADER: &str = "ticket,time,kind\n";

#[test]
fn a_file_that_is_none_is_said_to_be_none() {
    let bench = bench();
    let wide: Vec<u8> = "\u{feff}ticket,time\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(bench.path("wide.csv"), wide).unwrap();
    fs::write(bench.path("rows.csv.gz"), [0x1f, 0x8b, 8, 0, 0, 0]).unwrap();
    fs::write(bench.path("nul.csv"), b"ticket\0,time\n1,2\n").unwrap();
    bench.file("empty.csv", "");
    fs::create_dir(bench.path("folder")).unwrap();
    let cases = [
        ("wide.csv", "save the file as UTF-8"),
        ("rows.csv.gz", "save the file as UTF-8"),
        ("nul.csv", "ticket is read from a column `ticket`, which the header does not have"),
        ("empty.csv", "empty.csv is empty"),
        ("folder", "folder cannot be read: Is a directory"),
    ];
    for (file, words) in cases {
        bench.run(IMPORT.iter().chain(&[file])).failed(1, &["error: ", file, words]);
    }
    let mappings = [
        ("cut.toml", "source = \"x\nzone = 1", "line 1"),
        ("odd.toml", "source = \"x\"\nrows = \"odd\"", "line 2"),
    ];
    bench.file("rows.csv", HEADER);
    for (name, mapping, words) in mappings {
        bench.file(name, mapping);
        let ended = bench.run(IMPORT.iter().chain(&["--mapping", name, "rows.csv"]));
        assert_eq!(ended.exit, 1);
        assert!(ended.err.starts_with(&format!("error: the mapping {name}: ")), "{}", ended.err);
        assert!(ended.err.contains(words), "{}", ended.err);
    }
}

#[test]
fn a_file_that_was_cut_is_taken_as_far_as_it_goes() {
    let bench = bench();
    let row = |ticket: u32| format!("{ticket},2026-01-05T09:00:00Z,created\n");
    let whole = format!("{HEADER}{}{}", row(1), row(2));
    bench.file("rows.csv", &whole[..whole.len() - 20]);
    let import = || bench.run(IMPORT.iter().chain(&["--json", "rows.csv"])).json();
    let cut = import();
    assert_eq!((&cut["accepted"], &cut["rejected"]), (&1.into(), &1.into()), "{cut}");
    assert_eq!(cut["rejects"][0]["line"], 3, "{cut}");
    bench.file("rows.csv", &whole);
    let again = import();
    assert_eq!((&again["accepted"], &again["changed"]), (&2.into(), &1.into()), "{again}");
}

#[test]
fn a_line_without_an_end_takes_no_memory() {
    const LENGTH: usize = 200 << 20;
    let bench = bench();
    let mut command = bench.command(IMPORT.iter().chain(&["--json", "-"]));
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("{HEADER}1,2026-01-05T09:00:00Z,created\n2,").as_bytes()).unwrap();
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..LENGTH >> 20 {
        input.write_all(&piece).unwrap();
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("peak resident memory after a line of 200 MiB: {} MiB", peak >> 10);
    assert!(peak < 64 << 10, "{peak} KiB");
    drop(input);
    let report = Ended::from(child.wait_with_output().unwrap()).json();
    assert_eq!((&report["accepted"], &report["rejected"]), (&1.into(), &1.into()));
    assert!(report["rejects"][0]["reason"].as_str().unwrap().contains("longer than 1 MiB"));
}

#[test]
fn another_master_key_is_refused_before_it_does_harm() {
    let bench = bench();
    for command in [&["tenant", "rotate-keys", "acme"][..], &["tenant", "list"], &["serve"]] {
        let mut command = bench.command(command);
        command.env("PLUMBLINE_MASTER_KEY", "A".repeat(43) + "=");
        let ended = Ended::from(command.output().unwrap());
        assert_eq!(ended.exit, 1);
        assert!(
            ended.err.contains("the master key is not the one that this database was made with"),
            "{}",
            ended.err
        );
    }
    bench.run(["tenant", "rotate-keys", "acme", "--json"]).json();
}

#[test]
fn a_damaged_database_is_said_to_be_damaged() {
    let bench = bench();
    let file = bench.data().join("plumbline.db");
    let length = file.metadata().unwrap().len();
    let mut database = OpenOptions::new().write(true).open(&file).unwrap();
    database.seek(SeekFrom::Start(8_192)).unwrap();
    database.write_all(&vec![0xa5; usize::try_from(length).unwrap() - 8_192]).unwrap();
    drop(database);
    let args = ["serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"];
    for command in [&["tenant", "list"][..], &args] {
        bench.run(command).failed(1, &["plumbline.db cannot be opened", "malformed"]);
    }
}

/// A limit on the size of files does what a full disk does, and needs no rights. Where it can be changed, it is lifted again.
#[test]
fn a_full_disk_refuses_what_does_not_fit_and_loses_nothing() {
    let bench = bench();
    let mut command = Command::new("bash");
    let program = bench.command(["serve", "--listen", "127.0.0.1:0"]);
    let script = "trap '' XFSZ; ulimit -S -f $1; shift; exec \"$@\"";
    // In blocks of 1,024 bytes: room for the schema and a little more.
    command.args(["-c", script, "bash", "640"]).arg(program.get_program()).args(program.get_args());
    command.env_clear().env("PLUMBLINE_DATA_DIR", bench.data()).env("PATH", "/usr/bin:/bin");
    let server = Server::start(command);
    let client = Client::of(&server);
    let mut kept = Vec::new();
    let refused = loop {
        let name = format!("{{\"name\":\"Team {}\",\"parent_id\":null}}", kept.len());
        let made = client.call("POST", "/v1/teams", "application/json", &name).unwrap();
        if made.status != 201 {
            break made;
        }
        kept.push(made.json()["id"].as_str().unwrap().to_owned());
        assert!(kept.len() < 10_000, "the limit is never met");
    };
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (503, Some("storage_unavailable"))
    );
    for team in &kept {
        client.get(&format!("/v1/teams/{team}"));
    }
    let lifted = Command::new("prlimit")
        .args(["--pid", &server.pid().to_string(), "--fsize=unlimited:"])
        .status();
    if lifted.is_ok_and(|status| status.success()) {
        let made = || {
            let made = client.call("POST", "/v1/teams", "application/json", "{\"name\":\"Room\"}");
            made.is_some_and(|made| made.status == 201)
        };
        until("it writes again", Duration::from_secs(15), made);
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
    assert_eq!(server.stop(), Some(0));
}
