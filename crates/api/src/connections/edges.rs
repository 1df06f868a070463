//! Edges that are loaded for a whole level of connections at once.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::connections::{self, ConnectionHealth, ConnectionId, SyncRun, SyncStream};
use domain::kernel::{self, Error, Page, Scope};

use crate::graphql::{Edge, Loaded, Loads};

/// What a connection reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StreamsOf(pub(super) ConnectionId);

impl Loader<StreamsOf> for Loads {
    type Value = Vec<SyncStream>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[StreamsOf]) -> Loaded<StreamsOf, Vec<SyncStream>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = connections::streams_of(&*self.scope().await?, &ids).await?;
        Ok(found.into_iter().map(|(id, streams)| (StreamsOf(id), streams)).collect())
    }
}

/// How a connection does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct HealthOf(pub(super) ConnectionId);

impl Loader<HealthOf> for Loads {
    type Value = ConnectionHealth;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[HealthOf]) -> Loaded<HealthOf, ConnectionHealth> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = connections::health_of(&*self.scope().await?, &ids).await?;
        Ok(found.into_iter().map(|(id, health)| (HealthOf(id), health)).collect())
    }
}

/// The times that a connection was read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RunsOf(pub(super) ConnectionId);

impl Edge for RunsOf {
    type Owner = ConnectionId;
    type Narrowed = ();
    type Item = SyncRun;

    fn parts(self) -> (ConnectionId, ()) {
        (self.0, ())
    }

    async fn read(
        scope: &Scope,
        owners: &[ConnectionId],
        (): (),
        limit: Option<u32>,
    ) -> kernel::Result<HashMap<ConnectionId, Page<SyncRun>>> {
        connections::runs_of_each(scope, owners, limit).await
    }
}
