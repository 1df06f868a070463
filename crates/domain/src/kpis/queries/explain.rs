//! The tickets behind a number: those in it, and those kept out of it with the reason.

use std::collections::{HashMap, HashSet};

use chrono::DateTime;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::answer::{FACT, agent, names, narrowed};
use super::plan::Plan;
use super::sheet::Key;
use crate::kernel::dialect::any;
use crate::kernel::page::{Identified, bind, cut, start};
use crate::kernel::{Error, Page, PageArgs, Permission, PersonId, Result, Scope};
use crate::kpis::Statistic;
use crate::kpis::entity::{channel, known};
use crate::kpis::entity::{fact, ticket};
use crate::kpis::types::{Exclusion, GroupBy, KpiQuery, KpiTicket, KpiTicketFilter, Metric, Whose};
use crate::tickets::{QueueId, TicketId};

/// How many facts are read for each look at whose teams they were.
const AT_ONCE: u64 = 1_000;

/// A fact on its way to a [`KpiTicket`].
struct Found {
    ticket: Uuid,
    key: Key,
    at: i64,
    value: i64,
    exclusion: Option<Exclusion>,
}

impl Identified for Found {
    fn uuid(&self) -> Uuid {
        self.ticket
    }
}

impl Identified for KpiTicket {
    fn uuid(&self) -> Uuid {
        self.ticket_id.0
    }
}

/// The tickets behind the numbers that the same query has, in the order of their ids; a ticket is there once. With a grain, the backlog's
/// are those at the end of the range, or of the bucket asked for.
///
/// # Errors
/// `forbidden` without the permission to see single people's numbers; otherwise as [`answer`](super::answer).
pub async fn explain(
    scope: &Scope,
    metric: Metric,
    query: &KpiQuery,
    filter: &KpiTicketFilter,
    page: &PageArgs,
) -> Result<Page<KpiTicket>> {
    scope.require_any(Permission::KpisPeople)?;
    let limit = page.limit()?;
    let bound = bind(scope, "kpi tickets", &(metric, query, filter))?;
    let mut after = start(bound, page)?;
    let mut plan = Plan::new(scope, metric, &narrowed_to(query, filter), true).await?;
    if let (Some(wanted), Some(asked)) = (filter.agent, query.agent_id)
        && !wanted.means(Some(asked))
    {
        return Ok(cut(bound, limit, Vec::new()));
    }
    only_bucket(&mut plan, filter)?;
    let mut found = Vec::new();
    loop {
        let rows = match plan.is_balance() {
            true => held(scope, &plan, filter, after).await?,
            false => dated(scope, &plan, filter, after).await?,
        };
        let last = (rows.len() as u64) < AT_ONCE;
        after = rows.last().map(|row| row.ticket).or(after);
        found.extend(rows.into_iter().filter(|row| covers(&plan, filter, row)));
        if last || found.len() as u64 > limit {
            break;
        }
    }
    told(scope, &plan, cut(bound, limit, found)).await
}

fn only_bucket(plan: &mut Plan, filter: &KpiTicketFilter) -> Result<()> {
    let Some(day) = filter.bucket else {
        return Ok(());
    };
    plan.buckets.retain(|bucket| bucket.first_day == Some(day));
    match plan.buckets.is_empty() {
        true => {
            let message = format!("no bucket of this query begins on {day}");
            Err(Error::invalid("/bucket", "unknown_bucket", message))
        }
        false => Ok(()),
    }
}

/// The query with what the filter says of it: of whom, and by team where a row of a team is meant.
fn narrowed_to(query: &KpiQuery, filter: &KpiTicketFilter) -> KpiQuery {
    let mut query = query.clone();
    if let Some(Whose::Of(agent)) = filter.agent {
        query.agent_id = Some(agent);
    }
    if filter.team.is_some() {
        query.group_by = vec![GroupBy::Team];
    }
    query
}

fn covers(plan: &Plan, filter: &KpiTicketFilter, found: &Found) -> bool {
    let (_, end) = plan.range();
    let at = if plan.is_balance() { end } else { found.at };
    let team = plan.team_at(found.key.owner(), at);
    plan.covers(found.key.agent, team)
        && filter.agent.is_none_or(|wanted| wanted.means(found.key.agent))
        && filter.team.is_none_or(|wanted| wanted.means(team))
}

const COLUMNS: [fact::Column; 5] = [
    fact::Column::TicketId,
    fact::Column::AgentId,
    fact::Column::QueueId,
    fact::Column::Channel,
    fact::Column::Exclusion,
];

/// Facts of the range: at most one for each ticket.
async fn dated(
    scope: &Scope,
    plan: &Plan,
    filter: &KpiTicketFilter,
    after: Option<Uuid>,
) -> Result<Vec<Found>> {
    let select = chosen(scope, plan, filter, after)
        .select_only()
        .columns(COLUMNS)
        .columns([fact::Column::AtMicros, fact::Column::Value]);
    let rows = scope.tx().query_all_raw(select.build(scope.backend())).await?;
    rows.iter().map(found).collect()
}

/// Whatever is open at the end of the range, since when whoever has it has it.
async fn held(
    scope: &Scope,
    plan: &Plan,
    filter: &KpiTicketFilter,
    after: Option<Uuid>,
) -> Result<Vec<Found>> {
    let select = chosen(scope, plan, filter, after)
        .select_only()
        .columns(COLUMNS)
        .column_as(Expr::cust("MAX(at_micros)"), "since")
        .column_as(Expr::cust("CAST(SUM(value) AS bigint)"), "open");
    let select = COLUMNS.into_iter().fold(select, |select, column| select.group_by(column));
    let select = select.having(Expr::cust("SUM(value)").ne(0));
    let rows = scope.tx().query_all_raw(select.build(scope.backend())).await?;
    rows.iter().map(found).collect()
}

fn chosen(
    scope: &Scope,
    plan: &Plan,
    filter: &KpiTicketFilter,
    after: Option<Uuid>,
) -> sea_orm::Select<fact::Entity> {
    use fact::Column;
    let (from, to) = plan.range();
    let mut select = narrowed::<fact::Entity>(scope, plan, FACT)
        .filter(Column::AtMicros.gte(from))
        .filter(Column::AtMicros.lt(to));
    if let Some(after) = after {
        select = select.filter(Column::TicketId.gt(after));
    }
    match filter.included {
        Some(true) => select = select.filter(Column::Exclusion.eq(0i16)),
        Some(false) => select = select.filter(Column::Exclusion.ne(0i16)),
        None => {}
    }
    select.order_by_asc(Column::TicketId).limit(AT_ONCE)
}

fn found(row: &QueryResult) -> Result<Found> {
    Ok(Found {
        ticket: row.try_get_by_index(0)?,
        key: Key {
            agent: known(row.try_get_by_index(1)?).map(PersonId),
            queue: known(row.try_get_by_index(2)?).map(QueueId),
            channel: channel(&row.try_get_by_index::<String>(3)?),
        },
        exclusion: Exclusion::from_code(row.try_get_by_index(4)?),
        at: row.try_get_by_index(5)?,
        value: row.try_get_by_index(6)?,
    })
}

async fn told(scope: &Scope, plan: &Plan, page: Page<Found>) -> Result<Page<KpiTicket>> {
    let people: HashSet<_> = page.items.iter().filter_map(|found| found.key.agent).collect();
    let names = names(scope, people).await?;
    let externals = externals(scope, &page.items).await?;
    let definition = plan.metric.definition();
    let has_value = plan.metric.statistic() != Statistic::Count;
    Ok(page.map(|found| KpiTicket {
        ticket_id: TicketId(found.ticket),
        external_id: externals.get(&found.ticket).cloned().unwrap_or_default(),
        included: found.exclusion.is_none(),
        reason: found.exclusion,
        value: Some(found.value).filter(|_| has_value && found.exclusion.is_none()),
        at: DateTime::from_timestamp_micros(found.at).unwrap_or_default(),
        agent: found.key.agent.map(|id| agent(id, &names)),
        queue_id: found.key.queue,
        channel: found.key.channel,
        definition_version: definition.version,
    }))
}

async fn externals(scope: &Scope, found: &[Found]) -> Result<HashMap<Uuid, String>> {
    let these = any(scope.backend(), ticket::Column::Id, found.iter().map(|found| found.ticket));
    let select = scope
        .find::<ticket::Entity>()
        .filter(these)
        .select_only()
        .columns([ticket::Column::Id, ticket::Column::ExternalId]);
    let rows = scope.tx().query_all_raw(select.build(scope.backend())).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}
