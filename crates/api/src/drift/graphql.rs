//! Resolvers.

use async_graphql::{Context, Object, Result};
use chrono::NaiveDate;
use domain::connections::ConnectionId;
use domain::drift::{self, ConnectionDrift};

use crate::graphql::{found, read};

#[derive(Default)]
pub(crate) struct DriftQuery;

#[Object]
impl DriftQuery {
    /// How far a helpdesk's own figures are from ours, and why; null where there is no such connection. First response times and reopens are
    /// those of tickets created on the days, full resolution times those of tickets last solved then.
    async fn connection_drift(
        &self,
        ctx: &Context<'_>,
        id: ConnectionId,
        #[graphql(
            desc = "The first day, in the tenant's zone; thirty days before `to`, if not given."
        )]
        from: Option<NaiveDate>,
        #[graphql(desc = "The day after the last; tomorrow, if not given.")] to: Option<NaiveDate>,
    ) -> Result<Option<ConnectionDrift>> {
        let query = drift::DriftQuery { from, to };
        Ok(found(drift::of_connection(&*read(ctx).await?, id, &query).await)?)
    }
}
