//! Webhooks: what is told, to whom, and what happens to it on the way.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use simulators::Simulator;
use simulators::server::Faults;

use crate::client::{Client, zendesk};

/// A request as it came.
#[derive(Clone)]
struct Heard {
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

/// Hears what is posted to it, until the test is over.
fn receiver() -> (SocketAddr, Arc<Mutex<Vec<Heard>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&heard);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let notes = Arc::clone(&notes);
            thread::spawn(move || hear(&stream.unwrap(), &notes));
        }
    });
    (address, heard)
}

fn hear(stream: &TcpStream, notes: &Mutex<Vec<Heard>>) -> Option<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    loop {
        let mut headers = HashMap::new();
        let mut line = String::new();
        while reader.read_line(&mut line).ok()? > 2 {
            if let Some((name, value)) = line.trim().split_once(": ") {
                headers.insert(name.to_lowercase(), value.to_owned());
            }
            line.clear();
        }
        let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        notes.lock().unwrap().push(Heard { headers, body });
        writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

/// HMAC-SHA256 from its definition, so that no library has the last word.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::digest([&padded(0x36)[..], text].concat());
    Sha256::digest([&padded(0x5c)[..], &inner].concat()).to_vec()
}

fn wait(zendesk: &Simulator) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(zendesk.delivered());
}

/// The numbers of the events that arrived, in order.
fn arrived(faults: Faults) -> Vec<String> {
    let zendesk = zendesk(faults);
    let (address, heard) = receiver();
    let _secret = zendesk.subscribe(&format!("http://{address}/hook"));
    zendesk.change(60);
    wait(&zendesk);
    let id = |heard: &Heard| {
        let body: Value = serde_json::from_slice(&heard.body).unwrap();
        body["id"].as_str().unwrap().to_owned()
    };
    heard.lock().unwrap().iter().map(id).collect()
}

#[test]
fn each_event_is_signed_and_told_to_who_wants_it() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let (address, heard) = receiver();
    let wanted = "zen:event-type:ticket.status_changed";
    let new = json!({ "webhook": {
        "name": "ours", "endpoint": format!("http://{address}/hook"), "http_method": "POST",
        "request_format": "json", "status": "active", "subscriptions": [wanted],
    } });
    let made = client.send("POST", "/api/v2/webhooks", &new.to_string()).unwrap();
    assert_eq!(made.status, 201);
    let id = made.json()["webhook"]["id"].as_str().unwrap().to_owned();
    let secret = client.json(&format!("/api/v2/webhooks/{id}/signing_secret"));
    let secret = secret["signing_secret"]["secret"].as_str().unwrap().to_owned();
    zendesk.change(80);
    wait(&zendesk);
    let heard = heard.lock().unwrap().clone();
    assert!(heard.len() > 5);
    for Heard { headers, body } in &heard {
        let at = &headers["x-zendesk-webhook-signature-timestamp"];
        let expected = hmac(secret.as_bytes(), &[at.as_bytes(), body].concat());
        assert_eq!(headers["x-zendesk-webhook-signature"], STANDARD.encode(expected));
        assert_eq!(headers["x-zendesk-webhook-id"], id);
        let told: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(told["type"], wanted);
        let number: u64 = told["detail"]["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(told["subject"], format!("zen:ticket:{number}"));
        assert!(zendesk.desk().ticket(number).is_some());
        assert_eq!(
            told["event"]["current"].as_str().unwrap().to_uppercase(),
            told["event"]["current"]
        );
    }
    let gone = client.send("DELETE", &format!("/api/v2/webhooks/{id}"), "").unwrap();
    assert_eq!(gone.status, 204);
    assert_eq!(client.get(&format!("/api/v2/webhooks/{id}")).status, 404);
}

#[test]
fn a_webhook_that_cannot_be_is_refused() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let post = |endpoint: &str, kind: &str| {
        let new = json!({ "webhook": {
            "name": "ours", "endpoint": endpoint, "http_method": "POST",
            "request_format": "json", "subscriptions": [kind],
        } });
        client.send("POST", "/api/v2/webhooks", &new.to_string()).unwrap().status
    };
    assert_eq!(post("http://127.0.0.1:9/", "zen:event-type:ticket.exploded"), 400);
    assert_eq!(post("https://127.0.0.1:9/", "zen:event-type:ticket.created"), 400);
    assert_eq!(client.send("POST", "/api/v2/webhooks", "{").unwrap().status, 400);
}

#[test]
fn webhooks_are_lost_doubled_and_reordered_as_often_as_asked() {
    let plain = arrived(Faults::default());
    assert!(plain.len() > 60);
    assert_eq!(plain, arrived(Faults::default()));
    let unique = |mut ids: Vec<String>| {
        ids.sort();
        ids.dedup();
        ids
    };
    let lost = arrived(Faults { lost_webhook: 0.2, ..Faults::default() });
    assert!(lost.len() < plain.len() && lost.len() > plain.len() / 2);
    let doubled = arrived(Faults { doubled_webhook: 0.2, ..Faults::default() });
    assert!(doubled.len() > plain.len());
    assert_eq!(unique(doubled), unique(plain.clone()));
    let reordered = arrived(Faults { reordered_webhook: 0.2, ..Faults::default() });
    assert_ne!(reordered, plain);
    assert_eq!(unique(reordered), unique(plain));
}
