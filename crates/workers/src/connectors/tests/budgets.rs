//! Vendors whose limits hold.

use std::time::Duration;

use chrono::TimeDelta;
use domain::connections::{AuthMethod, Vendor};
use serde_json::Value;
use simulators::{Kind, Options};

use super::hooks::Ear;
use super::{World, settings};
use crate::bus::Bus;
use crate::bus::tests::server;
use crate::connectors::contract::VendorError;
use crate::connectors::http::{Budgets, Http};
use crate::context::Context;

/// How many requests a vendor lets one make in a window of which its headers tell, and how many tickets take more than what the background may have.
const TOLD: [(Kind, u64, u64); 2] = [(Kind::Intercom, 167, 250), (Kind::Freshdesk, 400, 350)];
/// Who one is, at Intercom and at Zendesk.
const ME: &str = "/me";
const ZENDESK_ME: &str = "/api/v2/users/me.json";

impl World {
    /// One whose vendor's limits hold.
    async fn limited(kind: Kind, tickets: u64) -> Self {
        let usual: &AuthMethod =
            &Vendor::from_word(kind.word()).unwrap().descriptor().auth_methods[0];
        Self::with(usual, kind, settings(tickets), Options::default()).await
    }

    /// The same asked by another process, which it has a Redis in common with or nothing.
    fn elsewhere(&self, bus: Bus) -> Context {
        Context { budgets: Budgets::new(bus), ..self.context.clone() }
    }

    fn pass_for(&self, wait: Duration) {
        self.app().clock().advance(TimeDelta::from_std(wait).unwrap());
        self.set_clocks();
    }
}

/// Asks until it may not: how often it did, and how long it has to wait.
async fn asked(http: &Http, path: &str) -> (u64, Duration) {
    let mut asked = 0;
    loop {
        match http.get::<Value>(path).await {
            Ok(_) => asked += 1,
            Err(VendorError::Limited(wait)) => return (asked, wait),
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_what_is_left_asks_for_no_more() {
    for (kind, limit, tickets) in TOLD {
        let world = World::limited(kind, tickets).await;
        world.work().await;
        world.desk.change(60);
        world.later().await;
        world.assert_true().await;
        let (asked, refused) = world.desk.requests();
        assert_eq!(refused, 0, "{kind:?}: of {asked}");
        let share = limit * 4 / 5;
        assert!(asked > share, "{kind:?} was asked {asked} times: too few to be limited");
    }
}

/// Each hint costs two requests, and there are more than a minute allows.
#[tokio::test(flavor = "multi_thread")]
async fn hints_are_looked_up_as_fast_as_the_vendor_lets_one() {
    let world = World::limited(Kind::Zendesk, 400).await;
    world.work().await;
    let ear = Ear::new();
    let hook = world.listen(&ear).await;
    let before = world.desk.requests();
    world.desk.change(1_600);
    world.hear(&ear, hook).await;
    let hook = world.hook(hook).await;
    assert_eq!((hook.waiting, hook.trouble), (0, None));
    let (asked, refused) = world.desk.requests();
    assert_eq!(refused, before.1, "of {asked}");
    assert!(asked - before.0 > 700, "{asked} are too few to be limited");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_waits_for_gets_through_where_the_background_has_to_wait() {
    let world = World::limited(Kind::Intercom, 20).await;
    let (background, urgent) = (world.http().await, world.http().await.urgent());
    let (taken, wait) = asked(&background, ME).await;
    assert!(taken > 120 && taken < 140, "{taken}");
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(11), "{wait:?}");
    let (more, _) = asked(&urgent, ME).await;
    assert!(more > 20 && taken + more < 167, "{more}");
    world.pass_for(wait);
    assert!(asked(&background, ME).await.0 > 120);
    assert_eq!(world.desk.requests().1, 0);
}

/// Zendesk's exports have a limit of which no header tells.
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_asks_to_wait_holds_up_nothing_else() {
    let world = World::limited(Kind::Zendesk, 20).await;
    let http = world.http().await;
    let export = "/api/v2/incremental/tickets/cursor.json?start_time=0";
    let (taken, wait) = asked(&http, export).await;
    assert_eq!((taken, world.desk.requests().1), (10, 1));
    assert!(wait > Duration::from_secs(50), "{wait:?}");
    http.get::<Value>(ZENDESK_ME).await.unwrap();
    world.pass_for(wait);
    http.get::<Value>(export).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn runners_of_two_processes_share_what_is_left() {
    let Some(url) = server() else { return };
    let mut world = World::limited(Kind::Intercom, 250).await;
    let there = world.elsewhere(Bus::redis(&url).unwrap());
    world.context = world.elsewhere(Bus::redis(&url).unwrap());
    let (here, there) = (world.http().await, world.http_at(&there, world.desk.base_url()).await);
    let (_, wait) = asked(&here, ME).await;
    let before = world.desk.requests();
    assert_eq!(asked(&there, ME).await, (0, wait), "it knows without having asked");
    assert_eq!(world.desk.requests(), before);
    let there = there.urgent();
    let (_, wait) = asked(&there, ME).await;
    assert_eq!(asked(&here.urgent(), ME).await, (0, wait));
    world.work().await;
    world.assert_true().await;
    assert_eq!(world.desk.requests().1, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_gone_stops_nothing() {
    let mut world = World::limited(Kind::Intercom, 250).await;
    // Nobody listens on the discard port of this machine.
    world.context = world.elsewhere(Bus::redis("redis://127.0.0.1:9/").unwrap());
    world.work().await;
    world.assert_true().await;
    let (asked, refused) = world.desk.requests();
    assert!(asked > 167 && refused == 0, "{refused} of {asked}");
}
