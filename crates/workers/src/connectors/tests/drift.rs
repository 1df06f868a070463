//! How far the desk's own figures are from ours is explained to the last ticket.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::drift::{
    self, ConnectionDrift, DriftCause, DriftMetric, DriftQuery, MetricDrift, TicketMetric,
};
use domain::kernel::Scope;
use domain::tickets::TicketId;
use simulators::Kind;
use simulators::server::Faults;

use super::{World, from};

impl World {
    async fn drift(&self) -> ConnectionDrift {
        let query = DriftQuery { from: Some(from()), to: NaiveDate::from_ymd_opt(2026, 12, 1) };
        let read = async |scope: &Scope| drift::of_connection(scope, self.id, &query).await;
        self.app().read(&self.acme, read).await.unwrap()
    }

    async fn metrics(&self, ticket: TicketId) -> Vec<TicketMetric> {
        let read = async |scope: &Scope| drift::metrics(scope, ticket).await;
        self.app().read(&self.acme, read).await.unwrap()
    }

    /// Nothing is unknown, and each ticket that is named says the same by itself.
    async fn assert_explained(&self) -> BTreeMap<(DriftMetric, DriftCause), i64> {
        let (kind, mut causes) = (self.desk.kind(), BTreeMap::new());
        for told in self.drift().await.metrics {
            let MetricDrift { metric, n, equal, only_ours, only_source, .. } = told;
            assert!(n + only_ours > 0, "{kind:?}: {told:?}");
            let unlike = n - equal + only_ours + only_source;
            let explained = told.causes.iter().filter(|it| it.cause != DriftCause::Rounding);
            assert_eq!(explained.map(|it| it.n).sum::<i64>(), unlike, "{kind:?}: {told:?}");
            for count in told.causes {
                let ticket = self.metrics(count.ticket_ids[0]).await;
                let alone = ticket.iter().find(|it| it.metric == metric).unwrap();
                assert_eq!(alone.cause, Some(count.cause), "{kind:?}: {ticket:?}");
                causes.insert((metric, count.cause), count.n);
            }
        }
        let unknown = causes.iter().filter(|((_, cause), _)| *cause == DriftCause::Unknown);
        assert_eq!(unknown.count(), 0, "{kind:?}: {causes:?}");
        causes
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_explained_to_the_last_ticket() {
    for kind in Kind::ALL {
        let world = World::of(*kind, 300, Faults::default()).await;
        world.work().await;
        for _ in 0..3 {
            world.desk.change(200);
            world.later().await;
        }
        let causes = world.assert_explained().await;
        if *kind == Kind::Zendesk {
            for (metric, cause) in [
                (DriftMetric::FirstResponseTime, DriftCause::Rounding),
                (DriftMetric::FirstResponseTime, DriftCause::InitiatedByAgent),
                (DriftMetric::FullResolutionTime, DriftCause::Rounding),
                (DriftMetric::FirstResponseTime, DriftCause::AnsweredAtCreation),
                (DriftMetric::FullResolutionTime, DriftCause::ClosedWithoutSolve),
            ] {
                assert!(causes.contains_key(&(metric, cause)), "{metric:?} {cause:?}: {causes:?}");
            }
            let read = |(_, cause): &(DriftMetric, DriftCause)| {
                matches!(cause, DriftCause::HistoryIncomplete | DriftCause::SourceOutdated)
            };
            assert!(!causes.keys().any(read), "everything was read: {causes:?}");
        }
    }
}
