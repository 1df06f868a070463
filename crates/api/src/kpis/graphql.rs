//! Resolvers.

use async_graphql::{ComplexObject, Context, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::kernel::{PersonId, TeamId};
use domain::kpis::{
    self, Grain, GroupBy, KpiAnswer, KpiSeries, KpiTicket, KpiTicketFilter, Metric,
    MetricDefinition, Whose,
};
use domain::tickets::{Channel, QueueId};

use crate::graphql::{PageOf, load, page, read};
use crate::tickets::TicketNode;

/// A ticket behind a number, or one kept out of it.
#[derive(SimpleObject)]
#[graphql(name = "KpiTicket", complex)]
pub(crate) struct KpiTicketNode {
    #[graphql(flatten)]
    fact: KpiTicket,
}

impl From<KpiTicket> for KpiTicketNode {
    fn from(fact: KpiTicket) -> Self {
        Self { fact }
    }
}

#[ComplexObject]
impl KpiTicketNode {
    /// The ticket; null where it is not within reach.
    async fn ticket(&self, ctx: &Context<'_>) -> Result<Option<TicketNode>> {
        Ok(load(ctx, self.fact.ticket_id).await?.map(Into::into))
    }
}

/// A number, with all that is needed to read it.
#[derive(SimpleObject)]
#[graphql(name = "KpiAnswer", complex)]
pub(crate) struct KpiAnswerNode {
    #[graphql(flatten)]
    answer: KpiAnswer,
}

#[ComplexObject]
impl KpiAnswerNode {
    /// The same as columns, for charts: the buckets once, and for each group a value for every bucket.
    async fn series(&self) -> KpiSeries {
        (&self.answer).into()
    }
}

#[derive(Default)]
pub(crate) struct KpiQuery;

#[Object]
#[expect(
    clippy::too_many_arguments,
    reason = "arguments of a field, each optional, as in the query string of REST"
)]
impl KpiQuery {
    /// The metrics: what each counts, when, for whom, and what it leaves out.
    async fn metrics(&self) -> Vec<MetricDefinition> {
        Metric::ALL.iter().map(|metric| kpis::definition(*metric)).collect()
    }

    /// A number: days are local dates of `zone`, from the first to before the last.
    async fn kpi(
        &self,
        ctx: &Context<'_>,
        metric: Metric,
        #[graphql(desc = "The first day.")] from: Option<NaiveDate>,
        #[graphql(desc = "The day after the last.")] to: Option<NaiveDate>,
        #[graphql(desc = "The instant of a backlog, instead of days.")] at: Option<DateTime<Utc>>,
        #[graphql(desc = "The IANA time zone that days begin in; the tenant's own if not given.")]
        zone: Option<String>,
        #[graphql(desc = "One row for each of these instead of one for the whole range.")]
        grain: Option<Grain>,
        #[graphql(desc = "What else tells rows apart.", default)] group_by: Vec<GroupBy>,
        #[graphql(desc = "Only what this person is credited with.")] agent_id: Option<PersonId>,
        #[graphql(desc = "Only what this team and all below it are credited with.")]
        team_id: Option<TeamId>,
        #[graphql(desc = "Only what lay in this queue.")] queue_id: Option<QueueId>,
        #[graphql(desc = "Only what came in this way.")] channel: Option<Channel>,
    ) -> Result<KpiAnswerNode> {
        let query = kpis::KpiQuery {
            from,
            to,
            at,
            zone,
            grain,
            group_by,
            agent_id,
            team_id,
            queue_id,
            channel,
        };
        Ok(KpiAnswerNode { answer: kpis::answer(&*read(ctx).await?, metric, &query).await? })
    }

    /// The tickets behind a number, and those kept out of it with the reason.
    async fn kpi_tickets(
        &self,
        ctx: &Context<'_>,
        metric: Metric,
        #[graphql(desc = "The first day.")] from: Option<NaiveDate>,
        #[graphql(desc = "The day after the last.")] to: Option<NaiveDate>,
        #[graphql(desc = "The instant of a backlog, instead of days.")] at: Option<DateTime<Utc>>,
        #[graphql(desc = "The IANA time zone that days begin in; the tenant's own if not given.")]
        zone: Option<String>,
        #[graphql(desc = "What the number was bucketed by.")] grain: Option<Grain>,
        #[graphql(desc = "Only what this person is credited with.")] agent_id: Option<PersonId>,
        #[graphql(desc = "Only what this team and all below it are credited with.")]
        team_id: Option<TeamId>,
        #[graphql(desc = "Only what lay in this queue.")] queue_id: Option<QueueId>,
        #[graphql(desc = "Only what came in this way.")] channel: Option<Channel>,
        #[graphql(desc = "Only those of the rows of this person; `none` for the rows of nobody.")]
        agent: Option<Whose<PersonId>>,
        #[graphql(
            desc = "Only those of the rows of this very team; `none` for the rows of no team."
        )]
        team: Option<Whose<TeamId>>,
        #[graphql(desc = "Only those of the bucket that begins on this day.")] bucket: Option<
            NaiveDate,
        >,
        #[graphql(desc = "Only those that count, or only those that do not.")] included: Option<
            bool,
        >,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<KpiTicketNode>> {
        let query = kpis::KpiQuery {
            from,
            to,
            at,
            zone,
            grain,
            group_by: Vec::new(),
            agent_id,
            team_id,
            queue_id,
            channel,
        };
        let filter = KpiTicketFilter { bucket, agent, team, included };
        page(ctx, first, after, async |scope, args| {
            kpis::explain(scope, metric, &query, &filter, args).await
        })
        .await
    }
}
