//! A client without a socket.

use std::net::TcpListener;

use serde_json::{Value, json};
use simulators::live::LiveDesk;
use simulators::model::{Model, Settings};
use simulators::server::{Answer, Request};
use simulators::{Kind, Options, Simulator};

pub(crate) fn intercom(options: &Options) -> Simulator {
    let settings = Settings { tickets: 1_500, days: 90, agents: 12, ..Settings::default() };
    let desk = LiveDesk::standing(Model::new(settings).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    Simulator::start(Kind::Intercom, listener, desk, options).unwrap()
}

pub(crate) fn unlimited() -> Simulator {
    intercom(&Options { unlimited: true, ..Options::default() })
}

pub(crate) fn signed_in(desk: &Simulator, request: Request) -> Request {
    request.header("authorization", &format!("Bearer {}", desk.credential("access_token")))
}

pub(crate) fn get(desk: &Simulator, address: &str) -> Answer {
    desk.answer(&signed_in(desk, Request::get(address)))
}

pub(crate) fn post(desk: &Simulator, address: &str, body: &Value) -> Answer {
    let request = Request {
        method: "POST".to_owned(),
        body: serde_json::to_vec(body).unwrap(),
        ..Request::get(address)
    };
    desk.answer(&signed_in(desk, request))
}

/// What there must be.
pub(crate) fn read(answer: &Answer) -> Value {
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.status, 200, "{body}");
    body
}

pub(crate) fn said<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str())
}

/// One page of the conversations that were touched after an instant, in order.
pub(crate) fn page(desk: &Simulator, after: i64, per_page: u64, cursor: Option<&str>) -> Value {
    let body = json!({
        "query": { "operator": "AND", "value": [{ "field": "updated_at", "operator": ">", "value": after.to_string() }] },
        "pagination": { "per_page": per_page, "starting_after": cursor },
        "sort": { "field": "updated_at", "order": "ascending" },
    });
    read(&post(desk, "/conversations/search", &body))
}

pub(crate) fn ids(page: &Value) -> Vec<String> {
    let items = page["conversations"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}
