//! A made-up helpdesk, alone.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::bench::Bench;
use crate::client::{request, send};

#[test]
fn a_simulator_says_where_it_is_and_stops_when_it_is_told_to() {
    let bench = Bench::new();
    let args = "simulate zendesk --seed 7 --agents 5 --tickets 300 --rate-limit off --json";
    let mut command = bench.command(args.split(' '));
    // What is configured for a server is not for a simulator.
    command.env("PLUMBLINE_LISTEN", "127.0.0.1:1").stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let address = text(&said["base_url"]).trim_start_matches("http://").parse().unwrap();
    let credentials = &said["credentials"];
    let pair = format!("{}/token:{}", text(&credentials["email"]), text(&credentials["api_token"]));
    let head = format!("Authorization: Basic {}\r\n", STANDARD.encode(pair));
    let export = "/api/v2/incremental/tickets/cursor.json?start_time=0";
    let answer = send(address, request("GET", export, &head, "").as_bytes()).unwrap();
    assert_eq!(answer.json()["tickets"].as_array().unwrap().len(), 300);
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(told.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_fault_that_is_none_is_a_usage_error() {
    let ended = Bench::new().run(["simulate", "zendesk", "--faults", "6xx=0.1"]);
    assert_eq!(ended.exit, 2);
    assert!(ended.err.contains("there are 429, 5xx, cut,"), "{}", ended.err);
    Bench::new().run(["simulate", "zendesk", "--agents", "0"]).failed(2, &["at least one agent"]);
}
