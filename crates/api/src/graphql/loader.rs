//! Loads each kind of thing once per level, however many fields ask for one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use domain::kernel::{Error, PersonId, TeamId};
use domain::people::{self, Person};
use domain::teams::memberships::{self, Membership, MembershipId};
use domain::teams::{self, Team};

use super::reading::Reading;

/// Loads in the operation's own scope.
pub(crate) struct Loads(Arc<Reading>);

/// One per request, without a delay: what is asked for at the same level has been asked for by then.
pub(super) fn make(reading: Arc<Reading>) -> DataLoader<Loads> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one helper that makes data loaders"
    )]
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
    ctx.data_unchecked::<DataLoader<Loads>>()
        .load_one(key)
        .await
}

impl Loader<PersonId> for Loads {
    type Value = Person;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PersonId]) -> Result<HashMap<PersonId, Person>, Arc<Error>> {
        let scope = self.0.scope().await?;
        let people = people::many(&scope, keys).await?;
        Ok(people
            .into_iter()
            .map(|person| (person.id, person))
            .collect())
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
            found
                .entry(MembershipsOf(membership.person_id))
                .or_default()
                .push(membership);
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
        Ok(memberships
            .into_iter()
            .map(|membership| (membership.id, membership))
            .collect())
    }
}
