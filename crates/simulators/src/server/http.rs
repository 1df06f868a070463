//! Requests and answers without a socket.

use serde::Serialize;

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET` and so on.
    pub method: String,
    /// As it came, without the query.
    pub path: String,
    /// The query's pairs, decoded and in order.
    pub query: Vec<(String, String)>,
    /// The headers, with names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without a body: the address is a path, with a query if there is one.
    #[must_use]
    pub fn get(address: &str) -> Self {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { method: "GET".to_owned(), path: path.to_owned(), query, ..Self::default() }
    }

    /// The same with a header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What a parameter of the query says.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What a header says.
    #[must_use]
    pub fn said(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers beside the type of the content and the date.
    pub headers: Vec<(&'static str, String)>,
    /// The body, always JSON.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer with a body that is written at once.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        Self::sized(status, 512, body)
    }

    /// The same where the size of the body is known within limits.
    pub fn sized(status: u16, size: usize, body: &impl Serialize) -> Self {
        let mut text = Vec::with_capacity(size);
        serde_json::to_writer(&mut text, body).expect("what is answered can be written as JSON");
        Self { status, headers: Vec::new(), body: text }
    }

    /// The same with a header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}
