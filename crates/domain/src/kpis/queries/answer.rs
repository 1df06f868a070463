//! Answers, from rollups where their quarter hours can be cut as the question asks, and from facts otherwise.

use std::collections::{HashMap, HashSet};

use chrono::DateTime;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    QueryTrait, Select,
};
use uuid::Uuid;

use super::plan::Plan;
use super::sheet::{Changes, Group, Key, Sheet, changes_of};
use crate::kernel::bulk::for_each;
use crate::kernel::dialect::any;
use crate::kernel::{Error, PersonId, Result, Scope, TenantOwned};
use crate::kpis::aggregate::Row;
use crate::kpis::cells::Damaged;
use crate::kpis::commands::is_any_ticket_marked;
use crate::kpis::entity::{channel, known};
use crate::kpis::entity::{dirty, fact, person, rollup};
use crate::kpis::slots::{Month, day_of, is_edge, micros_of, month_of, slot_of};
use crate::kpis::types::{KpiAgent, KpiAnswer, KpiQuery, KpiRow, KpiTeam, Metric};
use crate::tickets::{Channel, QueueId};

/// More rows than anybody reads.
const MAX_ROWS: usize = 20_000;

/// The numbers a question asks for.
///
/// A caller who reaches some teams gets totals of what those teams did while it was theirs, and rows of single people only for those who
/// are in reach now. A total that would tell of exactly one person whom the caller may not see is withheld. The number of statements is
/// the same however much is asked for: at most twelve.
///
/// # Errors
/// `forbidden` without the permission, `invalid` for a question that makes no sense, `not_found` for a person or team outside the
/// caller's reach.
pub async fn answer(scope: &Scope, metric: Metric, query: &KpiQuery) -> Result<KpiAnswer> {
    let plan = Plan::new(scope, metric, query, false).await?;
    if !from_rollups(&plan, i64::MIN) && !from_rollups(&plan, begins(scope, &plan).await?) {
        return from_facts(scope, &plan).await;
    }
    // Looked for first: a mark that is worked off meanwhile only says `pending` once too often.
    let pending = pending(scope, &plan).await?;
    let sheet = match plan.is_balance() {
        true => balances(scope, &plan).await,
        false => flows(scope, &plan).await,
    };
    match sheet {
        Err(damaged) if Damaged::caused(&damaged) => {
            tracing::error!(?damaged, "a rollup cannot be read; its facts are read instead");
            from_facts(scope, &plan).await
        }
        sheet => told(scope, &plan, pending, sheet?).await,
    }
}

/// The same from facts alone, which needs no rollups: for edges that quarter hours cannot be cut at, and to test
/// the other way against.
///
/// # Errors
/// As [`answer`].
pub async fn answer_from_facts(
    scope: &Scope,
    metric: Metric,
    query: &KpiQuery,
) -> Result<KpiAnswer> {
    let plan = Plan::new(scope, metric, query, false).await?;
    from_facts(scope, &plan).await
}

/// A single instant may lie anywhere: what happened since the quarter hour began is read from facts. Teams matter to a balance only as
/// they are at its instants. Until the time of `begins` nothing has happened, and so it does not matter where that is cut: clocks of a
/// hundred years ago were odd by minutes.
fn from_rollups(plan: &Plan, begins: i64) -> bool {
    let edge = |at: DateTime<chrono::Utc>| {
        let at = at.timestamp_micros();
        is_edge(at) || at <= begins
    };
    let (from, to) = plan.range();
    match plan.buckets.as_slice() {
        [_] if plan.is_balance() => true,
        buckets if plan.is_balance() => buckets.iter().all(|bucket| edge(bucket.to)),
        buckets => {
            buckets.iter().all(|bucket| edge(bucket.from) && edge(bucket.to))
                && plan.teams.as_ref().is_none_or(|teams| teams.on_quarter_hours(from, to))
        }
    }
}

/// When the first fact happened.
async fn begins(scope: &Scope, plan: &Plan) -> Result<i64> {
    use fact::Column;
    let first = scope
        .find::<fact::Entity>()
        .filter(Column::Measure.eq(plan.measure().code()))
        .order_by_asc(Column::AtMicros)
        .limit(1)
        .select_only()
        .column(Column::AtMicros);
    let first = scope.tx().query_one_raw(first.build(scope.backend())).await?;
    Ok(first.map_or(Ok(i64::MAX), |first| first.try_get_by_index(0))?)
}

async fn flows<'a>(scope: &Scope, plan: &'a Plan) -> Result<Sheet<'a>> {
    use rollup::Column;
    let (from, to) = plan.range();
    let select = chosen::<rollup::Entity>(scope, plan, ROLLUP)
        .filter(Column::Month.between(month(from), month(to - 1)))
        .select_only()
        .columns([Column::AgentId, Column::QueueId, Column::Channel])
        .columns([Column::Month, Column::N, Column::Total, Column::Cells]);
    let mut sheet = Sheet::new(plan);
    for row in rollups(scope, plan, select).await? {
        let cells: Vec<u8> = row.try_get_by_index(6)?;
        let sums = (row.try_get_by_index(4)?, row.try_get_by_index(5)?, cells.as_slice());
        sheet.add_month(&key(&row)?, row.try_get_by_index(3)?, sums)?;
    }
    Ok(sheet)
}

async fn balances<'a>(scope: &Scope, plan: &'a Plan) -> Result<Sheet<'a>> {
    use rollup::Column;
    let floor = |at: i64| micros_of(slot_of(at));
    let ends: Vec<_> =
        plan.buckets.iter().map(|bucket| floor(bucket.to.timestamp_micros())).collect();
    let (first, last) = (ends[0], ends[ends.len() - 1]);
    let keys = [Column::AgentId, Column::QueueId, Column::Channel];

    let mut changes = Changes::new();
    let before = chosen::<rollup::Entity>(scope, plan, ROLLUP)
        .filter(Column::Month.lt(month(first)))
        .select_only()
        .columns(keys)
        .column_as(Expr::cust("CAST(SUM(total) AS bigint)"), "balance");
    let before = keys.into_iter().fold(before, |select, key| select.group_by(key));
    for row in rollups(scope, plan, before).await? {
        changes.entry(key(&row)?).or_default().0 += row.try_get_by_index::<i64>(3)?;
    }
    let months = chosen::<rollup::Entity>(scope, plan, ROLLUP)
        .filter(Column::Month.between(month(first), month(last)))
        .select_only()
        .columns(keys)
        .columns([Column::Month, Column::Cells]);
    for row in rollups(scope, plan, months).await? {
        let (_, changes) = changes.entry(key(&row)?).or_default();
        let cells: Vec<u8> = row.try_get_by_index(4)?;
        changes_of(row.try_get_by_index(3)?, &cells, &ends, changes)?;
    }
    let (_, to) = plan.range();
    if last < to {
        // What happened since the quarter hour began, as if just before it.
        for (key, _, value) in facts(scope, plan, (last, to)).await? {
            changes.entry(key).or_default().0 += value;
        }
    }
    let mut sheet = Sheet::new(plan);
    sheet.settle(changes, floor);
    Ok(sheet)
}

async fn from_facts(scope: &Scope, plan: &Plan) -> Result<KpiAnswer> {
    let pending = is_any_ticket_marked(scope).await?;
    let facts = facts(scope, plan, plan.range()).await?;
    let mut sheet = Sheet::new(plan);
    if plan.is_balance() {
        let mut changes = Changes::new();
        for (key, at, value) in facts {
            changes.entry(key).or_default().1.push((at, value));
        }
        sheet.settle(changes, |at| at);
    } else {
        facts.iter().for_each(|(key, at, value)| sheet.add_fact(key, *at, *value));
    }
    told(scope, plan, pending, sheet).await
}

async fn facts(scope: &Scope, plan: &Plan, (from, to): (i64, i64)) -> Result<Vec<(Key, i64, i64)>> {
    use fact::Column;
    let select = narrowed::<fact::Entity>(scope, plan, FACT)
        .filter(Column::Exclusion.eq(0i16))
        .filter(Column::AtMicros.gte(from))
        .filter(Column::AtMicros.lt(to))
        .select_only()
        .columns([Column::AgentId, Column::QueueId, Column::Channel])
        .columns([Column::AtMicros, Column::Value]);
    let rows = scope.tx().query_all_raw(select.build(scope.backend())).await?;
    rows.iter()
        .map(|row| Ok((key(row)?, row.try_get_by_index(3)?, row.try_get_by_index(4)?)))
        .collect()
}

/// Whether a mark touches what the plan reads.
async fn pending(scope: &Scope, plan: &Plan) -> Result<bool> {
    use dirty::Column;
    let (from, to) = plan.range();
    let (first, last) = (month(from), month(to - 1));
    let days = |mask: i32| Expr::col(Column::Days).bit_and(mask).ne(0);
    let from_day = if from == i64::MIN { 0 } else { day_of(instant(from)) };
    let (since, until) = (i32::MAX << from_day, i32::MAX >> (30 - day_of(instant(to - 1))));
    let touched = Condition::any()
        .add(Column::Month.gt(first).and(Column::Month.lt(last)))
        .add_option((first < last).then(|| Column::Month.eq(first).and(days(since))))
        .add_option((first < last).then(|| Column::Month.eq(last).and(days(until))))
        .add_option((first == last).then(|| Column::Month.eq(first).and(days(since & until))));
    let select = narrowed::<dirty::Entity>(scope, plan, DIRTY)
        .filter(touched)
        .select_only()
        .column(Column::Days)
        .limit(1);
    let touched = scope.tx().query_one_raw(select.build(scope.backend())).await?;
    // What a marked ticket will change is not known yet.
    Ok(touched.is_some() || is_any_ticket_marked(scope).await?)
}

/// The columns that the tables have in common.
pub(super) struct Columns<C> {
    measure: C,
    agent: C,
    queue: C,
    channel: C,
}

const ROLLUP: Columns<rollup::Column> = Columns {
    measure: rollup::Column::Measure,
    agent: rollup::Column::AgentId,
    queue: rollup::Column::QueueId,
    channel: rollup::Column::Channel,
};

pub(super) const FACT: Columns<fact::Column> = Columns {
    measure: fact::Column::Measure,
    agent: fact::Column::AgentId,
    queue: fact::Column::QueueId,
    channel: fact::Column::Channel,
};

const DIRTY: Columns<dirty::Column> = Columns {
    measure: dirty::Column::Measure,
    agent: dirty::Column::AgentId,
    queue: dirty::Column::QueueId,
    channel: dirty::Column::Channel,
};

/// What a plan can say in SQL of whose rows it needs. Teams it cannot: they change with time.
pub(super) fn narrowed<E: TenantOwned>(
    scope: &Scope,
    plan: &Plan,
    columns: Columns<E::Column>,
) -> Select<E> {
    let agent = columns.agent;
    let select = chosen(scope, plan, columns);
    match plan.credited() {
        Some(credited) => select.filter(any(scope.backend(), agent, credited)),
        None => select,
    }
}

/// The same of everybody.
fn chosen<E: TenantOwned>(scope: &Scope, plan: &Plan, columns: Columns<E::Column>) -> Select<E> {
    let mut select = scope.find::<E>().filter(columns.measure.eq(plan.measure().code()));
    if let Some(queue) = plan.queue {
        select = select.filter(columns.queue.eq(queue.0));
    }
    if let Some(channel) = plan.channel {
        select = select.filter(columns.channel.eq(channel.word()));
    }
    select
}

/// Rollups are stored by agent, and a tenant has many agents.
async fn rollups(
    scope: &Scope,
    plan: &Plan,
    select: Select<rollup::Entity>,
) -> Result<Vec<QueryResult>> {
    match plan.credited() {
        Some(credited) => for_each(scope, select, rollup::Column::AgentId, credited).await,
        None => Ok(scope.tx().query_all_raw(select.build(scope.backend())).await?),
    }
}

/// Agent, queue and channel: the first three columns of every select here.
fn key(row: &QueryResult) -> Result<Key> {
    Ok(Key {
        agent: known(row.try_get_by_index(0)?).map(PersonId),
        queue: known(row.try_get_by_index(1)?).map(QueueId),
        channel: channel(&row.try_get_by_index::<String>(2)?),
    })
}

fn instant(micros: i64) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

fn month(micros: i64) -> Month {
    if micros == i64::MIN { Month::MIN } else { month_of(instant(micros)) }
}

async fn told(scope: &Scope, plan: &Plan, pending: bool, sheet: Sheet<'_>) -> Result<KpiAnswer> {
    let (mut rows, groups) = sheet.finish();
    if plan.is_balance() && plan.is_grouped() {
        rows.retain(|row| row.figures.is_none_or(|figures| figures.n != 0));
    }
    if rows.len() > MAX_ROWS {
        let message =
            format!("this is more than {MAX_ROWS} rows; ask for a longer grain or fewer groups");
        return Err(Error::invalid("/grain", "too_many_rows", message));
    }
    let agents = groups.iter().filter_map(|group| group.agent);
    let names = names(scope, agents.collect()).await?;
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let group = &groups[row.place.1 as usize];
            (row.place.0, told_row(plan, group, &row, &names))
        })
        .collect();
    rows.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| order(left).cmp(&order(right))));
    let definition = plan.metric.definition();
    Ok(KpiAnswer {
        metric: plan.metric,
        definition_version: definition.version,
        unit: definition.unit,
        pending,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    })
}

fn told_row(plan: &Plan, group: &Group, row: &Row, names: &HashMap<PersonId, String>) -> KpiRow {
    let bucket = plan.buckets[row.place.0 as usize];
    let team = group.team.zip(plan.teams.as_ref());
    let figures = row.figures.unwrap_or_default();
    KpiRow {
        bucket: bucket.first_day,
        partial: bucket.partial,
        agent: group.agent.map(|id| agent(id, names)),
        team: team.map(|(id, teams)| KpiTeam { id, name: teams.name(id) }),
        channel: group.channel,
        withheld: row.figures.is_none(),
        n: row.figures.map(|figures| figures.n),
        mean: figures.mean,
        p50: figures.p50,
        p90: figures.p90,
        max: figures.max,
    }
}

pub(super) fn agent(id: PersonId, names: &HashMap<PersonId, String>) -> KpiAgent {
    KpiAgent { id, name: names.get(&id).cloned().unwrap_or_default() }
}

/// By name, and whatever is nobody's last.
type Order<'a> = (bool, &'a str, Option<PersonId>, bool, &'a str, Option<Channel>);

fn order(row: &KpiRow) -> Order<'_> {
    let agent = row.agent.as_ref().map_or("", |agent| agent.name.as_str());
    let team = row.team.as_ref().map_or("", |team| team.name.as_str());
    let id = row.agent.as_ref().map(|agent| agent.id);
    (row.agent.is_none(), agent, id, row.team.is_none(), team, row.channel)
}

/// What people are called today.
pub(super) async fn names(
    scope: &Scope,
    people: HashSet<PersonId>,
) -> Result<HashMap<PersonId, String>> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let these = any(scope.backend(), person::Column::Id, people.into_iter().map(|person| person.0));
    let select = scope
        .find::<person::Entity>()
        .filter(these)
        .select_only()
        .columns([person::Column::Id, person::Column::Name]);
    let rows = scope.tx().query_all_raw(select.build(scope.backend())).await?;
    rows.iter()
        .map(|row| Ok((PersonId(row.try_get_by_index::<Uuid>(0)?), row.try_get_by_index(1)?)))
        .collect()
}
