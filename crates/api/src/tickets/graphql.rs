//! Resolvers.

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use domain::drift::TicketMetric;
use domain::kernel::PersonId;
use domain::tickets::{
    self, Customer, ImportMapping, NewQueueTeam, Queue, QueueId, QueueTeam, Rating, SlaTarget,
    Ticket, TicketEvent, TicketFilter, TicketId, TicketSort,
};

use super::edges::{EventsOf, MetricsOf, RatingsOf, SlaTargetsOf};
use crate::graphql::{PageOf, found, load, page, read, write};
use crate::people::PersonNode;

/// A ticket, as it is now.
#[derive(SimpleObject)]
#[graphql(name = "Ticket", complex)]
pub(crate) struct TicketNode {
    #[graphql(flatten)]
    ticket: Ticket,
}

impl TicketNode {
    /// The id, for the `Node` interface.
    pub(crate) async fn id(&self, _: &Context<'_>) -> Result<ID> {
        Ok(self.ticket.id.into())
    }
}

impl From<Ticket> for TicketNode {
    fn from(ticket: Ticket) -> Self {
        Self { ticket }
    }
}

#[ComplexObject]
impl TicketNode {
    /// Who has it; null where nobody has, or the person is not within reach.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>> {
        let Some(person) = self.ticket.assignee_id else {
            return Ok(None);
        };
        Ok(load::<PersonId>(ctx, person).await?.map(Into::into))
    }

    /// The helpdesk's group it lies in.
    async fn queue(&self, ctx: &Context<'_>) -> Result<Option<Queue>> {
        let Some(queue) = self.ticket.queue_id else {
            return Ok(None);
        };
        Ok(load::<QueueId>(ctx, queue).await?)
    }

    /// Whose it is.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        let Some(customer) = self.ticket.customer_id else {
            return Ok(None);
        };
        Ok(load(ctx, customer).await?)
    }

    /// The ticket it was merged into.
    async fn merged_ticket(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let Some(other) = self.ticket.merged_into else {
            return Ok(None);
        };
        Ok(load(ctx, other).await?.map(Into::into))
    }

    /// What happened to it, in order.
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<TicketEvent>> {
        Ok(load(ctx, EventsOf(self.ticket.id)).await?.unwrap_or_default())
    }

    /// What its customer thought of the answers, in order.
    async fn ratings(&self, ctx: &Context<'_>) -> Result<Vec<Rating>> {
        Ok(load(ctx, RatingsOf(self.ticket.id)).await?.unwrap_or_default())
    }

    /// What its helpdesk promised of it (SLA), and whether that was kept.
    async fn sla_targets(&self, ctx: &Context<'_>) -> Result<Vec<SlaTarget>> {
        Ok(load(ctx, SlaTargetsOf(self.ticket.id)).await?.unwrap_or_default())
    }

    /// The figures that its helpdesk calculates, too: ours, and the helpdesk's own beside them.
    async fn metrics(&self, ctx: &Context<'_>) -> Result<Vec<TicketMetric>> {
        Ok(load(ctx, MetricsOf(self.ticket.id)).await?.unwrap_or_default())
    }
}

#[derive(Default)]
pub(crate) struct TicketQuery;

#[Object]
impl TicketQuery {
    /// One ticket, or null where there is none within reach.
    async fn ticket(&self, ctx: &Context<'_>, id: TicketId) -> Result<Option<TicketNode>> {
        Ok(found(tickets::get(&*read(ctx).await?, id).await)?.map(Into::into))
    }

    /// Tickets.
    async fn tickets(
        &self,
        ctx: &Context<'_>,
        filter: Option<TicketFilter>,
        #[graphql(
            desc = "What they are listed by; by when their records were made, if not given."
        )]
        sort: Option<TicketSort>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<TicketNode>> {
        let filter = TicketFilter { sort, ..filter.unwrap_or_default() };
        page(ctx, first, after, async |scope, args| tickets::list(scope, &filter, args).await).await
    }

    /// The queues: the helpdesk's groups.
    async fn queues(&self, ctx: &Context<'_>) -> Result<Vec<Queue>> {
        Ok(tickets::queues(&*read(ctx).await?).await?)
    }

    /// Which teams queues are and were linked to.
    async fn queue_teams(&self, ctx: &Context<'_>) -> Result<Vec<QueueTeam>> {
        Ok(tickets::linked_queues(&*read(ctx).await?).await?)
    }

    /// The stored mappings, by name.
    async fn import_mappings(&self, ctx: &Context<'_>) -> Result<Vec<ImportMapping>> {
        Ok(tickets::mappings(&*read(ctx).await?).await?)
    }
}

#[derive(Default)]
pub(crate) struct TicketMutation;

#[Object]
impl TicketMutation {
    /// Link a queue to a team from a day on, or to none. Returns the queue's links.
    async fn link_queue(
        &self,
        ctx: &Context<'_>,
        queue_id: QueueId,
        input: NewQueueTeam,
    ) -> Result<Vec<QueueTeam>> {
        Ok(write(ctx, async |scope| tickets::link_queue(scope, queue_id, input).await).await?)
    }

    /// Store a mapping under its name, for imports over the API.
    async fn put_import_mapping(
        &self,
        ctx: &Context<'_>,
        name: String,
        text: String,
    ) -> Result<ImportMapping> {
        Ok(write(ctx, async |scope| tickets::put_mapping(scope, &name, &text).await).await?)
    }

    /// Delete a stored mapping. Returns its name.
    async fn delete_import_mapping(&self, ctx: &Context<'_>, name: String) -> Result<String> {
        write(ctx, async |scope| tickets::delete_mapping(scope, &name).await).await?;
        Ok(name)
    }
}
