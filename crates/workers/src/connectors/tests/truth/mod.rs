//! What was synced is what is there: every ticket, and the numbers of all of them.

mod history;
mod promises;
mod tickets;
mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Months, NaiveDate};

use domain::connections::ConnectionState;
use domain::kernel::Scope;
use domain::kpis::{self, Grain, GroupBy, KpiQuery};
use simulators::Kind;
use simulators::model::Settings;
use simulators::server::Faults;
use simulators::truth::{Figure, Metric, Of};

use super::hooks::Ear;
use super::{World, from, settings};

/// All there are. That a ticket was escalated a tag says, which the connection's mapping names.
const METRICS: [(Metric, kpis::Metric); 7] = [
    (Metric::EscalatedTickets, kpis::Metric::EscalatedTickets),
    (Metric::TicketsCreated, kpis::Metric::TicketsCreated),
    (Metric::TicketsSolved, kpis::Metric::TicketsSolved),
    (Metric::FirstResponseTime, kpis::Metric::FirstResponseTime),
    (Metric::FullResolutionTime, kpis::Metric::FullResolutionTime),
    (Metric::ReopenedTickets, kpis::Metric::ReopenedTickets),
    (Metric::Backlog, kpis::Metric::Backlog),
];

impl World {
    /// Every ticket, and every figure of the desk, of its agents and of its channels.
    pub(super) async fn assert_true(&self) {
        self.assert_tickets().await;
        self.assert_figures().await;
    }

    async fn assert_figures(&self) {
        let truth = self.desk.truth();
        let agents = &self.desk.desk().model().desk().agents;
        let mut compared = 0;
        for (theirs, ours) in METRICS {
            for group in [None, Some(GroupBy::Agent), Some(GroupBy::Channel)] {
                let mut expected = BTreeMap::new();
                for (_, month, of, figure) in truth.figures().filter(|it| it.0 == theirs) {
                    let name = match (group, of) {
                        (None, Of::Desk) => String::new(),
                        (Some(GroupBy::Agent), Of::Agent(agent)) => agent
                            .map(|agent| agents[usize::from(agent)].person.name.clone())
                            .unwrap_or_default(),
                        (Some(GroupBy::Channel), Of::Channel(channel)) => {
                            serde_json::to_value(channel).unwrap().as_str().unwrap().to_owned()
                        }
                        _ => continue,
                    };
                    expected.insert((month, name), told(theirs, &figure));
                }
                let found = self.answer(ours, group).await;
                assert_eq!(found, expected, "{theirs:?} by {group:?}");
                compared += found.len();
            }
        }
        assert!(compared > 40, "{compared} figures");
    }

    /// When the month is over in which it is there.
    fn next_month(&self) -> NaiveDate {
        let now = DateTime::from_timestamp(self.desk.desk().clock().now(), 0).unwrap();
        now.date_naive().with_day(1).unwrap() + Months::new(1)
    }

    async fn answer(
        &self,
        metric: kpis::Metric,
        group: Option<GroupBy>,
    ) -> BTreeMap<(chrono::NaiveDate, String), Told> {
        let query = KpiQuery {
            from: Some(from()),
            to: Some(self.next_month()),
            grain: Some(Grain::Month),
            group_by: group.into_iter().collect(),
            ..KpiQuery::default()
        };
        let read = async |scope: &Scope| kpis::answer(scope, metric, &query).await;
        let answer = self.app().read(&self.acme, read).await.unwrap();
        assert!(!answer.pending);
        let rows = answer.rows.into_iter().filter(|row| row.n != Some(0));
        let told = rows.map(|row| {
            let agent = row.agent.map(|agent| agent.name);
            let channel = row.channel.map(|channel| channel.word().to_owned());
            let name = agent.or(channel).unwrap_or_default();
            ((row.bucket.unwrap(), name), (row.n.unwrap(), row.p50, row.p90, row.max))
        });
        told.collect()
    }
}

/// How many, and the values where there are any.
type Told = (i64, Option<i64>, Option<i64>, Option<i64>);

fn told(metric: Metric, figure: &Figure) -> Told {
    let n = i64::try_from(figure.n).unwrap();
    let has_values = matches!(metric, Metric::FirstResponseTime | Metric::FullResolutionTime);
    let value = |value| has_values.then_some(value);
    (n, value(figure.p50), value(figure.p90), value(figure.max))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helpdesk_is_read_to_its_end_and_its_numbers_are_its_own() {
    let world = World::new(400, Faults::default()).await;
    world.work().await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Active, "{connection:?}");
    world.assert_true().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_there_happens_here() {
    let world = World::new(150, Faults::default()).await;
    world.work().await;
    for _ in 0..4 {
        world.desk.change(150);
        world.later().await;
    }
    assert!(world.desk.desk().count() > 150);
    world.assert_true().await;
}

/// How much is tried; `scripts/truth` says how much more than here.
struct Size {
    tickets: u64,
    changes: usize,
    seed: u64,
    kinds: Vec<Kind>,
}

impl Size {
    fn asked() -> Self {
        let number = |name, least| said(name).map_or(least, |text| text.parse().unwrap());
        let wanted = said("VENDOR");
        let is_wanted = |kind: &&Kind| wanted.as_ref().is_none_or(|word| word == kind.word());
        Self {
            tickets: number("TICKETS", 60),
            changes: usize::try_from(number("CHANGES", 200)).unwrap(),
            seed: number("SEED", 1),
            kinds: Kind::ALL.iter().filter(is_wanted).copied().collect(),
        }
    }
}

fn said(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the one way to ask a test for more")]
    std::env::var(format!("PLUMBLINE_TRUTH_{name}")).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_and_whatever_webhooks_are_lost_it_is_here_as_it_is_there() {
    const FAULTS: &str =
        "lost-webhook=0.1,doubled-webhook=0.1,reordered-webhook=0.1,429=0.02,5xx=0.03";
    let Size { tickets, changes, seed, kinds } = Size::asked();
    for kind in kinds {
        // Its settled days end just before: so changes go on as the desk's days do.
        let settings = Settings { seed, days: 90, ..settings(tickets) };
        let world = World::at(kind, settings, FAULTS.parse().unwrap()).await;
        world.work().await;
        let ear = Ear::new();
        let hook = world.listen(&ear).await;
        let (mut left, mut turn, mut heard) = (changes, seed, 0);
        while left > 0 {
            // Some turns are short and some are long; in some, nothing is heard or nobody looks.
            turn += 1;
            let some = [7, 150, 1, 40, 2, 90][turn as usize % 6].min(left);
            left -= some;
            world.desk.change(some);
            if words::tells_of_new_names(kind) {
                let which = turn % world.desk.desk().model().organisations() + 1;
                assert!(world.desk.desk().rename_organisation(which, &format!("Renamed {turn}")));
            }
            world.desk.delivered().await;
            world.set_clocks();
            heard += world.take_in(&ear, hook).await;
            if !turn.is_multiple_of(5) {
                world.work().await;
            }
            if turn.is_multiple_of(3) {
                world.later().await;
            }
        }
        world.later().await;
        world.next_day().await;
        assert!(heard > changes / 4, "{kind:?}: {heard} heard");
        assert_eq!(world.hook(hook).await.waiting, 0);
        world.assert_true().await;
        println!(
            "{kind:?}: {} tickets after {changes} changes, {heard} deliveries",
            world.desk.desk().count()
        );
    }
}
