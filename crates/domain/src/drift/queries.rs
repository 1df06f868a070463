//! Reading figures, and where they do not speak for themselves the histories.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Days, TimeDelta, Utc};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::causes::{Glance, Pair, Source};
use super::entity::{fact, ticket};
use super::tally::Tally;
use super::types::{
    ConnectionDrift, DriftCause, DriftMetric, DriftQuery, MetricDrift, TicketMetric,
};
use crate::connections::{self, Connection, ConnectionId};
use crate::kernel::dialect::any;
use crate::kernel::{Error, Finds, Permission, Result, Scope};
use crate::kpis::{self, Exclusion, Measure};
use crate::tenants;
use crate::tickets::{self, TicketId};

/// How many tickets are compared at once.
const AT_ONCE: u64 = 2_000;
/// How many histories are read at once.
const HISTORIES: usize = 512;
/// How many days there are, where nobody says.
const DAYS: u64 = 30;
/// The most days there may be.
const MOST_DAYS: i64 = 366;

/// How far a helpdesk's own figures are from ours, and why.
///
/// # Errors
/// `forbidden` without `tickets.read` of the whole tenant; `not_found`; `invalid` for days that are none, or too many.
pub async fn of_connection(
    scope: &Scope,
    id: ConnectionId,
    query: &DriftQuery,
) -> Result<ConnectionDrift> {
    scope.require(Permission::TicketsRead)?;
    let connection = connections::get(scope, id).await?;
    let source = sources(scope, vec![connection]).await?.remove(&id);
    let source = source.ok_or_else(|| Error::not_found("connection", id))?;
    let tomorrow = tenants::today(scope).await? + Days::new(1);
    let to = query.to.unwrap_or(tomorrow);
    let from = query.from.or(to.checked_sub_days(Days::new(DAYS))).unwrap_or(to);
    if (to - from).num_days() > MOST_DAYS {
        let message = format!("this is more than {MOST_DAYS} days; ask for fewer");
        return Err(Error::invalid("/from", "out_of_range", message));
    }
    let range = kpis::instants(scope, (from, to)).await?;
    let mut drift = Drift { scope, id, source, waiting: Vec::new(), tallies: HashMap::new() };
    let of_creation = [DriftMetric::FirstResponseTime, DriftMetric::Reopens];
    drift.facts(Measure::FirstResponse, &of_creation, range).await?;
    drift.facts(Measure::Resolution, &[DriftMetric::FullResolutionTime], range).await?;
    drift.unsolved(range).await?;
    Ok(ConnectionDrift { connection_id: id, from, to, metrics: drift.told() })
}

/// The figures of a ticket: ours, and the helpdesk's own beside them.
///
/// # Errors
/// `forbidden` without `tickets.read`; `not_found` outside the caller's reach.
pub async fn metrics(scope: &Scope, id: TicketId) -> Result<Vec<TicketMetric>> {
    let found = metrics_of(scope, &[id]).await?.remove(&id);
    found.ok_or_else(|| Error::not_found("ticket", id))
}

/// The same of those of some tickets that the caller may see.
///
/// # Errors
/// `forbidden` without `tickets.read`.
pub async fn metrics_of(
    scope: &Scope,
    ids: &[TicketId],
) -> Result<HashMap<TicketId, Vec<TicketMetric>>> {
    let tickets = tickets::many(scope, ids).await?;
    let mut found: HashMap<_, _> = tickets.iter().map(|ticket| (ticket.id, Vec::new())).collect();
    let connections: BTreeSet<_> = tickets.iter().map(|ticket| ticket.connection_id.0).collect();
    let connections: Vec<_> = connections.into_iter().map(ConnectionId).collect();
    let sources = sources(scope, ConnectionId::many(scope, &connections).await?).await?;
    let seen = tickets.iter().map(|ticket| ticket.id.0);
    let rows = these(scope, seen).all(scope.tx()).await?;
    let mut of_connection: HashMap<ConnectionId, Vec<Pair>> = HashMap::new();
    for case in cases(scope, rows).await? {
        let pairs = of_connection.entry(case.ticket.connection_id).or_default();
        pairs.extend(DriftMetric::ALL.iter().map(|metric| case.pair(*metric)));
    }
    for (connection, pairs) in of_connection {
        let Some(source) = sources.get(&connection) else { continue };
        for (pair, cause) in explained(scope, source, pairs).await? {
            let Pair { metric, ticket, ours: value, exclusion, source: source_value, .. } = pair;
            let told = TicketMetric { metric, value, exclusion, source_value, cause };
            found.entry(ticket).or_default().push(told);
        }
    }
    found.values_mut().for_each(|told| told.sort_by_key(|it| it.metric));
    Ok(found)
}

/// What there is to know of the sources of tickets.
async fn sources(
    scope: &Scope,
    connections: Vec<Connection>,
) -> Result<HashMap<ConnectionId, Source>> {
    let ids: Vec<_> = connections.iter().map(|connection| connection.id).collect();
    let health = connections::health_of(scope, &ids).await?;
    let source = |Connection { id, system, sync_from, .. }: Connection| {
        let reached_at = health.get(&id).and_then(|health| health.reached_at);
        (id, Source { sync_from, reached_at, ..Source::of(&system) })
    };
    Ok(connections.into_iter().map(source).collect())
}

/// A comparison under way.
struct Drift<'s> {
    scope: &'s Scope,
    id: ConnectionId,
    source: Source,
    /// What has yet to be added up.
    waiting: Vec<Pair>,
    tallies: HashMap<DriftMetric, Tally>,
}

impl Drift<'_> {
    /// Compares the tickets with a fact of a measure, in the order of its index.
    async fn facts(
        &mut self,
        measure: Measure,
        metrics: &[DriftMetric],
        (from, to): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<()> {
        use fact::Column::{AtMicros, Measure, TicketId};
        let (mut first, mut after) = (from.timestamp_micros(), Uuid::nil());
        loop {
            let later = Condition::any()
                .add(AtMicros.gt(first))
                .add(Condition::all().add(AtMicros.eq(first)).add(TicketId.gt(after)));
            let facts = self.scope.find::<fact::Entity>().filter(Measure.eq(measure.code()));
            let facts = facts
                .filter(AtMicros.gte(first))
                .filter(AtMicros.lt(to.timestamp_micros()))
                .filter(later)
                .order_by_asc(AtMicros)
                .order_by_asc(TicketId)
                .limit(AT_ONCE);
            let facts = facts.all(self.scope.tx()).await?;
            let tickets = these(self.scope, facts.iter().map(|fact| fact.ticket_id.0));
            let tickets = tickets.filter(ticket::Column::ConnectionId.eq(self.id));
            for case in cases(self.scope, tickets.all(self.scope.tx()).await?).await? {
                self.waiting.extend(metrics.iter().map(|metric| case.pair(*metric)));
            }
            self.explain().await?;
            match facts.last() {
                Some(last) if facts.len() as u64 == AT_ONCE => {
                    (first, after) = (last.at_micros, last.ticket_id.0);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Compares the tickets that only the source has a solution of: neither solved nor closed here, they have no fact that says so.
    async fn unsolved(&mut self, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> Result<()> {
        use ticket::Column::{
            ConnectionId, CreatedAt, Id, LastSolvedAt, SourceFullResolutionSeconds,
        };
        let mut after = Uuid::nil();
        loop {
            let tickets = self.scope.find::<ticket::Entity>().filter(ConnectionId.eq(self.id));
            let tickets = tickets
                .filter(SourceFullResolutionSeconds.is_not_null())
                .filter(LastSolvedAt.is_null())
                .filter(CreatedAt.lt(to))
                .filter(Id.gt(after))
                .order_by_asc(Id)
                .limit(AT_ONCE);
            let tickets = tickets.all(self.scope.tx()).await?;
            let last = tickets.last().filter(|_| tickets.len() as u64 == AT_ONCE);
            let last = last.map(|last| last.id.0);
            for case in cases(self.scope, tickets).await? {
                let took = case.ticket.source_full_resolution_seconds;
                let at =
                    took.and_then(TimeDelta::try_seconds).map(|it| case.ticket.created_at + it);
                let is_within = at.is_some_and(|at| (from..to).contains(&at));
                if is_within && case.fact(Measure::Resolution).is_none() {
                    self.waiting.push(case.pair(DriftMetric::FullResolutionTime));
                }
            }
            self.explain().await?;
            let Some(last) = last else { return Ok(()) };
            after = last;
        }
    }

    async fn explain(&mut self) -> Result<()> {
        let pairs = std::mem::take(&mut self.waiting);
        for (pair, cause) in explained(self.scope, &self.source, pairs).await? {
            let tolerance = self.source.tolerance(pair.metric);
            self.tallies.entry(pair.metric).or_default().add(&pair, tolerance, cause);
        }
        Ok(())
    }

    fn told(mut self) -> Vec<MetricDrift> {
        let told = |metric: &DriftMetric| {
            let tally = self.tallies.remove(metric).unwrap_or_default();
            tally.told(*metric, &self.source)
        };
        DriftMetric::ALL.iter().map(told).collect()
    }
}

/// A ticket with its facts that are compared.
struct Case {
    ticket: ticket::Model,
    facts: Vec<fact::Model>,
}

impl Case {
    fn fact(&self, measure: Measure) -> Option<&fact::Model> {
        self.facts.iter().find(|fact| fact.measure == measure.code())
    }

    fn pair(&self, metric: DriftMetric) -> Pair {
        let ticket = &self.ticket;
        // What keeps out the ticket keeps out all of its facts.
        let hidden = self.facts.iter().find_map(|fact| Exclusion::from_code(fact.exclusion));
        let hidden = hidden.filter(|it| it.is_of_ticket());
        let reopening = self.fact(Measure::Reopening);
        let (fact, source) = match metric {
            DriftMetric::FirstResponseTime => {
                (self.fact(Measure::FirstResponse), ticket.source_first_response_seconds)
            }
            DriftMetric::FullResolutionTime => {
                (self.fact(Measure::Resolution), ticket.source_full_resolution_seconds)
            }
            DriftMetric::Reopens => (reopening, ticket.source_reopens),
        };
        let exclusion = fact.and_then(|fact| Exclusion::from_code(fact.exclusion)).or(hidden);
        let value = match metric {
            // A fact of it says that there was one.
            DriftMetric::Reopens => Some(i64::from(reopening.is_some())),
            DriftMetric::FirstResponseTime | DriftMetric::FullResolutionTime => {
                fact.map(|fact| fact.value)
            }
        };
        Pair {
            metric,
            ticket: ticket.id,
            created_at: ticket.created_at,
            ours: value.filter(|_| exclusion.is_none()),
            exclusion,
            source,
            version: ticket.source_version,
            is_uncounted: metric == DriftMetric::Reopens && fact.is_some() && exclusion.is_none(),
        }
    }
}

fn these(scope: &Scope, ids: impl IntoIterator<Item = Uuid>) -> Select<ticket::Entity> {
    scope.find::<ticket::Entity>().filter(any(scope.backend(), ticket::Column::Id, ids))
}

/// Tickets with their facts.
async fn cases(scope: &Scope, tickets: Vec<ticket::Model>) -> Result<Vec<Case>> {
    let ids = tickets.iter().map(|ticket| ticket.id.0);
    let theirs = any(scope.backend(), fact::Column::TicketId, ids);
    let measures = [Measure::FirstResponse, Measure::Resolution, Measure::Reopening];
    let facts = scope.find::<fact::Entity>().filter(theirs);
    let facts = facts.filter(fact::Column::Measure.is_in(measures.map(Measure::code)));
    let mut of_ticket: HashMap<TicketId, Vec<fact::Model>> = HashMap::new();
    for fact in facts.all(scope.tx()).await? {
        of_ticket.entry(fact.ticket_id).or_default().push(fact);
    }
    let case = |ticket: ticket::Model| {
        let facts = of_ticket.remove(&ticket.id).unwrap_or_default();
        Case { ticket, facts }
    };
    Ok(tickets.into_iter().map(case).collect())
}

/// Why the figures of each pair differ; nothing where they do not.
async fn explained(
    scope: &Scope,
    source: &Source,
    mut pairs: Vec<Pair>,
) -> Result<Vec<(Pair, Option<DriftCause>)>> {
    let unclear = pairs.iter().filter(|pair| pair.at_a_glance(source) == Glance::Unclear);
    let unclear: BTreeSet<_> = unclear.map(|pair| pair.ticket).collect();
    let unclear: Vec<_> = unclear.into_iter().collect();
    let mut histories = HashMap::new();
    for some in unclear.chunks(HISTORIES) {
        histories.extend(tickets::histories(scope, some).await?);
    }
    let mut explained = Vec::with_capacity(pairs.len());
    for mut pair in pairs.drain(..) {
        let history = histories.get(&pair.ticket);
        if let Some(history) = history {
            pair.count(history);
        }
        let cause = match (pair.at_a_glance(source), history) {
            (Glance::Same, _) => None,
            (Glance::Because(cause), _) => Some(cause),
            (Glance::Unclear, Some(history)) => Some(pair.in_history(source, history)),
            (Glance::Unclear, None) => Some(DriftCause::HistoryIncomplete),
        };
        explained.push((pair, cause));
    }
    Ok(explained)
}
