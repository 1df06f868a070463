//! A client that knows HTTP and nothing else.

use std::net::TcpListener;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use simulators::live::LiveDesk;
use simulators::model::{Model, Settings};
use simulators::server::Faults;
use simulators::{Kind, Options, Simulator};
use tokio::runtime::Runtime;

pub(crate) const TICKETS: u64 = 1_500;

pub(crate) fn settings() -> Settings {
    Settings { tickets: TICKETS, days: 90, agents: 12, ..Settings::default() }
}

/// A vendor without limits whose clock stands still.
pub(crate) fn zendesk(faults: Faults) -> Simulator {
    serve(&Options { unlimited: true, faults, ..Options::default() })
}

pub(crate) fn serve(options: &Options) -> Simulator {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = LiveDesk::standing(Model::new(settings()).unwrap());
    let zendesk = Simulator::start(Kind::Zendesk, listener, desk, options).unwrap();
    // The last minute of the history can be exported.
    zendesk.desk().clock().advance(61);
    zendesk
}

pub(crate) struct Client {
    runtime: Runtime,
    http: Http<HttpConnector, Full<Bytes>>,
    base: String,
    authorization: String,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: hyper::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// Signed in as the administrator.
    pub(crate) fn of(zendesk: &Simulator) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let http = Http::builder(TokioExecutor::new()).build_http();
        let authorization = basic(&zendesk.credential("email"), &zendesk.credential("api_token"));
        Self { runtime, http, base: zendesk.base_url().to_owned(), authorization }
    }

    /// Signed in otherwise.
    pub(crate) fn with(self, authorization: &str) -> Self {
        Self { authorization: authorization.to_owned(), ..self }
    }

    /// Sends a request; an error says that the answer broke off.
    pub(crate) fn send(&self, method: &str, url: &str, body: &str) -> Result<Reply, String> {
        let url =
            if url.starts_with("http") { url.to_owned() } else { format!("{}{url}", self.base) };
        let request = Request::builder().method(method).uri(url);
        let request = request.header("authorization", &self.authorization);
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
        self.runtime.block_on(async {
            let answer = self.http.request(request).await.map_err(|error| error.to_string())?;
            let (head, body) = answer.into_parts();
            let body = body.collect().await.map_err(|error| error.to_string())?;
            let body = body.to_bytes().to_vec();
            Ok(Reply { status: head.status.as_u16(), head: head.headers, body })
        })
    }

    pub(crate) fn get(&self, url: &str) -> Reply {
        self.send("GET", url, "").unwrap()
    }

    /// What a page says that there must be.
    pub(crate) fn json(&self, url: &str) -> Value {
        let reply = self.get(url);
        assert_eq!(reply.status, 200, "{url}: {}", String::from_utf8_lossy(&reply.body));
        reply.json()
    }

    /// All items of an export, page by page, and the last cursor or time.
    pub(crate) fn export(&self, url: &str, name: &str) -> (Vec<Value>, String) {
        let (mut items, mut url) = (Vec::new(), url.to_owned());
        loop {
            let page = self.json(&url);
            items.extend(page[name].as_array().unwrap().iter().cloned());
            url = page
                .get("after_url")
                .or(page.get("next_page"))
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned();
            if page["end_of_stream"] == true {
                return (items, url);
            }
        }
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.head.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) fn basic(email: &str, token: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{email}/token:{token}")))
}

pub(crate) fn ids(items: &[Value]) -> Vec<u64> {
    items.iter().map(|item| item["id"].as_u64().unwrap()).collect()
}
