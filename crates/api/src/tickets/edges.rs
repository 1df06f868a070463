//! Edges that are loaded for a whole level of tickets at once.

use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::drift::{self, TicketMetric};
use domain::kernel::Error;
use domain::tickets::{self, Rating, SlaTarget, TicketEvent, TicketId};

use crate::graphql::{Loaded, Loads};

/// The events of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct EventsOf(pub(super) TicketId);

impl Loader<EventsOf> for Loads {
    type Value = Vec<TicketEvent>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[EventsOf]) -> Loaded<EventsOf, Vec<TicketEvent>> {
        let tickets: Vec<_> = keys.iter().map(|key| key.0).collect();
        let events = tickets::events_of(&*self.scope().await?, &tickets).await?;
        Ok(events.into_iter().map(|(ticket, events)| (EventsOf(ticket), events)).collect())
    }
}

/// The ratings of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RatingsOf(pub(super) TicketId);

impl Loader<RatingsOf> for Loads {
    type Value = Vec<Rating>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RatingsOf]) -> Loaded<RatingsOf, Vec<Rating>> {
        let tickets: Vec<_> = keys.iter().map(|key| key.0).collect();
        let ratings = tickets::ratings_of(&*self.scope().await?, &tickets).await?;
        Ok(ratings.into_iter().map(|(ticket, ratings)| (RatingsOf(ticket), ratings)).collect())
    }
}

/// What was promised of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SlaTargetsOf(pub(super) TicketId);

impl Loader<SlaTargetsOf> for Loads {
    type Value = Vec<SlaTarget>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[SlaTargetsOf]) -> Loaded<SlaTargetsOf, Vec<SlaTarget>> {
        let tickets: Vec<_> = keys.iter().map(|key| key.0).collect();
        let targets = tickets::sla_targets_of(&*self.scope().await?, &tickets).await?;
        Ok(targets.into_iter().map(|(ticket, targets)| (SlaTargetsOf(ticket), targets)).collect())
    }
}

/// The figures of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MetricsOf(pub(super) TicketId);

impl Loader<MetricsOf> for Loads {
    type Value = Vec<TicketMetric>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[MetricsOf]) -> Loaded<MetricsOf, Vec<TicketMetric>> {
        let tickets: Vec<_> = keys.iter().map(|key| key.0).collect();
        let metrics = drift::metrics_of(&*self.scope().await?, &tickets).await?;
        Ok(metrics.into_iter().map(|(ticket, metrics)| (MetricsOf(ticket), metrics)).collect())
    }
}
