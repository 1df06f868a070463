//! Notifications: what is told, and what is not.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use crate::asked::{get, unlimited};

type Heard = Arc<Mutex<Vec<(String, Value)>>>;

/// Hears what is posted to it, until the test is over: the signatures and the bodies.
fn receiver() -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let notes = Arc::clone(&heard);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let notes = Arc::clone(&notes);
            thread::spawn(move || hear(&stream.unwrap(), &notes));
        }
    });
    (address, heard)
}

fn hear(stream: &TcpStream, notes: &Heard) -> Option<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    loop {
        let mut headers = BTreeMap::new();
        let mut line = String::new();
        while reader.read_line(&mut line).ok()? > 2 {
            if let Some((name, value)) = line.trim().split_once(": ") {
                headers.insert(name.to_lowercase(), value.to_owned());
            }
            line.clear();
        }
        let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        let signature = headers.get("x-hub-signature").cloned().unwrap_or_default();
        notes.lock().unwrap().push((signature, serde_json::from_slice(&body).unwrap()));
        writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

#[test]
fn everything_that_people_do_is_told_once_and_signed() {
    let desk = unlimited();
    let (address, heard) = receiver();
    let secret = desk.subscribe(&format!("http://{address}/hook"));
    desk.change(3_000);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(desk.delivered());
    let heard = heard.lock().unwrap();
    assert!(
        !secret.is_empty() && heard.iter().all(|(it, _)| it.len() == 45 && it.starts_with("sha1="))
    );
    assert_eq!(heard[0].1["topic"], "ping");
    let mut topics: BTreeMap<&str, u32> = BTreeMap::new();
    let mut ids: Vec<&str> = Vec::new();
    for (_, body) in heard.iter() {
        assert_eq!(body["type"], "notification_event");
        *topics.entry(body["topic"].as_str().unwrap()).or_default() += 1;
        ids.push(body["id"].as_str().unwrap());
    }
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for topic in ["user.created", "user.replied", "admin.replied", "admin.noted", "admin.assigned"]
    {
        assert!(topics.get(format!("conversation.{topic}").as_str()) > Some(&10), "{topics:?}");
    }
    for topic in ["admin.closed", "admin.snoozed", "admin.unsnoozed", "deleted", "rating.added"] {
        assert!(topics.get(format!("conversation.{topic}").as_str()) > Some(&0), "{topics:?}");
    }
}

#[test]
fn what_is_deleted_is_told_by_its_number_and_is_not_there_any_more() {
    let desk = unlimited();
    let (address, heard) = receiver();
    let _secret = desk.subscribe(&format!("http://{address}/hook"));
    desk.change(3_000);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(desk.delivered());
    let heard = heard.lock().unwrap();
    let deleted = heard.iter().filter(|(_, body)| body["topic"] == "conversation.deleted");
    let mut count = 0;
    for (_, body) in deleted {
        let item = &body["data"]["item"];
        assert_eq!(item.as_object().unwrap().len(), 2, "{item}");
        let address = format!("/conversations/{}", item["conversation_id"].as_str().unwrap());
        assert_eq!(get(&desk, &address).status, 404);
        count += 1;
    }
    assert!(count > 0, "{count}");
}
