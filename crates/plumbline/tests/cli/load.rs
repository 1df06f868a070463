//! Several clients at once who write, read and import, and remember what they were told.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Answer, Client};
use crate::proxy::until;

/// What is promised is 5 seconds; a busy machine is given three times as much.
pub(crate) const HEALTHY_WITHIN: Duration = Duration::from_secs(15);

/// What several clients did at once.
#[derive(Default)]
pub(crate) struct Load {
    over: AtomicBool,
    number: AtomicU32,
    /// Ids of teams, and numbers of tickets, that the server said it has.
    teams: Mutex<Vec<String>>,
    tickets: Mutex<Vec<u32>>,
    pub(crate) refusals: Mutex<Vec<Refusal>>,
    /// Answers in a row that were no refusals.
    fair: AtomicU32,
}

#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) begun: Instant,
    pub(crate) took: Duration,
}

impl Load {
    pub(crate) fn begin(client: &Client) -> (Arc<Self>, Vec<JoinHandle<()>>) {
        let load = Arc::new(Self::default());
        let kinds = [Self::write, Self::write, Self::read, Self::import];
        let threads = kinds.into_iter().map(|kind| {
            let (load, client) = (Arc::clone(&load), client.clone());
            spawn(move || {
                while !load.over.load(Ordering::Relaxed) {
                    kind(&load, &client);
                    sleep(Duration::from_millis(20));
                }
            })
        });
        let threads = threads.collect();
        (load, threads)
    }

    fn next(&self) -> u32 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    fn write(&self, client: &Client) {
        let team = json!({ "name": format!("Team {}", self.next()) }).to_string();
        if let Some(made) = self.ask(client, "POST", "/v1/teams", "application/json", &team, 201) {
            self.teams.lock().unwrap().push(made.json()["id"].as_str().unwrap().to_owned());
        }
    }

    fn read(&self, client: &Client) {
        self.ask(client, "GET", "/v1/teams?limit=5", "application/json", "", 200);
        self.ask(client, "GET", &created(), "application/json", "", 200);
    }

    fn import(&self, client: &Client) {
        let ticket = self.next();
        let rows = format!("ticket,time,kind\n{ticket},2026-01-05T09:00:00Z,created\n");
        if self.ask(client, "POST", "/v1/tickets/import", "text/csv", &rows, 200).is_some() {
            self.tickets.lock().unwrap().push(ticket);
        }
    }

    /// The answer, unless it was a refusal; anything else fails the test.
    fn ask(
        &self,
        client: &Client,
        method: &str,
        path: &str,
        kind: &str,
        body: &str,
        status: u16,
    ) -> Option<Answer> {
        let begun = Instant::now();
        let answer = client.call(method, path, kind, body).expect("the server stays");
        if answer.status == status {
            self.fair.fetch_add(1, Ordering::Relaxed);
            return Some(answer);
        }
        self.fair.store(0, Ordering::Relaxed);
        assert_eq!(answer.status, 503, "{method} {path}: {answer:?}");
        assert!(answer.head.contains("content-type: application/problem+json"), "{answer:?}");
        let code = answer.json()["code"].clone();
        assert!(code == "unavailable" || code == "outcome_unknown", "{answer:?}");
        self.refusals.lock().unwrap().push(Refusal { begun, took: begun.elapsed() });
        None
    }

    /// How soon after `moment` there was no refusal any more.
    pub(crate) fn healthy_after(&self, moment: Instant) -> Duration {
        self.fair.store(0, Ordering::Relaxed);
        let many = || self.fair.load(Ordering::Relaxed) >= 40;
        until("many answers in a row without a refusal", HEALTHY_WITHIN, many);
        let refusals = self.refusals.lock().unwrap();
        let last = refusals.iter().map(|it| it.begun + it.took).max();
        last.map_or(Duration::ZERO, |last| last.saturating_duration_since(moment))
    }

    pub(crate) fn end(&self, threads: Vec<JoinHandle<()>>) {
        self.over.store(true, Ordering::Relaxed);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }

    /// What the server said it has is there, and there once, and is counted.
    pub(crate) fn nothing_is_missing(&self, client: &Client) {
        let teams = self.teams.lock().unwrap();
        let unique: HashSet<_> = teams.iter().collect();
        assert!(teams.len() > 20 && unique.len() == teams.len(), "{} teams", teams.len());
        for team in teams.iter() {
            client.get(&format!("/v1/teams/{team}"));
        }
        // Some may be there that nobody was told of; the jobs have counted those too.
        let mut found = Vec::new();
        let mut next = Some("/v1/tickets?limit=200".to_owned());
        while let Some(path) = next {
            let page = client.get(&path);
            let items = page["items"].as_array().unwrap();
            let numbers = items.iter().map(|it| it["external_id"].as_str().unwrap().parse::<u32>());
            found.extend(numbers.map(Result::unwrap));
            next = page["next"].as_str().map(|next| format!("/v1/tickets?limit=200&after={next}"));
        }
        let there: HashSet<u32> = found.iter().copied().collect();
        assert_eq!(there.len(), found.len());
        let tickets = self.tickets.lock().unwrap();
        assert!(tickets.len() > 10 && tickets.iter().all(|it| there.contains(it)), "{tickets:?}");
        let counted = || client.get(&created())["rows"][0]["n"] == json!(found.len());
        until("every ticket is counted once", HEALTHY_WITHIN, counted);
    }
}

/// The address of the number of tickets.
pub(crate) fn created() -> String {
    "/v1/kpis/tickets_created?from=2026-01-01&to=2027-01-01".to_owned()
}
