//! The numbers of what was synced are those of the desk.

use std::collections::BTreeMap;

use domain::connections::ConnectionState;
use domain::kernel::Scope;
use domain::kpis::{self, Grain, GroupBy, KpiQuery};
use simulators::Kind;
use simulators::server::Faults;
use simulators::truth::{Figure, Metric, Of};

use super::{World, from, is_mapped};

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
    /// Every figure of the desk, of its agents and of its channels.
    pub(super) async fn assert_true(&self) {
        let truth = self.desk.truth();
        let agents = &self.desk.desk().model().desk().agents;
        let mut compared = 0;
        let is_told = |metric| metric != Metric::EscalatedTickets || is_mapped(self.desk.kind());
        for (theirs, ours) in METRICS.into_iter().filter(|(theirs, _)| is_told(*theirs)) {
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

    async fn answer(
        &self,
        metric: kpis::Metric,
        group: Option<GroupBy>,
    ) -> BTreeMap<(chrono::NaiveDate, String), Told> {
        let query = KpiQuery {
            from: Some(from()),
            to: "2026-06-01".parse().ok(),
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
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_on_the_way_changes_nothing() {
    let faults = "429=0.05,5xx=0.1,cut=0.1,duplicated-items=0.3,reordered-items=0.3,duplicated-page=0.1,expired-cursor=0.1,unknown-field=0.5";
    for kind in [Kind::Zendesk, Kind::Freshdesk] {
        let world = World::of(kind, 150, faults.parse().unwrap()).await;
        world.work().await;
        for _ in 0..6 {
            world.desk.change(100);
            world.later().await;
        }
        world.assert_true().await;
    }
}
