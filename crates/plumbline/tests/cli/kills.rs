//! Killed at any moment and run again: nothing is lost, and nothing is there twice.

use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use domain::kernel::{App, Caller, Clock, Database, Ids, MasterKey, Scope};
use domain::kpis::{self, Grain, GroupBy, KpiQuery, Metric};
use domain::tenants;
use domain::testing::TestApp;
use tokio::runtime::Runtime;

use crate::bench::{Bench, Ended, on_server};

const TICKETS: u32 = 600;
const KILLS: u32 = 6;

pub(crate) struct Place {
    pub(crate) bench: Bench,
    runtime: Runtime,
    test: TestApp,
}

#[test]
fn an_import_and_a_worker_that_are_killed_lose_and_double_nothing() {
    let place = Place::new();
    place.bench.file("events.csv", &events());
    for slug in ["whole", "cut"] {
        let mut create = place.bench.create_tenant(slug);
        Ended::from(place.known(&mut create).output().unwrap()).json();
    }
    let begun = Instant::now();
    place.import("whole");
    let whole = begun.elapsed();
    for kill in 0..KILLS {
        // Each import goes quickly past what the ones before it have written.
        let spread = whole.mul_f64(f64::from(kill + 1) / f64::from(KILLS)).mul_f64(chance());
        kill_after(spread, place.command(&["import", "tickets", "--tenant", "cut", "events.csv"]));
        let serve = ["serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"];
        kill_after(Duration::from_millis(400).mul_f64(chance()), place.command(&serve));
    }
    place.import("cut");
    assert_eq!(place.import("cut")["changed"], 0);
    let (whole, cut) = (place.numbers("whole"), place.numbers("cut"));
    assert!(whole.len() > 100, "{whole:?}");
    assert_eq!(cut, whole);
}

impl Place {
    pub(crate) fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let test = runtime.block_on(TestApp::new());
        Self { bench: Bench::new(), runtime, test }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.bench.command(args);
        self.known(&mut command);
        command
    }

    pub(crate) fn known<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        match self.test.url() {
            Some(url) => on_server(command, &url),
            None => command,
        }
    }

    fn import(&self, tenant: &str) -> serde_json::Value {
        let args = ["import", "tickets", "--tenant", tenant, "--json", "events.csv"];
        Ended::from(self.command(&args).output().unwrap()).json()
    }

    /// Every number of a tenant, and that its rollups say what its facts say.
    fn numbers(&self, slug: &str) -> Vec<String> {
        self.runtime.block_on(async {
            let app = match self.test.url() {
                Some(_) => self.test.app.clone(),
                None => {
                    let file = self.bench.data().join("plumbline.db");
                    let database = Database::sqlite(&file, 2).await.unwrap();
                    domain::app(database, Clock::System, Ids::random(), MasterKey::new([7; 32]))
                }
            };
            numbers(&app, slug).await
        })
    }
}

async fn numbers(app: &App, slug: &str) -> Vec<String> {
    let tenant = app.system_read(async |scope| tenants::by_slug(scope, slug).await).await.unwrap();
    let caller = Caller::system(tenant.id);
    let day = |text: &str| Some(text.parse().unwrap());
    let mut told = Vec::new();
    for metric in Metric::ALL {
        let query = KpiQuery {
            from: day("2024-01-01"),
            to: day("2025-06-01"),
            grain: Some(Grain::Month),
            group_by: vec![GroupBy::Agent],
            ..KpiQuery::default()
        };
        let read = async |scope: &Scope| {
            let fast = kpis::answer(scope, *metric, &query).await?;
            Ok((fast, kpis::answer_from_facts(scope, *metric, &query).await?))
        };
        let (fast, slow) = app.read(&caller, read).await.unwrap();
        assert_eq!(fast, slow, "{metric:?}");
        for row in fast.rows {
            let who = row.agent.map(|agent| agent.name);
            told.push(format!(
                "{metric:?} {:?} {who:?} {:?} {:?} {:?} {:?}",
                row.bucket, row.n, row.mean, row.p50, row.max
            ));
        }
    }
    told
}

/// Rows of all tickets mixed, as a source writes them in order of time.
fn events() -> String {
    let mut rows = Vec::new();
    for ticket in 0..TICKETS {
        let (day, agent) = (ticket * 7 % 365, ticket % 8);
        for (step, what) in
            ["created", "message", "status:pending", "status:solved"].into_iter().enumerate()
        {
            let minute = u64::from(day) * 1_440 + u64::from(ticket) % 97 + step as u64 * 1_213;
            rows.push((minute, ticket, agent, what));
        }
    }
    rows.sort_unstable();
    let start: chrono::DateTime<chrono::Utc> = "2024-01-01T00:00:00Z".parse().unwrap();
    let mut file = "ticket,time,kind,actor,assignee\n".to_owned();
    for (minute, ticket, agent, what) in rows {
        let at = start + chrono::TimeDelta::minutes(minute.cast_signed());
        let who = if what == "created" { String::new() } else { format!("agent-{agent}") };
        writeln!(file, "{ticket},{},{what},{who},{who}", at.to_rfc3339()).unwrap();
    }
    file
}

pub(crate) fn kill_after(time: Duration, mut command: Command) {
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.unwrap();
    sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// From 0 to 1, another one in every run.
pub(crate) fn chance() -> f64 {
    f64::from(RandomState::new().hash_one(0) as u32) / f64::from(u32::MAX)
}
