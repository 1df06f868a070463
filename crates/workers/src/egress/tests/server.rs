//! A server that counts whoever connects, and answers what its test says.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a request is answered, and whether the connection stays open after it.
pub(super) struct Reply {
    pub(super) bytes: Vec<u8>,
    pub(super) keep: bool,
}

impl Reply {
    pub(super) fn new(head: &str, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
        Self { bytes: [head.as_bytes(), body].concat(), keep: true }
    }
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    /// Who connected, in order.
    peers: Mutex<Receiver<SocketAddr>>,
    /// What was asked: head and body.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// On a port of loopback that is free.
    pub(super) fn new(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::on(listener, move |stream, asked| converse(stream, asked, &answer))
    }

    /// Everywhere, over both protocols, so that no spelling of loopback passes it by. Hangs up on whoever comes.
    pub(super) fn sink() -> Self {
        let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0"));
        Self::on(listener.unwrap(), |_, _| Ok(()))
    }

    pub(super) fn on(
        listener: TcpListener,
        serve: impl Fn(TcpStream, &Mutex<Vec<String>>) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let (sender, peers) = channel();
        let (asked, serve) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(serve));
        let seen = Arc::clone(&asked);
        thread::spawn(move || {
            while let Ok((stream, peer)) = listener.accept() {
                if sender.send(peer).is_err() {
                    return;
                }
                let (serve, seen) = (Arc::clone(&serve), Arc::clone(&seen));
                thread::spawn(move || serve(stream, &seen));
            }
        });
        Self { address, peers: Mutex::new(peers), asked }
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn allow(&self) -> String {
        self.address.to_string()
    }

    /// How many connected since the last time. They come in order, so whoever came before ourselves has been counted.
    pub(super) fn connections(&self) -> usize {
        let host = if self.address.ip().is_unspecified() {
            "127.0.0.1".parse().unwrap()
        } else {
            self.address.ip()
        };
        let marker = TcpStream::connect((host, self.port())).unwrap();
        let port = marker.local_addr().unwrap().port();
        let peers = self.peers.lock().unwrap();
        peers.iter().take_while(|peer| peer.port() != port).count()
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Answers one request after the other. A reply that is shorter than it says leaves its reader waiting.
pub(super) fn converse(
    mut stream: impl Read + Write,
    asked: &Mutex<Vec<String>>,
    answer: &impl Fn(&str) -> Reply,
) -> io::Result<()> {
    while let Some(request) = read(&mut stream)? {
        asked.lock().unwrap().push(request.clone());
        let path = request.split(' ').nth(1).unwrap_or_default();
        let reply = answer(path);
        stream.write_all(&reply.bytes)?;
        stream.flush()?;
        if !reply.keep {
            break;
        }
    }
    Ok(())
}

fn read(stream: &mut impl Read) -> io::Result<Option<String>> {
    let mut text = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part)?;
        if count == 0 {
            return Ok(None);
        }
        text.extend_from_slice(&part[..count]);
        let request = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return Ok(Some(request));
        }
    }
}
