//! Sends signed deliveries to a hook as fast as they are taken: some connections, each with one delivery under way, a twentieth of them sent
//! twice. A delivery that is not taken is sent again until it is, so that at the end everything that was made was taken. `hooks.py` runs it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use benches::option;
use hmac::{Hmac, KeyInit, Mac};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sha2::Sha256;

/// What one connection saw.
#[derive(Default)]
struct Seen {
    /// How long each answer took.
    waits: Vec<Duration>,
    distinct: u64,
    /// Answers that were none or not a 2xx.
    refused: u64,
}

/// Where deliveries go.
struct Hook {
    address: String,
    path: String,
    secret: String,
}

fn main() -> Result<()> {
    let url = option("--url").context("--url http://host:port/hooks/…")?;
    let rest = url.strip_prefix("http://").context("over http")?;
    let (address, path) = rest.split_once('/').context("a path")?;
    let secret = option("--secret").context("--secret")?;
    let hook = Hook { address: address.to_owned(), path: format!("/{path}"), secret };
    let connections: u64 = option("--connections").map_or(Ok(32), |text| text.parse())?;
    let seconds = option("--seconds").map_or(Ok(8), |text| text.parse())?;
    let seed: u64 = option("--seed").map_or(Ok(1), |text| text.parse())?;
    let (start, end) = (Instant::now(), Instant::now() + Duration::from_secs(seconds));
    let seen = thread::scope(|scope| {
        let one = |number| {
            let hook = &hook;
            scope.spawn(move || send(hook, seed, number, end))
        };
        let senders: Vec<_> = (0..connections).map(one).collect();
        let ended =
            senders.into_iter().map(|it| it.join().map_err(|_panic| anyhow!("a sender panicked")));
        ended.collect::<Result<Vec<Seen>>>()
    })?;
    let whole = start.elapsed().as_secs_f64();
    let mut waits: Vec<_> = seen.iter().flat_map(|it| it.waits.iter()).collect();
    waits.sort_unstable();
    let at = |part: f64| {
        let place = ((waits.len().saturating_sub(1)) as f64 * part) as usize;
        waits.get(place).map_or(0.0, |wait| wait.as_secs_f64() * 1_000.0)
    };
    println!(
        "{{\"taken\":{},\"distinct\":{},\"refused\":{},\"seconds\":{whole:.3},\"p50_ms\":{:.2},\"p99_ms\":{:.2}}}",
        waits.len(),
        seen.iter().map(|it| it.distinct).sum::<u64>(),
        seen.iter().map(|it| it.refused).sum::<u64>(),
        at(0.5),
        at(0.99)
    );
    Ok(())
}

fn send(hook: &Hook, seed: u64, connection: u64, end: Instant) -> Seen {
    let mut chance = StdRng::seed_from_u64(seed * 1_000 + connection);
    let (mut seen, mut stream, mut last) = (Seen::default(), None, None);
    while Instant::now() < end {
        let is_again = last.is_some() && chance.random_range(0..20) == 0;
        let body = match last.take() {
            Some(body) if is_again => body,
            _ => {
                seen.distinct += 1;
                body(seed, connection, seen.distinct, &mut chance)
            }
        };
        let request = request(hook, &body);
        last = Some(body);
        loop {
            let begun = Instant::now();
            match take(hook, &mut stream, &request) {
                Ok(true) => {
                    seen.waits.push(begun.elapsed());
                    break;
                }
                Ok(false) => seen.refused += 1,
                Err(_) => {
                    seen.refused += 1;
                    stream = None;
                    thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }
    seen
}

/// About 1.5 kB: something that happened to one of a thousand tickets.
fn body(seed: u64, connection: u64, number: u64, chance: &mut StdRng) -> String {
    let more = "please look into it ".repeat(chance.random_range(30..80));
    let (ticket, agent) = (chance.random_range(0..1_000), chance.random_range(0..50));
    format!(
        "{{\"tickets\":[{{\"id\":\"{ticket}\",\"channel\":\"email\",\"events\":[{{\"id\":\"{seed}-{connection}-{number}\",\
         \"at\":\"2026-06-30T12:00:00Z\",\"kind\":\"comment\",\"actor\":{{\"kind\":\"human\",\"id\":\"a{agent}\"}},\"effects\":[\"message:public\"]}}]}}],\
         \"ratings\":[{{\"id\":\"{ticket}\",\"ticket\":\"{ticket}\",\"score\":1,\"best\":2,\"comment\":\"{more}\",\"rated_at\":\"2026-06-30T12:00:00Z\"}}]}}"
    )
}

fn request(hook: &Hook, body: &str) -> Vec<u8> {
    let mut code = Hmac::<Sha256>::new_from_slice(hook.secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("any length is a key"));
    code.update(body.as_bytes());
    let code: String =
        code.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Signature: {code}\r\nContent-Length: {}\r\n\r\n{body}",
        hook.path,
        body.len()
    )
    .into_bytes()
}

/// Whether it was taken. The connection is kept for the next one.
fn take(hook: &Hook, stream: &mut Option<TcpStream>, request: &[u8]) -> io::Result<bool> {
    let stream = match stream {
        Some(stream) => stream,
        none => {
            let open = TcpStream::connect(&hook.address)?;
            open.set_nodelay(true)?;
            open.set_read_timeout(Some(Duration::from_secs(30)))?;
            none.insert(open)
        }
    };
    stream.write_all(request)?;
    let (mut answer, mut some) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut some)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&some[..count]);
        let Some(end) = answer.windows(4).position(|it| it == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length = length.and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or(0);
        if answer.len() >= end + 4 + length {
            return Ok(head.starts_with("http/1.1 2"));
        }
    }
}
