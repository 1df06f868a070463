//! Whoever speaks HTTP with the program.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::bench::Server;

/// What a server said to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    fn read(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() })
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends these bytes, and reads until the server closes. `None` when it says nothing that is an answer.
pub(crate) fn send(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request).ok()?;
    let mut answer = Vec::new();
    // A server that refuses a request need not have read all of it, and what it said comes before the reset.
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_ne!(
            error.kind(),
            ErrorKind::WouldBlock,
            "no answer to {:?}",
            request.escape_ascii()
        );
    }
    Answer::read(&String::from_utf8_lossy(&answer))
}

/// One request as it is on the wire.
pub(crate) fn request(method: &str, path: &str, head: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n{body}"
    )
}

/// The status and the body of an answer.
pub(crate) fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let answer = send(address, request("GET", path, "", "").as_bytes()).expect("an answer");
    (answer.status, answer.body)
}

/// Somebody who has signed in to `acme`.
#[derive(Clone)]
pub(crate) struct Client {
    api: SocketAddr,
    token: String,
}

impl Client {
    pub(crate) fn of(server: &Server) -> Self {
        let api = server.api.unwrap();
        let form =
            "grant_type=password&username=a%40acme.test&password=correct+horse+battery+staple";
        let head = "Content-Type: application/x-www-form-urlencoded\r\n";
        let answer = send(api, request("POST", "/t/acme/oauth/token", head, form).as_bytes());
        let token = answer.unwrap().json()["access_token"].as_str().unwrap().to_owned();
        Self { api, token }
    }

    /// `None` when the connection broke.
    pub(crate) fn call(&self, method: &str, path: &str, kind: &str, body: &str) -> Option<Answer> {
        self.send(method, path, &format!("Content-Type: {kind}\r\n"), body)
    }

    /// With headers of the caller's own.
    pub(crate) fn send(&self, method: &str, path: &str, head: &str, body: &str) -> Option<Answer> {
        let head = format!("Authorization: Bearer {}\r\n{head}", self.token);
        send(self.api, request(method, path, &head, body).as_bytes())
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, "application/json", "").expect("an answer");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}
