//! What the log and the traces say of a call.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use reqwest::header::{AUTHORIZATION, HeaderValue};
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::set_default;
use tracing_subscriber::fmt::format::FmtSpan;

use super::server::{Reply, Server};
use super::{address, body, refusal, resolving};
use crate::egress::Request;

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<u8>>>);

impl Write for Told {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_is_told_of_a_call_names_whom_and_nothing_secret() {
    // Where there is one listener alone, a place in the code that another test comes by first is silent for good: nobody listens there.
    let _second =
        Dispatch::new(tracing_subscriber::fmt().with_max_level(LevelFilter::OFF).finish());
    let told = Told::default();
    let writer = told.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone());
    let _until_the_end = set_default(subscriber.finish());
    let server = Server::new(|_| Reply::new("418 No\r\nSet-Cookie: secret", b"secret"));
    let allow = format!("desk.test:{}", server.port());
    let egress = resolving(std::slice::from_ref(&allow), |_| vec![address("127.0.0.1")]);
    let url = format!("http://{allow}/hook/secret?token=secret");
    let token = HeaderValue::from_static("Bearer secret");
    let post = Request::post(url, "secret").header(AUTHORIZATION, token);
    assert_eq!(body(&egress, post).await.unwrap(), b"secret");
    refusal(&egress, "https://inside.test/hook/secret?token=secret").await;
    let told = String::from_utf8(told.0.lock().unwrap().clone()).unwrap();
    for part in [
        "egress.send",
        "http.request.method=POST",
        "server.address=\"desk.test\"",
        &format!("server.port={}", server.port()),
        "http.response.status_code=418",
        "name=\"inside.test\" address=127.0.0.1 what=\"loopback\"",
    ] {
        assert!(told.contains(part), "`{part}` is not in {told}");
    }
    assert!(!told.contains("secret"), "{told}");
}
