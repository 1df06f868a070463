//! What is known, given out and erased from the command line.

use std::fs;
use std::time::Duration;

use domain::testing::TestApp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use crate::bench::{Bench, Ended, mode, on_server};
use crate::kills::kill_after;

const TICKETS: usize = 300;

struct Place {
    bench: Bench,
    test: TestApp,
    _runtime: Runtime,
}

impl Place {
    /// Two tenants with tickets of agents whose names are markers.
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let test = runtime.block_on(TestApp::new());
        let place = Self { bench: Bench::new(), test, _runtime: runtime };
        for slug in ["acme", "other"] {
            let mut create = place.bench.create_tenant(slug);
            place.known(&mut create);
            Ended::from(create.output().unwrap()).json();
            place.bench.file("events.csv", &events(slug));
            place.run(&["import", "tickets", "--tenant", slug, "--json", "events.csv"]).json();
        }
        fs::remove_file(place.bench.path("events.csv")).unwrap();
        place
    }

    fn known<'c>(&self, command: &'c mut std::process::Command) -> &'c mut std::process::Command {
        match self.test.url() {
            Some(url) => on_server(command, &url),
            None => command,
        }
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.bench.command(args);
        self.known(&mut command);
        command
    }

    fn run(&self, args: &[&str]) -> Ended {
        self.command(args).output().unwrap().into()
    }

    /// Whether a text is in the file of an embedded database.
    fn in_file(&self, marker: &str) -> bool {
        let file = fs::read(self.bench.data().join("plumbline.db")).unwrap_or_default();
        file.windows(marker.len()).any(|piece| piece == marker.as_bytes())
    }

    /// All that is in an export, and that it is what the manifest says.
    fn export(&self, args: &[&str], to: &str) -> (Value, String) {
        self.run(&[args, &["--to", to, "--json"]].concat()).json();
        let folder = self.bench.path(to);
        assert_eq!(mode(&folder), 0o700);
        let manifest = fs::read_to_string(folder.join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        let mut all = String::new();
        for table in manifest["tables"].as_array().unwrap() {
            let file = folder.join(table["file"].as_str().unwrap());
            assert_eq!(mode(&file), 0o600);
            let text = fs::read_to_string(file).unwrap();
            let hash = Sha256::digest(&text);
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(table["sha256"], hash);
            assert_eq!(table["rows"], text.lines().count());
            assert_eq!(table["bytes"], text.len());
            for line in text.lines() {
                let row: Value = serde_json::from_str(line).unwrap();
                let columns = table["columns"].as_object().unwrap();
                assert!(row.as_object().unwrap().keys().eq(columns.keys()), "{line}");
            }
            all += &text;
        }
        (manifest, all)
    }
}

fn events(slug: &str) -> String {
    let mut file = "ticket,time,kind,actor,assignee,customer\n".to_owned();
    for ticket in 0..TICKETS {
        let (minute, agent) = (ticket % 60, ticket % 5);
        let who = format!("{slug}-agent-{agent}");
        file += &format!("{ticket},2026-03-02T09:{minute:02}:00Z,created,,{who},{slug}-customer\n");
        file += &format!("{ticket},2026-03-02T11:{minute:02}:00Z,status:solved,{who},{who},\n");
    }
    file
}

#[test]
fn a_tenant_is_exported_and_then_erased_however_often_that_is_cut_off() {
    let place = Place::new();
    let (manifest, all) = place.export(&["tenant", "export", "acme"], "exported");
    assert_eq!(
        (&manifest["format"], &manifest["format_version"]),
        (&"plumbline-export".into(), &1.into())
    );
    assert!(all.contains("acme-agent-3") && all.contains("acme-customer"));
    assert!(!all.contains("other-agent") && !all.contains("argon2"), "another's, or a secret");
    let users = manifest["tables"].as_array().unwrap().iter().find(|it| it["table"] == "users");
    assert_eq!(users.unwrap()["left_out"], serde_json::json!(["password_hash"]));
    let again = place.run(&["tenant", "export", "acme", "--to", "exported"]);
    again.failed(1, &["nothing was exported to exported", "not there yet"]);
    let (_, others) = place.export(&["tenant", "export", "other"], "others-before");

    let wrong = place.run(&["tenant", "erase", "acme", "--confirm", "other"]);
    wrong.failed(2, &["--confirm says `other`", "nothing was"]);
    let erase = ["tenant", "erase", "acme", "--confirm", "acme", "--json"];
    for kill in 1..=4u32 {
        kill_after(Duration::from_millis(70) * kill, place.command(&erase));
    }
    let ended = place.run(&erase);
    let gone = ended.exit == 1 && ended.err.contains("there is no tenant `acme`");
    assert!(gone || ended.exit == 0, "{}", ended.err);
    place.run(&erase).failed(1, &["there is no tenant `acme`"]);
    assert_eq!(place.run(&["tenant", "list", "--json"]).json().as_array().unwrap().len(), 1);
    if place.test.url().is_none() {
        place.run(&["person", "erase", "other", "nobody@x.test", "--confirm", "nobody@x.test"]);
        assert!(place.in_file("other-agent-3"));
        assert!(gone || !place.in_file("acme-agent"), "a trace is left in the file");
    }
    assert_eq!(place.export(&["tenant", "export", "other"], "others-after").1, others);
    let audit = place.run(&["doctor", "--audit", "--json"]);
    assert!(audit.out.contains("entries of 1 tenant follow from each other"), "{}", audit.out);
}

#[test]
fn a_person_is_exported_and_erased_and_a_later_import_does_not_bring_them_back() {
    let place = Place::new();
    let people = fs::read_to_string({
        place.export(&["tenant", "export", "acme"], "before");
        place.bench.path("before/people.ndjson")
    });
    let people: Vec<Value> =
        people.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let third = people.iter().find(|it| it["name"] == "acme-agent-3").expect("the agent");
    let id: uuid::Uuid = third["id"].as_str().unwrap().parse().unwrap();
    let id = domain::kernel::PersonId(id).to_string();
    let (manifest, all) = place.export(&["person", "export", "acme", &id], "third");
    assert_eq!(manifest["person"], id);
    assert!(all.contains("acme-agent-3") && !all.contains("acme-agent-1"));
    let erase = ["person", "erase", "acme", &id, "--confirm", &id, "--json"];
    for kill in 1..=3u32 {
        kill_after(Duration::from_millis(60) * kill, place.command(&erase));
    }
    assert_eq!(place.run(&erase).json()["id"], id);
    place.bench.file("events.csv", &events("acme"));
    let import = ["import", "tickets", "--tenant", "acme", "--json", "events.csv"];
    assert_eq!(place.run(&import).json()["changed"], 0);
    fs::remove_file(place.bench.path("events.csv")).unwrap();
    let (_, after) = place.export(&["tenant", "export", "acme"], "after");
    assert!(!after.contains("acme-agent-3") && after.contains("acme-agent-1"));
    assert!(after.contains("Erased person"));
    if place.test.url().is_none() {
        assert!(!place.in_file("acme-agent-3") && place.in_file("acme-agent-1"));
    }
    for table in ["tickets", "ticket_histories", "ticket_facts", "rollups", "people"] {
        let lines = |folder: &str| {
            let file = place.bench.path(&format!("{folder}/{table}.ndjson"));
            fs::read_to_string(file).unwrap().lines().count()
        };
        assert_eq!(lines("before"), lines("after"), "{table}");
    }
    let audit = place.run(&["doctor", "--audit", "--json"]);
    assert!(audit.out.contains("follow from each other"), "{}", audit.out);
}
