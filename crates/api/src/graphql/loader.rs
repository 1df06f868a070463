//! Loads each kind of thing once per level, however many fields ask for one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use domain::accounts::users::{self, RoleGrant};
use domain::kernel::{Error, PersonId, TeamId, UserId};
use domain::people::{self, Person};
use domain::teams::memberships::{self, Membership, MembershipId};
use domain::teams::{self, Team};
use domain::tickets::{self, Customer, CustomerId, Queue, QueueId, Ticket, TicketEvent, TicketId};

use super::reading::Reading;

/// Loads in the operation's own scope.
pub(crate) struct Loads(Arc<Reading>);

/// One per request, without a delay: what is asked for at the same level has been asked for by then.
pub(super) fn make(reading: Arc<Reading>) -> DataLoader<Loads> {
    #[expect(clippy::disallowed_methods, reason = "the one helper that makes data loaders")]
    DataLoader::new(Loads(reading), tokio::spawn).delay(Duration::ZERO)
}

/// The thing of a key, if it is there and within reach.
pub(crate) async fn load<K>(
    ctx: &Context<'_>,
    key: K,
) -> Result<Option<<Loads as Loader<K>>::Value>, Arc<Error>>
where
    K: Send + Sync + std::hash::Hash + Eq + Clone + 'static,
    Loads: Loader<K, Error = Arc<Error>>,
{
    ctx.data_unchecked::<DataLoader<Loads>>().load_one(key).await
}

impl Loader<PersonId> for Loads {
    type Value = Person;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PersonId]) -> Result<HashMap<PersonId, Person>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let people = people::many(&scope, keys).await?;
        Ok(people.into_iter().map(|person| (person.id, person)).collect())
    }
}

impl Loader<TeamId> for Loads {
    type Value = Team;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TeamId]) -> Result<HashMap<TeamId, Team>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let teams = teams::many(&scope, keys).await?;
        Ok(teams.into_iter().map(|team| (team.id, team)).collect())
    }
}

/// The memberships of a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MembershipsOf(pub(crate) PersonId);

impl Loader<MembershipsOf> for Loads {
    type Value = Vec<Membership>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[MembershipsOf],
    ) -> Result<HashMap<MembershipsOf, Vec<Membership>>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let people: Vec<_> = keys.iter().map(|key| key.0).collect();
        let mut found: HashMap<_, Vec<_>> = keys.iter().map(|key| (*key, Vec::new())).collect();
        for membership in memberships::of_people(&scope, &people).await? {
            found.entry(MembershipsOf(membership.person_id)).or_default().push(membership);
        }
        Ok(found)
    }
}

impl Loader<MembershipId> for Loads {
    type Value = Membership;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[MembershipId],
    ) -> Result<HashMap<MembershipId, Membership>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let memberships = memberships::many(&scope, keys).await?;
        Ok(memberships.into_iter().map(|membership| (membership.id, membership)).collect())
    }
}

/// The events of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EventsOf(pub(crate) TicketId);

impl Loader<EventsOf> for Loads {
    type Value = Vec<TicketEvent>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[EventsOf],
    ) -> Result<HashMap<EventsOf, Vec<TicketEvent>>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let tickets: Vec<_> = keys.iter().map(|key| key.0).collect();
        let events = tickets::events_of(&scope, &tickets).await?;
        Ok(events.into_iter().map(|(ticket, events)| (EventsOf(ticket), events)).collect())
    }
}

impl Loader<TicketId> for Loads {
    type Value = Ticket;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TicketId]) -> Result<HashMap<TicketId, Ticket>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let found = tickets::many(&scope, keys).await?;
        Ok(found.into_iter().map(|ticket| (ticket.id, ticket)).collect())
    }
}

impl Loader<QueueId> for Loads {
    type Value = Queue;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[QueueId]) -> Result<HashMap<QueueId, Queue>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let found = tickets::queues_of(&scope, keys).await?;
        Ok(found.into_iter().map(|queue| (queue.id, queue)).collect())
    }
}

impl Loader<CustomerId> for Loads {
    type Value = Customer;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let found = tickets::customers(&scope, keys).await?;
        Ok(found.into_iter().map(|customer| (customer.id, customer)).collect())
    }
}

/// The roles of a user.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RolesOf(pub(crate) UserId);

impl Loader<RolesOf> for Loads {
    type Value = Vec<RoleGrant>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RolesOf]) -> Result<HashMap<RolesOf, Vec<RoleGrant>>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for grant in users::roles_of(&scope, &ids).await? {
            found.entry(RolesOf(grant.user_id)).or_default().push(grant);
        }
        Ok(found)
    }
}
