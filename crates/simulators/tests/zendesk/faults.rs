//! What can go wrong, each by itself.

use std::time::{Duration, Instant};

use serde_json::Value;
use simulators::Simulator;
use simulators::server::Faults;

use crate::client::{Client, ids, zendesk};

const PAGE: &str = "/api/v2/incremental/tickets/cursor.json?start_time=0&per_page=50";

fn client(faults: Faults) -> (Simulator, Client) {
    let zendesk = zendesk(faults);
    let client = Client::of(&zendesk);
    (zendesk, client)
}

#[test]
fn requests_are_refused_in_bursts_with_a_time_to_wait() {
    let (_zendesk, client) = client(Faults { limited: 0.1, ..Faults::default() });
    let replies: Vec<_> = (0..120).map(|_| client.get("/api/v2/users/me")).collect();
    let refused: Vec<_> = replies.iter().filter(|reply| reply.status == 429).collect();
    assert!(refused.len() > 9 && refused.len() < 90, "{}", refused.len());
    assert!(refused.iter().all(|reply| reply.header("retry-after") == "1"));
}

#[test]
fn the_server_fails_as_often_as_asked_and_the_same_way_each_time() {
    let statuses = || {
        let (_zendesk, client) = client(Faults { failed: 0.3, ..Faults::default() });
        (0..60).map(|_| client.get("/api/v2/users/me").status).collect::<Vec<u16>>()
    };
    let first = statuses();
    assert_eq!(first, statuses());
    let failed = first.iter().filter(|status| **status >= 500).count();
    assert!((8..32).contains(&failed), "{first:?}");
}

#[test]
fn a_body_is_cut_off() {
    let (_zendesk, client) = client(Faults { cut: 1.0, ..Faults::default() });
    client.send("GET", PAGE, "").unwrap_err();
}

#[test]
fn an_answer_is_slow() {
    let (_zendesk, client) = client(Faults { slow: 1.0, ..Faults::default() });
    let begun = Instant::now();
    client.json("/api/v2/users/me");
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[test]
fn items_come_twice_and_in_no_order() {
    let plain = ids(client(Faults::default()).1.json(PAGE)["tickets"].as_array().unwrap());
    let items = |faults| {
        let (_zendesk, client) = client(faults);
        ids(client.json(PAGE)["tickets"].as_array().unwrap())
    };
    let twice = items(Faults { duplicated_items: 1.0, ..Faults::default() });
    assert!(twice.len() > plain.len() && twice.starts_with(&plain));
    let mut mixed = items(Faults { reordered_items: 1.0, ..Faults::default() });
    assert_ne!(mixed, plain);
    mixed.sort_unstable();
    let mut sorted = plain;
    sorted.sort_unstable();
    assert_eq!(mixed, sorted);
}

#[test]
fn a_page_leads_to_itself() {
    let (_zendesk, client) = client(Faults { duplicated_page: 1.0, ..Faults::default() });
    let page = client.json(PAGE);
    let again = client.json(page["after_url"].as_str().unwrap());
    assert_eq!(
        (&page["tickets"], &again["end_of_stream"]),
        (&again["tickets"], &Value::Bool(false))
    );
}

#[test]
fn a_cursor_is_not_known_any_more() {
    let fine = client(Faults::default()).1.json(PAGE)["after_cursor"].clone();
    let (_zendesk, client) = client(Faults { expired_cursor: 1.0, ..Faults::default() });
    let cursor = fine.as_str().unwrap().replace('=', "%3D");
    let refused = client.get(&format!("/api/v2/incremental/tickets/cursor?cursor={cursor}"));
    assert_eq!(refused.json()["error"], "InvalidPaginationParameter");
    // With a time one gets in again.
    assert_eq!(client.get(PAGE).status, 200);
}

#[test]
fn there_are_fields_and_words_that_nobody_knows() {
    let (_zendesk, client) =
        client(Faults { unknown_field: 1.0, unknown_value: 1.0, ..Faults::default() });
    let page = client.json(PAGE);
    for ticket in page["tickets"].as_array().unwrap() {
        assert!(ticket["simulated_unknown"].is_object());
        assert_eq!(ticket["type"], "simulated_unknown");
    }
}
