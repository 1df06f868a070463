//! Lists that move while they are read, and limits in the middle of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::TcpListener;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta};
use domain::connections::sync::Account;
use domain::connections::{ConnectionState, Credentials, FieldMapping, Vendor};
use domain::kernel::TenantId;
use domain::testing::TestApp;
use reqwest::header::HeaderMap;
use simulators::live::{Clock, LiveDesk};
use simulators::model::{Model, Settings};
use simulators::{Kind, Options, Simulator};

use super::super::super::contract::{Checkpoint, Connector, Desk, Item, Step, VendorError};
use super::super::super::http::{Budgets, Http, Page};
use super::super::changes::{Listed, PER_PAGE, Place, changes_of};
use super::super::wire::Changed;
use super::super::{CONVERSATIONS, Freshdesk, RATINGS, TICKETS};
use crate::bus::Bus;
use crate::context::Context;
use crate::egress::Egress;

/// A simulated helpdesk, and somebody who asks it.
struct World {
    desk: Simulator,
    context: Context,
    http: Http,
    agents: HashSet<String>,
    start: Checkpoint,
}

impl World {
    async fn new(tickets: u64, options: Options) -> Self {
        let test = TestApp::new().await;
        let from = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
        let settings = Settings { agents: 6, tickets, from, days: 60, ..Settings::default() };
        let model = Model::new(settings).unwrap();
        // Long after all that is to come: whatever happens, happens at once.
        let clock = Clock::manual(model.ends() + 400 * 86_400);
        let start = DateTime::from_timestamp(model.starts(), 0).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let desk = LiveDesk::new(model, clock);
        let desk = Simulator::start(Kind::Freshdesk, listener, desk, &options).unwrap();
        let egress = Egress::new(vec![desk.address().to_string().parse().unwrap()]).unwrap();
        let budgets = Budgets::new(Bus::local());
        let context = Context { app: test.app.clone(), egress, budgets };
        let http = http(&context, &desk, "api_key");
        let (agents, start) = (HashSet::new(), Checkpoint::Start { from: start });
        Self { desk, context, http, agents, start }
    }

    async fn step(
        &self,
        stream: &super::super::Stream,
        at: &Checkpoint,
    ) -> Result<Step, VendorError> {
        let desk = Desk { http: &self.http, agents: &self.agents };
        Freshdesk.step(&desk, stream, at.clone()).await
    }

    fn later(&self, seconds: i64) {
        self.desk.desk().clock().advance(seconds);
        self.context.app.clock().advance(TimeDelta::seconds(seconds));
    }

    /// When each ticket that is listed last changed.
    fn touched(&self) -> BTreeMap<String, i64> {
        let desk = self.desk.desk();
        let listed = (1..=desk.count()).filter(|number| desk.removal(*number).is_none());
        listed.map(|number| (number.to_string(), desk.touched(number).unwrap())).collect()
    }
}

fn http(context: &Context, desk: &Simulator, key: &str) -> Http {
    let credentials = Credentials::new([("api_key", desk.credential(key).as_str())]);
    let account = Account {
        id: context.app.new_id(),
        vendor: Vendor::Freshdesk,
        base_url: desk.base_url().to_owned(),
        scheme: Vendor::Freshdesk.descriptor().auth_method(&credentials).unwrap().scheme,
        credentials,
        sync_from: DateTime::UNIX_EPOCH,
        mapping: FieldMapping::default(),
        cadence: Duration::ZERO,
        state: ConnectionState::Active,
    };
    Http::new(context, TenantId::NONE, &account, Freshdesk.manners()).unwrap()
}

/// Notes when the tickets of a step had last changed.
fn note(seen: &mut BTreeMap<String, i64>, step: &Step) {
    for item in &step.items {
        // What is promised of a ticket comes beside it.
        let Item::Ticket(row) = item else { continue };
        let known = seen.entry(row.ticket.clone()).or_default();
        *known = row.version.unwrap().max(*known);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moves_while_it_is_read_is_read_where_it_went() {
    let world = World::new(300, Options { unlimited: true, ..Options::default() }).await;
    world.desk.change(3_000);
    let second = world.desk.desk().clock().now();
    let at_once = world.touched().into_values().filter(|at| *at == second).count();
    assert!(at_once > 250, "{at_once} tickets changed within one second");
    world.later(600);
    let (mut seen, mut at, mut moves) = (BTreeMap::new(), world.start.clone(), 0);
    loop {
        let step = world.step(&TICKETS, &at).await.unwrap();
        note(&mut seen, &step);
        at = step.next;
        if !step.has_more {
            break;
        }
        // Of those that were read, some move to the end.
        if moves < 5 {
            world.desk.change(250);
            world.later(61);
            moves += 1;
        }
    }
    assert_eq!(moves, 5);
    let mut touched = world.touched();
    // What is away by now may have been read before.
    seen.retain(|number, _| touched.contains_key(number));
    assert_eq!(seen, touched);
    let again = world.step(&TICKETS, &at).await.unwrap();
    assert!(again.items.is_empty() && !again.has_more, "{again:?}");
    world.desk.change(300);
    touched = world.touched();
    let young = world.step(&TICKETS, &again.next).await.unwrap();
    assert!(young.items.is_empty(), "of a second that is not over, more may come");
    world.later(61);
    at = young.next;
    loop {
        let step = world.step(&TICKETS, &at).await.unwrap();
        note(&mut seen, &step);
        at = step.next;
        if !step.has_more {
            break;
        }
    }
    seen.retain(|number, _| touched.contains_key(number));
    assert_eq!(seen, touched);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_in_the_middle_of_a_page_loses_nothing_and_asks_nothing_twice() {
    let world = World::new(700, Options::default()).await;
    // So that it is reached well within a page.
    for _ in 0..150 {
        Freshdesk.check(&world.http).await.unwrap();
    }
    let (mut at, mut told, mut waits, mut short) = (world.start.clone(), BTreeSet::new(), 0, 0);
    loop {
        match world.step(&CONVERSATIONS, &at).await {
            Ok(step) => {
                let before = at.from();
                let mut tickets = BTreeSet::new();
                for item in &step.items {
                    let Item::Ticket(row) = item else { panic!("{item:?}") };
                    let id = row.events[0].id.clone().unwrap();
                    assert!(told.insert(id.clone()), "{id} was asked for twice");
                    tickets.insert(row.ticket.clone());
                }
                assert!(before <= step.next.from());
                short += usize::from(step.has_more && tickets.len() < 60);
                at = step.next;
                if !step.has_more {
                    break;
                }
            }
            Err(VendorError::Limited(wait)) => {
                world.later(wait.as_secs().cast_signed());
                waits += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(waits > 0 && short > 0, "{waits} waits, {short} short steps");
    let mut all = BTreeSet::new();
    for number in world.touched().into_keys() {
        world.later(61);
        let desk = Desk { http: &world.http, agents: &world.agents };
        for item in Freshdesk.fetch(&desk, &number).await.unwrap().unwrap() {
            let Item::Ticket(row) = item else { continue };
            let ids = row.events.into_iter().filter_map(|event| event.id);
            all.extend(ids.filter(|id| id.starts_with("conversation:")));
        }
    }
    assert_eq!(told, all);
}

#[tokio::test]
async fn what_moves_up_behind_a_page_of_one_second_is_found_there() {
    let second = super::time("2026-01-01T10:00:00Z");
    // So many of one second, in the order of their ids.
    let list = RefCell::new((0..350).map(|id| (second, id)).collect::<Vec<_>>());
    let page = |number: usize| {
        let list = list.borrow();
        let rest = list.iter().skip((number - 1) * PER_PAGE).take(PER_PAGE);
        let body = rest.map(|(updated_at, id)| Changed { id: *id, updated_at: *updated_at });
        let (body, asked_at) = (body.collect(), second + TimeDelta::days(1));
        async move { Ok(Page { body, asked_at, headers: HeaderMap::new() }) }
    };
    let mut place = Place::of(&Checkpoint::Start { from: second });
    let mut seen = BTreeMap::new();
    for moved in 0.. {
        let found = changes_of(&place, page).await.unwrap();
        seen.extend(found.tickets.iter().map(Listed::key).map(|(at, id)| (id, at)));
        let has_more = found.has_more;
        place = Place::of(&found.passed(place).checkpoint());
        if !has_more {
            break;
        }
        if moved < 3 {
            // The first ones change, and those behind them move up.
            let mut list = list.borrow_mut();
            let at = second + TimeDelta::minutes(moved + 1);
            let later: Vec<_> = list.drain(..7).map(|(_, id)| (at, id)).collect();
            list.extend(later);
        }
    }
    let expected: BTreeMap<_, _> = list.borrow().iter().map(|(at, id)| (*id, *at)).collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_see_every_ticket_is_not_let_in_and_who_has_no_surveys_is() {
    let mut world = World::new(50, Options { unlimited: true, ..Options::default() }).await;
    assert!(Freshdesk.check(&world.http).await.is_ok());
    let rated = world.step(&RATINGS, &world.start).await.unwrap();
    assert!(!rated.items.is_empty());
    world.http = http(&world.context, &world.desk, "agent_api_key");
    let refused = Freshdesk.check(&world.http).await.unwrap_err();
    assert!(refused.to_string().contains("global access"), "{refused}");
    let refused = world.step(&TICKETS, &world.start).await.unwrap_err();
    assert_eq!(refused.code(), "helpdesk_sign_in_failed");
    // Some plans have no surveys, which is the same answer.
    let none = world.step(&RATINGS, &world.start).await.unwrap();
    assert!(none.items.is_empty() && none.next == world.start && !none.has_more);
}
