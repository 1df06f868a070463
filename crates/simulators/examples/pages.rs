//! How much of one core a simulated Zendesk needs for its pages, without a network. Linux alone says how long a thread has really run.
//!
//!     cargo run --release -p simulators --example pages -- 1000000

use std::net::TcpListener;
use std::time::Instant;

use base64::Engine;
use simulators::live::LiveDesk;
use simulators::model::{Model, Settings};
use simulators::server::Request;
use simulators::{Kind, Options, Simulator};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tickets = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let begun = Instant::now();
    let desk =
        LiveDesk::standing(Model::new(Settings { tickets, agents: 200, ..Settings::default() })?);
    println!("{tickets} tickets told in {:?}", begun.elapsed());
    let options = Options { unlimited: true, ..Options::default() };
    let zendesk =
        Simulator::start(Kind::Zendesk, TcpListener::bind("127.0.0.1:0")?, desk, &options)?;
    zendesk.desk().clock().advance(61);
    let pair = format!("{}/token:{}", zendesk.credential("email"), zendesk.credential("api_token"));
    let authorization = base64::engine::general_purpose::STANDARD.encode(pair);
    let exports = [
        ("tickets", "tickets/cursor", ""),
        ("tickets with metrics", "tickets/cursor", "&include=metric_sets"),
        ("events with comments", "ticket_events", "&include=comment_events"),
    ];
    for (what, path, include) in exports {
        let (begun, mut count, mut bytes, mut pages) = (on_core()?, 0, 0, 0);
        let mut url = format!("/api/v2/incremental/{path}?start_time=0{include}");
        while pages < 200 {
            let request =
                Request::get(&url).header("authorization", &format!("Basic {authorization}"));
            let body = zendesk.answer(&request).body;
            (bytes, pages) = (bytes + body.len(), pages + 1);
            // What is read here is made in no time beside the page.
            let tail =
                String::from_utf8_lossy(&body[body.len().saturating_sub(600)..]).into_owned();
            let head =
                tail.split("\"after_url\":\"").nth(1).or(tail.split("\"next_page\":\"").nth(1));
            let next =
                head.and_then(|rest| rest.split('"').next()).ok_or("a page without a next one")?;
            count += 1_000;
            if tail.ends_with("\"end_of_stream\":true}") {
                break;
            }
            next.trim_start_matches(zendesk.base_url()).clone_into(&mut url);
        }
        let seconds = on_core()? - begun;
        println!(
            "{what}: {:.0} in a second of one core, {} bytes each",
            f64::from(count) / seconds,
            bytes / count as usize
        );
    }
    Ok(())
}

/// For how many seconds this thread has run.
fn on_core() -> Result<f64, Box<dyn std::error::Error>> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = told.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanoseconds / 1e9)
}
