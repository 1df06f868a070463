//! What is told by nobody but ServiceNow.

use std::collections::{BTreeMap, HashSet};

use chrono::DateTime;
use domain::connections::{self, ConnectionPatch, ConnectionState, Credentials, RunState, Vendor};
use domain::kernel::Scope;
use domain::tickets::source::SourceRow;
use simulators::Kind;
use simulators::server::Faults;

use super::World;
use super::between::Between;
use super::hooks::Ear;
use crate::connectors;
use crate::connectors::contract::{Checkpoint, Desk, Item};

impl World {
    async fn servicenow(tickets: u64, faults: &str) -> Self {
        Self::of(Kind::Servicenow, tickets, faults.parse::<Faults>().unwrap()).await
    }

    async fn sign_in(&self, user: &str, password: &str) {
        let credentials = Credentials::new([("username", user), ("password", password)]);
        let patch = ConnectionPatch { credentials: Some(credentials), ..Default::default() };
        let change = async |scope: &Scope| connections::update(scope, self.id, patch).await;
        self.app().write(&self.acme, change).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_read_to_its_end_and_its_numbers_are_its_own() {
    let world = World::servicenow(800, "").await;
    world.work().await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Active, "{connection:?}");
    world.assert_true().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_on_an_instance_happens_here_and_is_read_once() {
    let world = World::servicenow(150, "").await;
    world.work().await;
    let deleted = world.desk.desk().removed().len();
    for _ in 0..8 {
        world.desk.change(150);
        world.later().await;
    }
    assert!(world.desk.desk().removed().len() > deleted, "nothing was deleted");
    world.assert_true().await;
    world.later().await;
    let runs = world.runs().await;
    let last = runs.iter().max_by_key(|run| run.started_at).unwrap();
    assert_eq!((last.state, last.changed), (RunState::Succeeded, 0), "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_the_history_is_told_so() {
    let world = World::servicenow(30, "").await;
    let agent = world.desk.desk().model().desk().agents[0].person.email.clone();
    let agent = agent.split('@').next().unwrap();
    world.sign_in(agent, &world.desk.credential("agent_password")).await;
    world.work().await;
    assert_eq!(world.connection().await.state, ConnectionState::Error);
    let health = async |scope: &Scope| connections::health(scope, world.id).await;
    let told = format!("{:?}", world.app().read(&world.acme, health).await.unwrap());
    assert!(told.contains("of sys_audit there are records"), "{told}");
    let credential = |name| world.desk.credential(name);
    world.sign_in(&credential("username"), &credential("password")).await;
    world.work().await;
    assert_eq!(world.connection().await.state, ConnectionState::Active);
    world.sign_in(&credential("username"), "not the password").await;
    world.later().await;
    assert_eq!(world.connection().await.state, ConnectionState::Error);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_tags_reads_everything_else() {
    const CLOSED: &str = "403 Forbidden\r\ncontent-length: 2\r\n\r\n{}";
    let mut world = World::servicenow(60, "").await;
    let between = Between::new(world.desk.address(), CLOSED);
    between.answers_for(Some("label_entry"));
    world.by_way_of(&between).await;
    assert_eq!(world.connection().await.state, ConnectionState::Active);
    assert_eq!(world.runs().await.pop().unwrap().state, RunState::Succeeded);
    between.answers_for(None);
    world.read_again(DateTime::UNIX_EPOCH).await;
    world.assert_true().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_is_fetched_is_told_as_its_page_tells_it() {
    let world = World::servicenow(250, "").await;
    let connector = connectors::of(Vendor::Servicenow);
    let (http, agents) = (world.http().await, HashSet::new());
    let desk = Desk { http: &http, agents: &agents };
    let tickets = connector.streams().iter().find(|stream| stream.name == "tickets").unwrap();
    let mut told: BTreeMap<String, SourceRow> = BTreeMap::new();
    let mut at = Checkpoint::Start { from: DateTime::UNIX_EPOCH };
    loop {
        let step = connector.step(&desk, tickets, at).await.unwrap();
        for item in step.items {
            let Item::Ticket(row) = item else { panic!("{item:?}") };
            assert!(told.insert(row.ticket.clone(), *row).is_none(), "told twice");
        }
        at = step.next;
        if !step.has_more {
            break;
        }
    }
    assert!(told.len() > 200, "{}", told.len());
    for (id, row) in told.iter().step_by(20) {
        let fetched = connector.fetch(&desk, id).await.unwrap().unwrap();
        assert_eq!(fetched, [Item::Ticket(Box::new(row.clone()))]);
    }
    let nobody = "0".repeat(32);
    assert_eq!(connector.fetch(&desk, &nobody).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_business_rule_sends_is_there_before_anybody_looks() {
    let faults = "lost-webhook=0.1,doubled-webhook=0.1,reordered-webhook=0.1,429=0.03,5xx=0.05";
    let world = World::servicenow(80, faults).await;
    world.work().await;
    let ear = Ear::new();
    let hook = world.listen(&ear).await;
    for turn in 0..4 {
        world.desk.change(100);
        assert!(world.hear(&ear, hook).await > 50);
        if turn % 2 == 1 {
            world.later().await;
        }
    }
    let shown = world.hook(hook).await;
    assert_eq!((shown.waiting, shown.trouble), (0, None));
    world.assert_true().await;
}
