//! What an answer that is none does, and that none of it tells a secret.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use domain::connections::{self, ConnectionPatch, ConnectionState, Credentials};
use domain::kernel::jobs::Outcome;
use domain::kernel::{Scope, TenantId};
use tracing_subscriber::fmt::MakeWriter;

use super::super::{World, auth, settings};
use crate::context::Context;
use crate::egress::Egress;

/// Answers everything with one answer.
pub(in super::super) fn stub(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            // Whoever hangs up is not answered.
            if stream.read(&mut head).is_ok() {
                stream.write_all(answer.as_bytes()).ok();
            }
        }
    });
    address.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_does_what_it_should() {
    // What is answered, whether it is the end until somebody mends it, and the word for it.
    let answers = [
        ("401 Unauthorized\r\ncontent-length: 2\r\n\r\n{}", true, "helpdesk_sign_in_failed"),
        ("403 Forbidden\r\ncontent-length: 2\r\n\r\n{}", true, "helpdesk_sign_in_failed"),
        ("404 Not Found\r\ncontent-length: 2\r\n\r\n{}", true, "helpdesk_refused"),
        ("302 Found\r\nlocation: http://localhost/\r\ncontent-length: 0\r\n\r\n", true, "helpdesk"),
        ("200 OK\r\ncontent-length: 6\r\n\r\n<html>", true, "helpdesk_answer_unreadable"),
        ("429 Too Many\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n", false, ""),
        ("500 Error\r\ncontent-length: 0\r\n\r\n", false, "helpdesk_unavailable"),
        ("503 Error\r\ncontent-length: 0\r\n\r\n", false, "helpdesk_unavailable"),
        (
            "200 OK\r\ncontent-length: 99\r\nconnection: close\r\n\r\n{\"a\":",
            false,
            "helpdesk_unavailable",
        ),
        ("200 OK\r\ncontent-length: 5\r\n\r\n{\"a\":", false, "helpdesk_unavailable"),
    ];
    let worlds: Vec<_> = World::each(10, "").await.collect();
    for (answer, is_the_end, code) in answers {
        let answer: &'static str = format!("HTTP/1.1 {answer}").leak();
        for world in &worlds {
            let address = stub(answer);
            let egress = Egress::new(vec![address.parse().unwrap()]).unwrap();
            let context = Context { egress, ..world.context.clone() };
            let secrets = world.desk.credentials();
            let secrets = secrets.iter().map(|(name, text)| (*name, text.as_str()));
            let patch = ConnectionPatch {
                base_url: Some(format!("http://{address}")),
                credentials: Some(Credentials::new(secrets)),
                ..ConnectionPatch::default()
            };
            let change = async |scope: &Scope| connections::update(scope, world.id, patch).await;
            world.app().write(&world.acme, change).await.unwrap();
            world.app().clock().advance(TimeDelta::hours(1));
            let job = world.app().claim(TenantId::NONE, &["connections.sync"]).await.unwrap();
            let job = job.expect("a job");
            let kind = crate::JOBS.find(&job.kind).unwrap();
            let outcome = kind.run(&context, &job).await.unwrap();
            world.app().finish(&job, &outcome, None).await.unwrap();
            let who = format!("{:?} after {answer:?}: {outcome:?}", world.desk.kind());
            let state = world.connection().await.state;
            if is_the_end {
                assert_eq!((&outcome, state), (&Outcome::Done, ConnectionState::Error), "{who}");
                let health = world.health().await;
                assert!(health.contains(code), "{who}: {health}");
            } else {
                assert_eq!(state, ConnectionState::Testing, "{who}");
                let Outcome::Snooze(wait) = outcome else { panic!("{who}") };
                if code.is_empty() {
                    assert_eq!(wait, Duration::from_secs(7), "{who}");
                }
            }
        }
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

// On this thread alone, which the log is kept of.
#[tokio::test]
async fn no_secret_is_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    for (kind, method) in auth::ways() {
        let faults = "5xx=0.2,cut=0.1".parse().unwrap();
        let world = World::by(method, kind, settings(10), faults).await;
        world.work().await;
        let secrets = method.fields.iter().filter(|field| field.is_secret);
        let secrets = secrets.map(|field| world.desk.credential(field.name));
        let secrets: Vec<_> = secrets.chain(world.access_token().await).collect();
        world.later().await;
        let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(!written.is_empty());
        for secret in secrets {
            assert!(!written.contains(&secret), "{kind:?} by {}", method.name);
        }
    }
}
