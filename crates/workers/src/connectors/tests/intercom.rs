//! Intercom: what is deleted there is told by webhooks alone, so a day goes by until it is missed.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::hash::Hash;

use domain::connections::{ConnectionState, RunKind, RunState};
use domain::kernel::{PageArgs, Scope};
use domain::tickets::{self, Rating, Ticket, TicketFilter, TicketId};
use simulators::Kind;
use simulators::model::{self, Act, Priority};
use simulators::server::Faults;

use super::World;

impl World {
    /// Lets the time of a sweep go by.
    async fn a_day_later(&self) {
        self.app().clock().advance(chrono::TimeDelta::days(1));
        self.later().await;
    }

    /// All tickets and their ratings, by the source's ids.
    async fn stored(&self) -> BTreeMap<String, (Ticket, Vec<Rating>)> {
        let (mut found, mut after) = (BTreeMap::new(), None);
        loop {
            let args = PageArgs { limit: Some(200), after };
            let read = async |scope: &Scope| {
                let page = tickets::list(scope, &TicketFilter::default(), &args).await?;
                let ids: Vec<TicketId> = page.items.iter().map(|ticket| ticket.id).collect();
                let ratings = tickets::ratings_of(scope, &ids).await?;
                Ok((page, ratings))
            };
            let (page, ratings) = self.app().read(&self.acme, read).await.unwrap();
            let mut ratings: HashMap<_, _> = ratings.into_iter().collect();
            for ticket in page.items {
                let rated = ratings.remove(&ticket.id).unwrap_or_default();
                found.insert(ticket.external_id.clone(), (ticket, rated));
            }
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    }

    /// Every ticket of the desk as Intercom knows it is here, and no other. Gives how many are here as deleted.
    async fn assert_same(&self) -> usize {
        let mut stored = self.stored().await;
        let (mut people, mut queues) = (Pairs::default(), Pairs::default());
        let (mut rated, mut deleted) = (0, 0);
        for known in self.desk.tickets() {
            let id = self.desk.ticket_id(known.number);
            let is_deleted = known.events.iter().any(|event| event.act == Act::Deleted);
            let Some((ticket, ratings)) = stored.remove(&id) else {
                assert!(is_deleted, "{id} is missing");
                continue;
            };
            assert_eq!(ticket.deleted_at.is_some(), is_deleted, "{id}");
            if is_deleted {
                deleted += 1;
                continue;
            }
            let stands = Stands::of(&known);
            assert_eq!(ticket.created_at.timestamp(), known.created_at, "{id}");
            assert_eq!(ticket.channel.word(), known.channel.word(), "{id}");
            assert_eq!(ticket.initiated_by.word(), known.initiated_by.word(), "{id}");
            assert_eq!(ticket.status.word(), stands.status, "{id}");
            assert_eq!(ticket.priority.as_deref(), Some(stands.priority), "{id}");
            let mut tags = ticket.tags.clone();
            tags.retain(|tag| tag != "escalated" && tag != "test");
            assert_eq!(tags, stands.tags, "{id}");
            people.pair(ticket.assignee_id, stands.assignee);
            queues.pair(ticket.queue_id, stands.queue);
            let told: Vec<_> =
                ratings.iter().map(|it| (it.rated_at.timestamp(), it.score, it.best)).collect();
            assert_eq!(told, Vec::from_iter(stands.rated), "{id}");
            rated += told.len();
        }
        assert!(stored.is_empty(), "{:?}", stored.keys());
        assert!(rated > 5, "{rated} rated");
        deleted
    }
}

/// Which of ours is which of theirs, always.
#[derive(Default)]
struct Pairs<A, B>(HashMap<A, B>, HashMap<B, A>);

impl<A: Copy + Eq + Hash + Debug, B: Copy + Eq + Hash + Debug> Pairs<A, B> {
    fn pair(&mut self, ours: A, theirs: B) {
        assert_eq!(*self.0.entry(ours).or_insert(theirs), theirs);
        assert_eq!(*self.1.entry(theirs).or_insert(ours), ours);
    }
}

/// How a ticket stands after its last event.
struct Stands {
    status: &'static str,
    priority: &'static str,
    assignee: Option<u16>,
    queue: Option<model::Queue>,
    tags: Vec<&'static str>,
    rated: Option<(i64, i32, i32)>,
}

impl Stands {
    fn of(ticket: &model::Ticket) -> Self {
        let (status, priority, assignee, queue) = ("new", "not_priority", None, None);
        let (tags, rated) = (Vec::new(), None);
        let mut it = Self { status, priority, assignee, queue, tags, rated };
        for event in &ticket.events {
            it.status = event.status.map_or(it.status, model::Status::word);
            it.queue = event.queue.or(it.queue);
            it.assignee = event.assignee.or(it.assignee);
            it.tags.extend(event.tag);
            it.priority = match event.priority {
                Some(Priority::High) => "priority",
                Some(_) => "not_priority",
                None => it.priority,
            };
            if event.act == Act::Unassigned {
                it.assignee = None;
            }
            if let Act::Rated { score, .. } = event.act {
                it.rated = Some((event.at, score.into(), 5));
            }
        }
        it
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn intercom_is_read_to_its_end_and_its_numbers_are_its_own() {
    let world = World::of(Kind::Intercom, 400, Faults::default()).await;
    world.work().await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Active, "{connection:?}");
    world.assert_true().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_intercom_happens_here_and_what_is_gone_is_missed() {
    let world = World::of(Kind::Intercom, 150, Faults::default()).await;
    world.work().await;
    let deleted = || {
        let desk = world.desk.desk();
        (1..=desk.count()).filter(|number| desk.was_deleted(*number)).count()
    };
    let before = deleted();
    for _ in 0..4 {
        world.desk.change(150);
        world.later().await;
    }
    assert!(world.desk.desk().count() > 150 && deleted() > before);
    world.a_day_later().await;
    world.assert_true().await;
    assert!(world.assert_same().await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_on_the_way_from_intercom_changes_nothing() {
    let faults = "429=0.05,5xx=0.1,cut=0.1,duplicated-items=0.3,reordered-items=0.3,duplicated-page=0.1,expired-cursor=0.1,unknown-field=0.5,unknown-value=0.2";
    let world = World::of(Kind::Intercom, 120, faults.parse().unwrap()).await;
    world.work().await;
    for _ in 0..4 {
        world.desk.change(100);
        world.later().await;
    }
    world.a_day_later().await;
    world.assert_true().await;
    world.assert_same().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_of_intercom_changes_nothing() {
    let world = World::of(Kind::Intercom, 60, Faults::default()).await;
    world.work().await;
    world.later().await;
    world.a_day_later().await;
    let told: Vec<_> =
        world.runs().await.iter().map(|run| (run.kind, run.state, run.changed > 0)).collect();
    let expected = [
        (RunKind::Backfill, RunState::Succeeded, true),
        (RunKind::Incremental, RunState::Succeeded, false),
        (RunKind::Incremental, RunState::Succeeded, false),
    ];
    assert_eq!(told, expected);
}
