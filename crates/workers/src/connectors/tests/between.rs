//! Somebody between us and a helpdesk.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use domain::connections::{self, ConnectionPatch, Credentials};
use domain::kernel::Scope;

use super::World;
use crate::egress::Egress;

/// Hands requests on to a helpdesk, but for those about one thing, which it answers itself.
pub(super) struct Between {
    address: SocketAddr,
    about: Arc<Mutex<Option<String>>>,
}

impl Between {
    pub(super) fn new(helpdesk: SocketAddr, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, about) = (listener.local_addr().unwrap(), Arc::default());
        let known = Arc::clone(&about);
        thread::spawn(move || {
            for client in listener.incoming() {
                let known = Arc::clone(&known);
                // Whoever hangs up is not answered.
                thread::spawn(move || hand_on(client.unwrap(), helpdesk, &known, answer).ok());
            }
        });
        Self { address, about }
    }

    /// From now on it answers what is asked about this, which is a word of the address or of the body.
    pub(super) fn answers_for(&self, about: Option<&str>) {
        *self.about.lock().unwrap() = about.map(str::to_owned);
    }
}

fn hand_on(
    mut client: TcpStream,
    helpdesk: SocketAddr,
    about: &Mutex<Option<String>>,
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
    let mut words = asked.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    if about.lock().unwrap().as_ref().is_some_and(|about| words.any(|word| is_of(word, about))) {
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
