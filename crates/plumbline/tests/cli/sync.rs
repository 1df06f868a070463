//! A helpdesk that is synced by a server that is killed: everything of it is there in the end, and there once.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bench::{Bench, Ended, Server};
use crate::client::Client;
use crate::kills::{Place, chance};
use crate::proxy::until;

const TICKETS: u64 = 1_500;
const KILLS: u32 = 20;
const PATIENCE: Duration = Duration::from_secs(120);

/// A helpdesk in a process of its own.
struct Desk {
    child: Child,
    said: Value,
}

impl Desk {
    fn start(bench: &Bench) -> Self {
        let tickets = TICKETS.to_string();
        let mut command = bench.command(["simulate", "zendesk", "--listen", "127.0.0.1:0"]);
        command.args(["--seed", "3", "--agents", "8", "--tickets", &tickets]);
        command.args(["--rate-limit", "off", "--json"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, said: serde_json::from_str(&line).unwrap() }
    }

    fn url(&self) -> &str {
        self.said["base_url"].as_str().unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_sync_that_is_killed_twenty_times_loses_and_doubles_nothing() {
    let place = Place::new();
    Ended::from(place.known(&mut place.bench.create_tenant("acme")).output().unwrap()).json();
    let desk = Desk::start(&place.bench);
    let address = desk.url().strip_prefix("http://").unwrap().to_owned();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--egress-allow", &address];
    let start =
        || Server::start(place.command(&[&serve[..], &["--account-sign-ins", "100"]].concat()));
    let server = start();
    let client = Client::of(&server);
    let credentials = &desk.said["credentials"];
    let new = json!({
        "name": "Desk",
        "vendor": "zendesk",
        "base_url": desk.url(),
        "credentials": { "email": credentials["email"], "api_token": credentials["api_token"] },
        "sync_from": "2020-01-01T00:00:00Z",
    });
    let made = client.call("POST", "/v1/connections", "application/json", &new.to_string());
    let made = made.unwrap();
    assert_eq!(made.status, 201, "{made:?}");
    let connection = made.json()["id"].as_str().unwrap().to_owned();
    let mut server = Some(server);
    for kill in 1..=KILLS {
        sleep(Duration::from_millis(250).mul_f64(chance()) * (1 + kill / 10));
        // Without a word.
        drop(server.take());
        server = Some(start());
    }
    let client = Client::of(server.as_ref().unwrap());
    let is_synced = || {
        let health = client.get(&format!("/v1/connections/{connection}"));
        let runs = client.get(&format!("/v1/sync_runs?connection_id={connection}&state=succeeded"));
        assert_ne!(health["state"], "error", "{health}");
        !runs["items"].as_array().unwrap().is_empty()
    };
    until("it is read to its end", PATIENCE, is_synced);
    let whole = numbers(&client);
    assert!(whole.iter().any(|it| it.contains("tickets_solved")), "{whole:?}");
    // Once more from the beginning, by a server that nobody kills: it is the same.
    let again = client.call(
        "POST",
        &format!("/v1/connections/{connection}/resync"),
        "application/json",
        &json!({ "from": "2020-01-01T00:00:00Z" }).to_string(),
    );
    assert_eq!(again.unwrap().status, 200);
    let twice = || {
        let runs = client.get(&format!("/v1/sync_runs?connection_id={connection}&state=succeeded"));
        runs["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|run| run["changed"] == 0 && run["items"].as_u64() > Some(TICKETS))
    };
    until("it is read again, and nothing changes", PATIENCE, twice);
    assert_eq!(numbers(&client), whole);
}

/// Once all of them are counted.
fn numbers(client: &Client) -> Vec<String> {
    let metrics = [
        "tickets_created",
        "tickets_solved",
        "first_response_time",
        "full_resolution_time",
        "reopened_tickets",
        "backlog",
    ];
    let told = metrics.map(|metric| {
        let path =
            format!("/v1/kpis/{metric}?from=2025-01-01&to=2027-01-01&grain=month&group_by=agent");
        until("it is counted", PATIENCE, || client.get(&path)["pending"] == json!(false));
        format!("{metric} {}", client.get(&path)["rows"])
    });
    told.into()
}
