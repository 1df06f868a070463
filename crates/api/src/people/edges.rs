//! Edges that are loaded for a whole level of people at once.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::kernel::{self, Error, Page, PersonId, Scope};
use domain::people::identities::{self, Identity};
use domain::teams::memberships::{self, Membership};

use crate::graphql::{Edge, Loaded, Loads, grouped};

/// The memberships of a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MembershipsOf(pub(super) PersonId);

impl Loader<MembershipsOf> for Loads {
    type Value = Vec<Membership>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[MembershipsOf]) -> Loaded<MembershipsOf, Vec<Membership>> {
        let people: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = memberships::of_people(&*self.scope().await?, &people).await?;
        Ok(grouped(found, |membership| MembershipsOf(membership.person_id)))
    }
}

/// The ids under which sources know a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct IdentitiesOf(pub(super) PersonId);

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
