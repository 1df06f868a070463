//! What goes through a port: pages, and what business rules send.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use simulators::live::LiveDesk;
use simulators::model::{Model, Settings};
use simulators::server::Faults;
use simulators::{Kind, Options, Simulator};

fn servicenow(faults: Faults) -> Simulator {
    let settings = Settings { tickets: 300, days: 30, agents: 6, ..Settings::default() };
    let desk = LiveDesk::standing(Model::new(settings).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let options = Options { unlimited: true, faults, ..Options::default() };
    Simulator::start(Kind::Servicenow, listener, desk, &options).unwrap()
}

/// A message of HTTP: the first line, the headers and the body.
struct Message {
    first: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

fn read(stream: &TcpStream) -> Option<Message> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut line, mut headers) = (String::new(), String::new(), HashMap::new());
    reader.read_line(&mut first).ok()?;
    while reader.read_line(&mut line).ok()? > 2 {
        if let Some((name, value)) = line.trim().split_once(": ") {
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        line.clear();
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Message { first, headers, body })
}

fn get(servicenow: &Simulator, address: &str) -> Message {
    let credential = |name| servicenow.credential(name);
    let pair = STANDARD.encode(format!("{}:{}", credential("username"), credential("password")));
    let mut stream = TcpStream::connect(servicenow.address()).unwrap();
    let asked =
        format!("GET {address} HTTP/1.1\r\nhost: there\r\nauthorization: Basic {pair}\r\n\r\n");
    stream.write_all(asked.as_bytes()).unwrap();
    read(&stream).unwrap()
}

/// Hears what is posted to it, until the test is over.
fn receiver() -> (SocketAddr, Arc<Mutex<Vec<Message>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&heard);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let notes = Arc::clone(&notes);
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                while let Some(message) = read(&stream) {
                    notes.lock().unwrap().push(message);
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                    stream.write_all(answer).unwrap();
                }
            });
        }
    });
    (address, heard)
}

#[test]
fn a_stranger_reads_it_as_the_documentation_says() {
    let servicenow = servicenow(Faults::default());
    let address = "/api/now/table/incident?sysparm_query=&sysparm_limit=10000&sysparm_offset=0&sysparm_display_value=False";
    let page = get(&servicenow, address);
    assert!(page.first.starts_with("HTTP/1.1 200"), "{}", page.first);
    let body: Value = serde_json::from_slice(&page.body).unwrap();
    let count: usize = page.headers["x-total-count"].parse().unwrap();
    let seen = body["result"].as_array().unwrap().len();
    assert!(seen > 200 && seen < count, "{seen} of {count}");
    assert!(page.headers["link"].contains("rel=\"last\""));
    let id = servicenow.ticket_id(1);
    for version in ["", "v1/", "v2/"] {
        let one = get(&servicenow, &format!("/api/now/{version}table/incident/{id}"));
        let one: Value = serde_json::from_slice(&one.body).unwrap();
        assert_eq!(one["result"]["sys_id"], id.as_str());
    }
}

#[test]
fn a_rule_sends_its_token_and_which_incident_changed() {
    let servicenow = servicenow(Faults::default());
    let (address, heard) = receiver();
    let token = servicenow.subscribe(&format!("http://{address}/hook"));
    let moments = servicenow.change(80);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(servicenow.delivered());
    let heard = heard.lock().unwrap();
    assert!(heard.len() > 50 && heard.len() <= moments.len(), "{}", heard.len());
    let known: Vec<String> = moments.iter().map(|it| servicenow.ticket_id(it.ticket)).collect();
    for message in heard.iter() {
        assert_eq!(message.headers["x-plumbline-token"], token);
        let body: Value = serde_json::from_slice(&message.body).unwrap();
        assert_eq!(body["table"], "incident");
        assert!(known.iter().any(|id| body["sys_id"] == id.as_str()), "{body}");
    }
}
