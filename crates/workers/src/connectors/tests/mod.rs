//! Connectors against simulated vendors, over HTTP: what is stored is what is true there.

mod auth;
mod between;
mod budgets;
mod conformance;
mod drift;
mod hooks;
mod intercom;
mod jira;
mod rules;
mod servicenow;
mod truth;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta};
use domain::connections::sync::{self, Account};
use domain::connections::{
    self, AuthMethod, Connection, ConnectionId, Credentials, FieldMapping, NewConnection, Vendor,
};
use domain::kernel::jobs::{Claimed, Outcome};
use domain::kernel::{App, Caller, Clock, Scope, TenantId};
use domain::testing::TestApp;
use simulators::live::{self, LiveDesk};
use simulators::model::{Model, Settings};
use simulators::server::Faults;
use simulators::{Kind, Options, Simulator};
use tokio::task::{JoinHandle, spawn};

use super::http::{Budgets, Http};
use crate::bus::Bus;
use crate::context::Context;
use crate::egress::Egress;

/// A tenant with a simulated helpdesk, and whoever does the work.
struct World {
    test: Arc<TestApp>,
    acme: Caller,
    context: Context,
    desk: Simulator,
    id: ConnectionId,
    /// So many seconds the vendor's clock is fast.
    skew: i64,
}

impl World {
    async fn new(tickets: u64, faults: Faults) -> Self {
        Self::of(Kind::Zendesk, tickets, faults).await
    }

    async fn of(kind: Kind, tickets: u64, faults: Faults) -> Self {
        Self::at(kind, settings(tickets), faults).await
    }

    async fn at(kind: Kind, settings: Settings, faults: Faults) -> Self {
        let usual = &Vendor::from_word(kind.word()).unwrap().descriptor().auth_methods[0];
        Self::by(usual, kind, settings, faults).await
    }

    /// One that is signed in to in this way.
    async fn by(method: &AuthMethod, kind: Kind, settings: Settings, faults: Faults) -> Self {
        let options = Options { live_per_second: 0.0, unlimited: true, faults };
        Self::with(method, kind, settings, options).await
    }

    async fn with(method: &AuthMethod, kind: Kind, settings: Settings, options: Options) -> Self {
        let test = Arc::new(TestApp::new().await);
        Self::in_service(test, "acme", method, kind, settings, options).await
    }

    /// Another tenant of the same service, with a helpdesk of the same vendor's.
    async fn beside(&self) -> Self {
        let (kind, settings) = (self.desk.kind(), self.desk.desk().model().settings().clone());
        let method = Vendor::from_word(kind.word()).unwrap().descriptor().auth_methods[0];
        let options = Options { live_per_second: 0.0, unlimited: true, faults: Faults::default() };
        Self::in_service(Arc::clone(&self.test), "globex", &method, kind, settings, options).await
    }

    async fn in_service(
        test: Arc<TestApp>,
        slug: &str,
        method: &AuthMethod,
        kind: Kind,
        settings: Settings,
        options: Options,
    ) -> Self {
        let acme = test.tenant(slug).await;
        let desk = desk(kind, test.app.clock(), settings, &options);
        let address = desk.address().to_string();
        let egress = Egress::new(vec![address.parse().unwrap()]).unwrap();
        let budgets = Budgets::new(Bus::local());
        let context = Context { app: test.app.clone(), egress, budgets };
        let fields = method.fields.iter();
        let secrets: Vec<_> =
            fields.map(|field| (field.name, desk.credential(field.name))).collect();
        let secrets = secrets.iter().map(|(name, text)| (*name, text.as_str()));
        let new = NewConnection {
            name: "Desk".to_owned(),
            vendor: Vendor::from_word(kind.word()).unwrap(),
            base_url: desk.base_url().to_owned(),
            credentials: Credentials::new(secrets),
            cadence_seconds: None,
            sync_from: DateTime::from_timestamp(desk.desk().model().midnight(from()), 0),
            field_mapping: Some(FieldMapping {
                escalated_tags: vec!["escalated".to_owned()],
                test_tags: vec!["test".to_owned()],
            }),
        };
        let made = test.app.write(&acme, async |scope| connections::create(scope, new).await);
        let id = made.await.unwrap().id;
        Self { test, acme, context, desk, id, skew: options.faults.skew }
    }

    fn app(&self) -> &App {
        &self.test.app
    }

    /// Does everything that is due, and what that leads to. Nobody waits: the time for which something is put off goes by at once. It gives how
    /// often something was put off for a while.
    async fn work(&self) -> u32 {
        let (app, mut after, mut put_off) = (self.app(), TenantId::NONE, 0);
        while let Some(job) = app.claim(after, &crate::JOBS.names()).await.unwrap() {
            after = job.tenant;
            let kind = crate::JOBS.find(&job.kind).unwrap();
            let (outcome, wait) = match kind.run(&self.context, &job).await.unwrap() {
                Outcome::Snooze(wait) => (Outcome::Snooze(Duration::ZERO), wait),
                ended @ (Outcome::Done | Outcome::Retry(_) | Outcome::Ended) => {
                    (ended, Duration::ZERO)
                }
            };
            app.finish(&job, &outcome, None).await.unwrap();
            if !wait.is_zero() {
                put_off += 1;
                app.clock().advance(TimeDelta::from_std(wait).unwrap());
                self.set_clocks();
            }
        }
        put_off
    }

    /// The job that reads the desk, which is due.
    async fn claimed(&self) -> Claimed {
        self.app().claim(TenantId::NONE, &["connections.sync"]).await.unwrap().unwrap()
    }

    /// Does a job beside whoever calls.
    #[expect(clippy::disallowed_methods, reason = "whoever calls waits for how it ended")]
    fn take_turn(&self, job: &Claimed) -> JoinHandle<Outcome> {
        let (context, job) = (self.context.clone(), job.clone());
        spawn(
            async move { crate::JOBS.find(&job.kind).unwrap().run(&context, &job).await.unwrap() },
        )
    }

    /// Lets the cadence go by, here and there.
    async fn later(&self) -> u32 {
        self.app().clock().advance(TimeDelta::minutes(20));
        self.set_clocks();
        self.work().await
    }

    /// The time that went by here went by there, too, and the other way round.
    fn set_clocks(&self) {
        let (here, there) = (self.app().clock(), self.desk.desk().clock());
        let behind = here.now().timestamp() + self.skew - there.now();
        there.advance(behind.max(0));
        let there = DateTime::from_timestamp(there.now() - self.skew, 0).unwrap();
        here.advance((there - here.now()).max(TimeDelta::zero()));
    }

    /// Lets a day go by, so that what is gone without a word is missed.
    async fn next_day(&self) {
        self.app().clock().advance(TimeDelta::days(1));
        self.later().await;
    }

    /// Asks the desk as a runner does.
    async fn http(&self) -> Http {
        self.http_at(&self.context, self.desk.base_url()).await
    }

    /// Asks whoever is at an address as if it was the desk.
    async fn http_at(&self, context: &Context, address: &str) -> Http {
        let account = Account { base_url: address.to_owned(), ..self.account().await };
        let manners = super::of(account.vendor).manners();
        Http::new(context, self.acme.tenant, &account, manners).unwrap()
    }

    /// What a runner knows of it.
    async fn account(&self) -> Account {
        let caller = Caller::system(self.acme.tenant);
        let read = async |scope: &Scope| sync::account(scope, self.id).await;
        self.app().read(&caller, read).await.unwrap().unwrap()
    }

    async fn connection(&self) -> Connection {
        let read = async |scope: &Scope| connections::get(scope, self.id).await;
        self.app().read(&self.acme, read).await.unwrap()
    }
}

fn from() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, 1).unwrap()
}

/// A desk whose settled days have ended a while ago, so that everything of them can be exported.
fn settings(tickets: u64) -> Settings {
    let (agents, days, zone) = (6, 60, "UTC".to_owned());
    Settings { agents, tickets, from: from(), days, zone, ..Settings::default() }
}

fn desk(kind: Kind, clock: &Clock, settings: Settings, options: &Options) -> Simulator {
    assert!(settings.until() < clock.now().date_naive());
    let desk = LiveDesk::new(
        Model::new(settings).unwrap(),
        live::Clock::manual(clock.now().timestamp() + options.faults.skew),
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    Simulator::start(kind, listener, desk, options).unwrap()
}
