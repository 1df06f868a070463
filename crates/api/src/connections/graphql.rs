//! Resolvers.

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use domain::connections::{
    self, Connection, ConnectionFilter, ConnectionHealth, ConnectionId, ConnectionPatch,
    Descriptor, NewConnection, NewResync, SyncRun, SyncRunFilter, SyncRunId, SyncRunSort,
    SyncStream,
};
use domain::kernel::{PageArgs, Scope};

use super::edges::{HealthOf, RunsOf, StreamsOf};
use crate::graphql::{FirstPage, PageOf, found, load, page, read, write};

/// A source of tickets: a helpdesk that is read from, or the name that imports give.
#[derive(SimpleObject)]
#[graphql(name = "TicketSource", complex)]
pub(crate) struct ConnectionNode {
    #[graphql(flatten)]
    connection: Connection,
}

impl ConnectionNode {
    /// The id, for the `Node` interface.
    pub(crate) async fn id(&self, _: &Context<'_>) -> Result<ID> {
        Ok(self.connection.id.into())
    }
}

impl From<Connection> for ConnectionNode {
    fn from(connection: Connection) -> Self {
        Self { connection }
    }
}

#[ComplexObject]
impl ConnectionNode {
    /// How it does: how far behind it is, and what stopped it last.
    async fn health(&self, ctx: &Context<'_>) -> Result<Option<ConnectionHealth>> {
        Ok(load(ctx, HealthOf(self.connection.id)).await?)
    }

    /// What it reads, and how far each has been read.
    async fn streams(&self, ctx: &Context<'_>) -> Result<Vec<SyncStream>> {
        Ok(load(ctx, StreamsOf(self.connection.id)).await?.unwrap_or_default())
    }

    /// The times that it was read.
    async fn runs(
        &self,
        ctx: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<SyncRunNode>> {
        let id = self.connection.id;
        let filter = SyncRunFilter { connection_id: Some(id), ..Default::default() };
        let later =
            async |scope: &Scope, args: &PageArgs| connections::runs(scope, &filter, args).await;
        FirstPage::or_later(ctx, RunsOf(id), first, after, later).await
    }
}

/// A time that a connection was read. It is kept for 30 days.
#[derive(SimpleObject)]
#[graphql(name = "SyncRun", complex)]
pub(crate) struct SyncRunNode {
    #[graphql(flatten)]
    run: SyncRun,
}

impl SyncRunNode {
    /// The id, for the `Node` interface.
    pub(crate) async fn id(&self, _: &Context<'_>) -> Result<ID> {
        Ok(self.run.id.into())
    }
}

impl From<SyncRun> for SyncRunNode {
    fn from(run: SyncRun) -> Self {
        Self { run }
    }
}

#[ComplexObject]
impl SyncRunNode {
    /// What was read.
    async fn connection(&self, ctx: &Context<'_>) -> Result<Option<ConnectionNode>> {
        Ok(load(ctx, self.run.connection_id).await?.map(Into::into))
    }
}

#[derive(Default)]
pub(crate) struct ConnectionQuery;

#[Object]
impl ConnectionQuery {
    /// The helpdesks that can be connected to, with what each needs.
    async fn vendors(&self, ctx: &Context<'_>) -> Result<Vec<Descriptor>> {
        Ok(connections::vendors(&*read(ctx).await?)?)
    }

    /// One source of tickets, or null where there is none.
    async fn connection(
        &self,
        ctx: &Context<'_>,
        id: ConnectionId,
    ) -> Result<Option<ConnectionNode>> {
        Ok(found(connections::get(&*read(ctx).await?, id).await)?.map(Into::into))
    }

    /// The sources of tickets: connections to helpdesks, and the sources of imports.
    async fn connections(
        &self,
        ctx: &Context<'_>,
        filter: Option<ConnectionFilter>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<ConnectionNode>> {
        let filter = filter.unwrap_or_default();
        page(ctx, first, after, async |scope, args| connections::list(scope, &filter, args).await)
            .await
    }

    /// One time that a connection was read, or null where there is none.
    async fn sync_run(&self, ctx: &Context<'_>, id: SyncRunId) -> Result<Option<SyncRunNode>> {
        Ok(found(connections::run(&*read(ctx).await?, id).await)?.map(Into::into))
    }

    /// The times that connections were read.
    async fn sync_runs(
        &self,
        ctx: &Context<'_>,
        filter: Option<SyncRunFilter>,
        #[graphql(
            desc = "What they are listed by; by when their records were made, if not given."
        )]
        sort: Option<SyncRunSort>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<SyncRunNode>> {
        let filter = SyncRunFilter { sort, ..filter.unwrap_or_default() };
        page(ctx, first, after, async |scope, args| connections::runs(scope, &filter, args).await)
            .await
    }
}

#[derive(Default)]
pub(crate) struct ConnectionMutation;

#[Object]
impl ConnectionMutation {
    /// Connect a helpdesk. Its credentials are tried next, and then everything is read.
    async fn create_connection(
        &self,
        ctx: &Context<'_>,
        input: NewConnection,
    ) -> Result<ConnectionNode> {
        Ok(write(ctx, async |scope| connections::create(scope, input).await).await?.into())
    }

    /// Change a connection's name, address, credentials or cadence. New credentials are tried before anything more is read.
    async fn update_connection(
        &self,
        ctx: &Context<'_>,
        id: ConnectionId,
        input: ConnectionPatch,
    ) -> Result<ConnectionNode> {
        Ok(write(ctx, async |scope| connections::update(scope, id, input).await).await?.into())
    }

    /// Try a connection's credentials. One that was in error is read from again where they are good.
    async fn check_connection(
        &self,
        ctx: &Context<'_>,
        id: ConnectionId,
    ) -> Result<ConnectionNode> {
        Ok(write(ctx, async |scope| connections::check(scope, id).await).await?.into())
    }

    /// Stop reading a connection for now.
    async fn pause_connection(
        &self,
        ctx: &Context<'_>,
        id: ConnectionId,
    ) -> Result<ConnectionNode> {
        Ok(write(ctx, async |scope| connections::pause(scope, id).await).await?.into())
    }

    /// Go on reading a paused connection where it stopped.
    async fn resume_connection(
        &self,
        ctx: &Context<'_>,
        id: ConnectionId,
    ) -> Result<ConnectionNode> {
        Ok(write(ctx, async |scope| connections::resume(scope, id).await).await?.into())
    }

    /// Read everything from a time on once more. What is here already is changed where the helpdesk has it otherwise, and never doubled.
    async fn resync_connection(
        &self,
        ctx: &Context<'_>,
        id: ConnectionId,
        input: NewResync,
    ) -> Result<ConnectionNode> {
        Ok(write(ctx, async |scope| connections::resync(scope, id, input).await).await?.into())
    }

    /// End a connection for good and erase its credentials. Its tickets stay.
    async fn revoke_connection(
        &self,
        ctx: &Context<'_>,
        id: ConnectionId,
    ) -> Result<ConnectionNode> {
        Ok(write(ctx, async |scope| connections::revoke(scope, id).await).await?.into())
    }
}
