//! Edges that are loaded for a whole level of users at once.

use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::accounts::users::{self, RoleGrant};
use domain::kernel::{Error, UserId};

use crate::graphql::{Loaded, Loads, grouped};

/// The roles of a user.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RolesOf(pub(super) UserId);

impl Loader<RolesOf> for Loads {
    type Value = Vec<RoleGrant>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RolesOf]) -> Loaded<RolesOf, Vec<RoleGrant>> {
        let users: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = users::roles_of(&*self.scope().await?, &users).await?;
        Ok(grouped(found, |grant| RolesOf(grant.user_id)))
    }
}
