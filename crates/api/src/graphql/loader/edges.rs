//! Things by whose they are: the edges that lead to many.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, OutputType, Result};
use chrono::NaiveDate;
use domain::accounts::users::{self, RoleGrant};
use domain::kernel::{self, Error, Identified, Page, PersonId, Scope, TeamId, UserId};
use domain::people::identities::{self, Identity};
use domain::teams::leads::{self, TeamLead};
use domain::teams::memberships::{self, Membership};
use domain::teams::{self, Team};
use domain::tickets::{self, TicketEvent, TicketId};

use super::{Loads, grouped, load};
use crate::graphql::page::{PageOf, args, connection};

type Found<K, T> = std::result::Result<HashMap<K, T>, Arc<Error>>;

/// The memberships of a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MembershipsOf(pub(crate) PersonId);

impl Loader<MembershipsOf> for Loads {
    type Value = Vec<Membership>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[MembershipsOf]) -> Found<MembershipsOf, Vec<Membership>> {
        let people: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = memberships::of_people(&*self.0.scope().await?, &people).await?;
        Ok(grouped(found, |membership| MembershipsOf(membership.person_id)))
    }
}

/// The events of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EventsOf(pub(crate) TicketId);

impl Loader<EventsOf> for Loads {
    type Value = Vec<TicketEvent>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[EventsOf]) -> Found<EventsOf, Vec<TicketEvent>> {
        let tickets: Vec<_> = keys.iter().map(|key| key.0).collect();
        let events = tickets::events_of(&*self.0.scope().await?, &tickets).await?;
        Ok(events.into_iter().map(|(ticket, events)| (EventsOf(ticket), events)).collect())
    }
}

/// The roles of a user.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RolesOf(pub(crate) UserId);

impl Loader<RolesOf> for Loads {
    type Value = Vec<RoleGrant>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RolesOf]) -> Found<RolesOf, Vec<RoleGrant>> {
        let users: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = users::roles_of(&*self.0.scope().await?, &users).await?;
        Ok(grouped(found, |grant| RolesOf(grant.user_id)))
    }
}

/// A list whose first page is loaded for many owners at once.
pub(crate) trait Edge: Copy + Eq + Hash + Send + Sync + 'static {
    /// Whose it is.
    type Owner: Copy + Eq + Hash + Send + Sync;
    /// What else tells lists apart that one statement cannot read together.
    type Narrowed: Copy + Eq + Hash + Send + Sync;
    /// What is in it.
    type Item: Identified + Clone + Send + Sync + 'static;

    /// Its owner, and how it is narrowed.
    fn parts(self) -> (Self::Owner, Self::Narrowed);

    /// The first pages of some owners' lists.
    fn read(
        scope: &Scope,
        owners: &[Self::Owner],
        narrowed: Self::Narrowed,
        limit: Option<u32>,
    ) -> impl Future<Output = kernel::Result<HashMap<Self::Owner, Page<Self::Item>>>> + Send;
}

/// The first page of an edge.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FirstPage<E> {
    edge: E,
    limit: Option<u32>,
}

impl<E: Edge> FirstPage<E> {
    /// The page that a field asks for: with the others of its level where it is the first, by itself where a cursor leads to it, which
    /// is of one list alone.
    pub(crate) async fn or_later<N: OutputType + From<E::Item>>(
        ctx: &Context<'_>,
        edge: E,
        first: Option<u32>,
        after: Option<String>,
        later: impl AsyncFnOnce(&Scope, &kernel::PageArgs) -> kernel::Result<Page<E::Item>>,
    ) -> Result<PageOf<N>>
    where
        Loads: Loader<Self, Value = Page<E::Item>, Error = Arc<Error>>,
    {
        if after.is_some() {
            return crate::graphql::page(ctx, first, after, later).await;
        }
        let limit = args(first, None)?.limit;
        let page = load(ctx, Self { edge, limit }).await?;
        Ok(page.map_or_else(|| PageOf::new(false, false), |page| connection(false, page)))
    }
}

impl<E: Edge> Loader<FirstPage<E>> for Loads {
    type Value = Page<E::Item>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[FirstPage<E>]) -> Found<FirstPage<E>, Page<E::Item>> {
        let scope = self.0.scope().await?;
        let alike = grouped(keys.to_vec(), |key| (key.edge.parts().1, key.limit));
        let mut found = HashMap::new();
        for ((narrowed, limit), keys) in alike {
            let owners: Vec<_> = keys.iter().map(|key| key.edge.parts().0).collect();
            let mut pages = E::read(&scope, &owners, narrowed, limit).await?;
            found.extend(
                keys.into_iter().filter_map(|key| Some((key, pages.remove(&key.edge.parts().0)?))),
            );
        }
        Ok(found)
    }
}

/// The teams directly below a team.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ChildrenOf(pub(crate) TeamId);

impl Edge for ChildrenOf {
    type Owner = TeamId;
    type Narrowed = ();
    type Item = Team;

    fn parts(self) -> (TeamId, ()) {
        (self.0, ())
    }

    async fn read(
        scope: &Scope,
        owners: &[TeamId],
        (): (),
        limit: Option<u32>,
    ) -> kernel::Result<HashMap<TeamId, Page<Team>>> {
        teams::below_each(scope, owners, limit).await
    }
}

/// The memberships in a team; on a day, where one is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MembersOf(pub(crate) TeamId, pub(crate) Option<NaiveDate>);

impl Edge for MembersOf {
    type Owner = TeamId;
    type Narrowed = Option<NaiveDate>;
    type Item = Membership;

    fn parts(self) -> (TeamId, Option<NaiveDate>) {
        (self.0, self.1)
    }

    async fn read(
        scope: &Scope,
        owners: &[TeamId],
        on: Option<NaiveDate>,
        limit: Option<u32>,
    ) -> kernel::Result<HashMap<TeamId, Page<Membership>>> {
        memberships::of_each_team(scope, owners, on, limit).await
    }
}

/// The leads of a team; on a day, where one is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LeadsOf(pub(crate) TeamId, pub(crate) Option<NaiveDate>);

impl Edge for LeadsOf {
    type Owner = TeamId;
    type Narrowed = Option<NaiveDate>;
    type Item = TeamLead;

    fn parts(self) -> (TeamId, Option<NaiveDate>) {
        (self.0, self.1)
    }

    async fn read(
        scope: &Scope,
        owners: &[TeamId],
        on: Option<NaiveDate>,
        limit: Option<u32>,
    ) -> kernel::Result<HashMap<TeamId, Page<TeamLead>>> {
        leads::of_each_team(scope, owners, on, limit).await
    }
}

/// The ids under which sources know a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct IdentitiesOf(pub(crate) PersonId);

impl Edge for IdentitiesOf {
    type Owner = PersonId;
    type Narrowed = ();
    type Item = Identity;

    fn parts(self) -> (PersonId, ()) {
        (self.0, ())
    }

    async fn read(
        scope: &Scope,
        owners: &[PersonId],
        (): (),
        limit: Option<u32>,
    ) -> kernel::Result<HashMap<PersonId, Page<Identity>>> {
        identities::of_each_person(scope, owners, limit).await
    }
}
