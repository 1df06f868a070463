//! What holds for every vendor. Each check goes through all of them, so that a new one is held to it without being named here.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use domain::connections::{
    self, ConnectionPatch, ConnectionState, Credentials, NewResync, RunKind, RunState, Vendor,
};
use domain::hooks::door;
use domain::kernel::jobs::Outcome;
use domain::kernel::{PageArgs, PersonId, Scope, TenantId};
use domain::people::{self, Person, PersonFilter};
use domain::privacy;
use simulators::Kind;
use simulators::server::Faults;
use tokio::time::{sleep, timeout};
use tracing_subscriber::fmt::MakeWriter;

use super::World;
use super::hooks::Ear;
use crate::context::Context;
use crate::egress::Egress;

impl World {
    /// One of each vendor's, and what was read from it.
    async fn each(tickets: u64, faults: &str) -> impl Iterator<Item = Self> {
        let mut worlds = Vec::new();
        for kind in Kind::ALL {
            worlds.push(Self::of(*kind, tickets, faults.parse::<Faults>().unwrap()).await);
        }
        worlds.into_iter()
    }

    /// Lets a day go by, so that what is gone without a word is missed.
    async fn next_day(&self) {
        self.app().clock().advance(TimeDelta::days(1));
        self.later().await;
    }

    async fn assert_quiet(&self) {
        let last = self.runs().await.pop().unwrap();
        let told = (last.kind, last.state, last.changed);
        let expected = (RunKind::Incremental, RunState::Succeeded, 0);
        assert_eq!(told, expected, "{:?}: {last:?}", self.desk.kind());
    }

    async fn health(&self) -> String {
        let read = async |scope: &Scope| connections::health(scope, self.id).await;
        format!("{:?}", self.app().read(&self.acme, read).await.unwrap())
    }

    async fn everybody(&self) -> Vec<Person> {
        let args = PageArgs { limit: Some(200), after: None };
        let read = async |scope: &Scope| people::list(scope, &PersonFilter::default(), &args).await;
        self.app().read(&self.acme, read).await.unwrap().items
    }
}

#[test]
fn every_vendor_has_a_stand_in() {
    let words: BTreeSet<_> = Vendor::ALL.iter().map(|vendor| vendor.word()).collect();
    let kinds: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(words, kinds);
    for kind in Kind::ALL {
        let vendor = Vendor::from_word(kind.word()).unwrap();
        assert_eq!(vendor.descriptor().name, kind.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_read_to_its_end_and_a_second_time_changes_nothing() {
    for world in World::each(120, "").await {
        world.work().await;
        let connection = world.connection().await;
        assert_eq!(connection.state, ConnectionState::Active, "{connection:?}");
        assert!(connection.account_name.is_some(), "{connection:?}");
        world.assert_true().await;
        world.later().await;
        world.assert_quiet().await;
        world.next_day().await;
        world.assert_quiet().await;
        let from = NewResync { from: chrono::DateTime::UNIX_EPOCH };
        let again = async |scope: &Scope| connections::resync(scope, world.id, from).await;
        world.app().write(&world.acme, again).await.unwrap();
        world.work().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_merged_or_spam_there_is_so_here() {
    for world in World::each(60, "").await {
        world.work().await;
        let before = world.desk.desk().removed().len();
        for _ in 0..3 {
            world.desk.change(150);
            world.later().await;
        }
        assert!(world.desk.desk().removed().len() > before);
        world.next_day().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_knows_breaks_nothing() {
    for world in World::each(60, "unknown-field=1,unknown-value=0.3").await {
        world.work().await;
        world.desk.change(60);
        world.later().await;
        let health = world.health().await;
        let run = world.runs().await.pop().unwrap();
        assert_eq!(run.state, RunState::Succeeded, "{:?}: {health}", world.desk.kind());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_cursor_loses_nothing() {
    for world in World::each(60, "expired-cursor=0.3,duplicated-page=0.2").await {
        world.work().await;
        for _ in 0..3 {
            world.desk.change(60);
            world.later().await;
        }
        world.next_day().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_may_be_cut_off_anywhere() {
    for world in World::each(120, "").await {
        let (app, mut cut) = (world.app(), 0);
        // Dropped as by a kill: what was not committed never was. Each time it gets a little further.
        for turn in 1..1_000 {
            if world.health().await.contains("synced_at: Some") {
                break;
            }
            let Some(job) = app.claim(TenantId::NONE, &crate::JOBS.names()).await.unwrap() else {
                // The database is still taking back what was dropped.
                sleep(Duration::from_millis(5)).await;
                continue;
            };
            let kind = crate::JOBS.find(&job.kind).unwrap();
            let run = kind.run(&world.context, &job);
            match timeout(Duration::from_millis(5 * turn), run).await {
                Ok(outcome) => {
                    let outcome = match outcome.unwrap() {
                        Outcome::Snooze(_) => Outcome::Snooze(Duration::ZERO),
                        ended @ (Outcome::Done | Outcome::Retry(_)) => ended,
                    };
                    app.finish(&job, &outcome, None).await.unwrap();
                }
                Err(_dropped) => {
                    cut += 1;
                    // Its lease ends.
                    app.clock().advance(TimeDelta::seconds(5));
                }
            }
        }
        world.work().await;
        assert!(cut > 0, "{:?} was never cut off", world.desk.kind());
        world.assert_true().await;
        world.later().await;
        world.assert_quiet().await;
    }
}

/// Answers everything with one answer.
fn stub(answer: &'static str) -> String {
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
            let context = Context { app: world.app().clone(), egress };
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
    for world in World::each(10, "5xx=0.2,cut=0.1").await {
        world.work().await;
        world.later().await;
        let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(!written.is_empty());
        for (name, text) in world.desk.credentials() {
            let is_secret = !matches!(name, "email" | "username");
            assert!(!is_secret || !written.contains(&text), "{:?}: {name}", world.desk.kind());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_heard_where_it_is_the_vendors_and_nowhere_else() {
    for world in World::each(60, "").await {
        world.work().await;
        let ear = Ear::new();
        let hook = world.listen(&ear).await;
        world.desk.change(60);
        world.desk.delivered().await;
        let (door, now) =
            (door(world.app(), hook).await.unwrap().unwrap(), world.app().clock().now());
        let vendor = Vendor::from_word(world.desk.kind().word()).unwrap();
        let header = vendor.descriptor().hook.header();
        let heard = ear.heard();
        assert!(!heard.is_empty(), "{vendor:?}");
        for delivery in &heard {
            assert!(door.verify(delivery, &delivery.body, now).is_ok(), "{vendor:?}");
            let signature = delivery.headers[header].clone();
            for wrong in [String::new(), signature.to_uppercase() + "0", signature[1..].to_owned()]
            {
                let mut forged = delivery.clone();
                forged.headers.insert(header.to_owned(), wrong);
                assert!(door.verify(&forged, &forged.body, now).is_err(), "{vendor:?}");
            }
            let mut bare = delivery.clone();
            bare.headers.remove(header);
            assert!(door.verify(&bare, &bare.body, now).is_err(), "{vendor:?}");
            crate::connectors::of(vendor).hints(&delivery.body).unwrap();
        }
        for nonsense in [&b""[..], b"{", b"[]", b"\xff", b"null", b"{\"id\": {}}"] {
            // It may be unreadable, and may say nothing.
            let hints = crate::connectors::of(vendor).hints(nonsense).unwrap_or_default();
            assert_eq!(hints, Vec::<String>::new(), "{vendor:?}");
        }
        assert!(world.hear(&ear, hook).await > 0);
        let shown = world.hook(hook).await;
        assert_eq!((shown.waiting, shown.trouble), (0, None), "{vendor:?}");
        world.later().await;
        world.next_day().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_a_helpdesk_that_lets_nobody_in_stops_the_connection() {
    for world in World::each(20, "").await {
        world.work().await;
        let (ear, app) = (Ear::new(), world.app());
        let hook = world.listen(&ear).await;
        world.desk.change(20);
        world.desk.delivered().await;
        world.take_in(&ear, hook).await;
        let secrets = world.desk.credentials();
        let wrong = secrets.iter().map(|(name, text)| match *name {
            "email" | "username" => (*name, text.as_str()),
            _ => (*name, "not-what-opens-it"),
        });
        let credentials = Some(Credentials::new(wrong));
        let patch = ConnectionPatch { credentials, ..ConnectionPatch::default() };
        let change = async |scope: &Scope| connections::update(scope, world.id, patch).await;
        app.write(&world.acme, change).await.unwrap();
        for expected in [Outcome::Snooze(Duration::ZERO), Outcome::Done] {
            let job = app.claim(TenantId::NONE, &["hooks.receive"]).await.unwrap().unwrap();
            let kind = crate::JOBS.find(&job.kind).unwrap();
            let outcome = kind.run(&world.context, &job).await.unwrap();
            assert_eq!(outcome, expected, "{:?}", world.desk.kind());
            app.finish(&job, &outcome, None).await.unwrap();
            assert_eq!(world.connection().await.state, ConnectionState::Error);
        }
        assert_eq!(world.hook(hook).await.waiting, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_lost_doubled_or_late_change_nothing_in_the_end() {
    let faults = "lost-webhook=0.1,doubled-webhook=0.1,reordered-webhook=0.1,429=0.02,5xx=0.03";
    for world in World::each(60, faults).await {
        world.work().await;
        let ear = Ear::new();
        let hook = world.listen(&ear).await;
        for _ in 0..2 {
            world.desk.change(100);
            world.hear(&ear, hook).await;
            world.later().await;
        }
        world.next_day().await;
        assert_eq!(world.hook(hook).await.waiting, 0);
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_erased_stays_erased() {
    for world in World::each(60, "").await {
        world.work().await;
        let agent = world.everybody().await.into_iter().find(|it| it.work_email.is_some());
        let agent = agent.unwrap();
        let (id, name): (PersonId, _) = (agent.id, agent.name.clone());
        let system = domain::kernel::Caller::system(world.acme.tenant);
        privacy::erase_person(world.app(), &system, id).await.unwrap();
        let from = NewResync { from: chrono::DateTime::UNIX_EPOCH };
        let again = async |scope: &Scope| connections::resync(scope, world.id, from).await;
        world.app().write(&world.acme, again).await.unwrap();
        world.work().await;
        let names: Vec<_> = world.everybody().await.into_iter().map(|it| it.name).collect();
        assert!(names.len() > 3 && !names.contains(&name), "{:?}: {names:?}", world.desk.kind());
    }
}
