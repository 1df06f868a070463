//! A request that is sent many times while the server is killed: one effect, and one answer.

use std::collections::BTreeSet;
use std::thread::{sleep, spawn};
use std::time::Duration;

use serde_json::json;

use crate::bench::{Ended, Server};
use crate::client::{Answer, Client};
use crate::kills::{Place, chance};

const AT_ONCE: usize = 64;
const KILLS: u32 = 5;

#[test]
fn a_request_that_is_sent_64_times_at_once_over_kills_is_done_once() {
    let place = Place::new();
    Ended::from(place.known(&mut place.bench.create_tenant("acme")).output().unwrap()).json();
    let serve =
        ["serve", "--listen", "127.0.0.1:0", "--tenant-at-once", "64", "--token-requests", "1000"];
    let (mut answers, mut cut) = (Vec::new(), 0);
    for kill in 0..=KILLS {
        let server = Server::start(place.command(&serve));
        let client = Client::of(&server);
        let all: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let client = client.clone();
                spawn(move || hire(&client))
            })
            .collect();
        if kill < KILLS {
            sleep((Duration::from_millis(12) * (kill + 1)).mul_f64(chance()));
            // Without a word.
            drop(server);
        }
        for thread in all {
            match thread.join().unwrap() {
                Some(answer) => answers.push(answer),
                None => cut += 1,
            }
        }
        if kill == KILLS {
            answers.push(hire(&client).expect("an answer"));
            let people = client.get("/v1/people?limit=200");
            let hired = people["items"].as_array().unwrap().iter().filter(|it| it["name"] == "Ann");
            assert_eq!(hired.count(), 1, "{people}");
        }
    }
    let ids: BTreeSet<_> =
        answers.iter().filter(|it| it.status == 201).map(|it| it.body.clone()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert!(cut > 0, "no kill met a request");
}

fn hire(client: &Client) -> Option<Answer> {
    let person = json!({ "name": "Ann" }).to_string();
    let head = "Content-Type: application/json\r\nIdempotency-Key: the same\r\n";
    let answer = client.send("POST", "/v1/people", head, &person)?;
    // Whoever waits too long for the first one is told to come again.
    assert!(matches!(answer.status, 201 | 409 | 503), "{answer:?}");
    Some(answer)
}
