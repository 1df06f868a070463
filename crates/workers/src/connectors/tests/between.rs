//! Somebody between us and a helpdesk.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use domain::connections::{self, ConnectionPatch, Credentials};
use domain::kernel::Scope;
use tokio::time::sleep;

use super::World;
use crate::egress::Egress;

/// The answer that comes letter by letter, and has no end, as long as it is what is answered.
pub(super) const NONE_YET: &str = "";

/// Hands requests on to a helpdesk, but for those about one thing, which it answers itself.
pub(super) struct Between {
    pub(super) address: SocketAddr,
    known: Arc<Known>,
}

#[derive(Default)]
struct Known {
    about: Mutex<About>,
    /// How many requests it answered itself.
    answered: AtomicUsize,
}

#[derive(Default)]
enum About {
    #[default]
    Nothing,
    This(String),
    Everything,
}

impl Between {
    pub(super) fn new(helpdesk: SocketAddr, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, known) = (listener.local_addr().unwrap(), Arc::<Known>::default());
        let knows = Arc::clone(&known);
        thread::spawn(move || {
            for client in listener.incoming() {
                let known = Arc::clone(&knows);
                // Whoever hangs up is not answered.
                thread::spawn(move || hand_on(client.unwrap(), helpdesk, &known, answer).ok());
            }
        });
        Self { address, known }
    }

    /// From now on it answers what is asked about this, which is a word of the address or of the body.
    pub(super) fn answers_for(&self, about: Option<&str>) {
        let about = about.map_or(About::Nothing, |about| About::This(about.to_owned()));
        *self.known.about.lock().unwrap() = about;
    }

    /// From now on it answers everything.
    pub(super) fn answers_everything(&self) {
        *self.known.about.lock().unwrap() = About::Everything;
    }

    /// Waits until it is asked something that it answers itself.
    pub(super) async fn is_asked(&self) {
        while self.known.answered.load(Ordering::SeqCst) == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

fn hand_on(
    mut client: TcpStream,
    helpdesk: SocketAddr,
    known: &Known,
    answer: &str,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let (mut line, mut head, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut line)?;
    loop {
        let start = head.len();
        reader.read_line(&mut head)?;
        let header = head[start..].trim_end();
        if header.is_empty() {
            break;
        }
        if let Some((_, value)) = header.to_lowercase().split_once("content-length: ") {
            length = value.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let asked = format!("{line} {}", String::from_utf8_lossy(&body));
    if known.answers(&asked) {
        known.answered.fetch_add(1, Ordering::SeqCst);
        if answer == NONE_YET {
            write!(client, "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")?;
            while known.answers(&asked) {
                client.write_all(b" ")?;
                thread::sleep(Duration::from_millis(20));
            }
            return Ok(());
        }
        return write!(
            client,
            "HTTP/1.1 {}",
            answer.replacen("\r\n", "\r\nconnection: close\r\n", 1)
        );
    }
    let mut there = TcpStream::connect(helpdesk)?;
    write!(there, "{line}connection: close\r\n{head}")?;
    there.write_all(&body)?;
    let mut told = Vec::new();
    there.read_to_end(&mut told)?;
    client.write_all(&told)
}

impl Known {
    fn answers(&self, asked: &str) -> bool {
        let mut words = asked.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
        match &*self.about.lock().unwrap() {
            About::Nothing => false,
            About::This(about) => words.any(|word| is_of(word, about)),
            About::Everything => true,
        }
    }
}

/// Whether a word of a request names something; in a query of ServiceNow, what is asked for stands before it without a space.
fn is_of(word: &str, about: &str) -> bool {
    word == about || word.strip_prefix("sys_idIN") == Some(about)
}

impl World {
    /// Reads the desk by way of something else.
    pub(super) async fn by_way_of(&mut self, between: &Between) {
        let between = between.address;
        let allowed = [self.desk.address(), between].map(|it| it.to_string().parse().unwrap());
        self.context.egress = Egress::new(allowed.into()).unwrap();
        let secrets = self.desk.credentials();
        let secrets = secrets.iter().map(|(name, text)| (*name, text.as_str()));
        let patch = ConnectionPatch {
            base_url: Some(format!("http://{between}")),
            credentials: Some(Credentials::new(secrets)),
            ..ConnectionPatch::default()
        };
        let change = async |scope: &Scope| connections::update(scope, self.id, patch).await;
        self.app().write(&self.acme, change).await.unwrap();
        self.work().await;
    }
}
