//! Storing a ticket's facts, and marking what has to be added up anew because of it.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::QueryFilter;
use uuid::Uuid;

use crate::kernel::bulk::{Cells, Insert, Keys, Lookup};
use crate::kernel::dialect::any;
use crate::kernel::{PersonId, Result, Scope};
use crate::kpis::Exclusion;
use crate::kpis::entity::channel;
use crate::kpis::entity::fact::{Column, Entity, Model};
use crate::kpis::facts::{Fact, facts_of};
use crate::kpis::jobs::Drain;
use crate::kpis::slots::{Month, day_of, month_of};
use crate::tickets::{Channel, QueueId, TicketChange, TicketId};

/// How many tickets one statement clears.
const TICKETS_AT_ONCE: usize = 512;

/// A row that has the days already is locked all the same, but not written.
const ON_MARKED: &str = "ON CONFLICT (tenant_id, measure, month, agent_id, queue_id, channel) \
                         DO UPDATE SET days = dirty_cells.days | excluded.days \
                         WHERE dirty_cells.days <> (dirty_cells.days | excluded.days)";

/// What a ticket's facts are now.
#[derive(Clone, Debug)]
pub struct TicketFacts {
    /// The ticket.
    pub ticket: TicketId,
    /// It has never had any: nobody needs to look.
    pub is_new: bool,
    /// All of its facts, as [`facts_of`](crate::kpis::facts_of) gives them.
    pub facts: Vec<Fact>,
}

/// A fact in the form it is stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Row {
    measure: i16,
    at_micros: i64,
    value: i64,
    agent: Uuid,
    queue: Uuid,
    channel: Channel,
    exclusion: i16,
}

/// A month of one kind of cell. Ordered as the tables are, so that everybody locks in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Cell {
    pub(super) measure: i16,
    pub(super) month: Month,
    pub(super) agent: Uuid,
    pub(super) queue: Uuid,
    pub(super) channel: &'static str,
}

/// What follows from changed tickets: their facts anew, and the marks of what that changes. For [`crate::tickets`] to call.
#[must_use]
pub fn follow(scope: &Scope, changes: Vec<TicketChange>) -> BoxFuture<'_, Result<()>> {
    let facts = changes.into_iter().map(|change| TicketFacts {
        ticket: change.ticket,
        is_new: change.is_new,
        facts: facts_of(&change.history),
    });
    replace_facts(scope, facts.collect()).boxed()
}

/// Replaces the facts of some tickets as a whole, and marks what that changes. Facts that stay as they are mark nothing, so the same
/// history twice costs one look.
///
/// The caller keeps the tickets from being changed by others until the scope ends, and calls this once and last in it: whoever waits
/// for a mark then holds nothing that somebody else waits for.
///
/// # Errors
/// Those of the database.
pub async fn replace_facts(scope: &Scope, tickets: Vec<TicketFacts>) -> Result<()> {
    let mut dirty = BTreeMap::<Cell, u32>::new();
    let (mut rows, mut gone) = (Vec::new(), Vec::new());
    let mut stored = stored(scope, &tickets).await?;
    for TicketFacts { ticket, facts, .. } in tickets {
        let old = stored.remove(&ticket.0).unwrap_or_default();
        let new: Vec<_> = facts.iter().map(Row::of).collect();
        if old == new {
            continue;
        }
        mark(&mut dirty, &old, &new);
        if !old.is_empty() {
            gone.push(ticket.0);
        }
        rows.extend((0i32..).zip(new).map(|(ordinal, row)| (ticket.0, ordinal, row)));
    }
    for gone in gone.chunks(TICKETS_AT_ONCE) {
        let these = any(scope.backend(), Column::TicketId, gone.iter().copied());
        scope.delete_many::<Entity>().filter(these).exec(scope.tx()).await?;
    }
    insert(scope, &rows).await?;
    if dirty.is_empty() {
        return Ok(());
    }
    insert_marks(scope, &dirty).await?;
    scope.enqueue(&Drain {}).await
}

async fn insert(scope: &Scope, rows: &[(Uuid, i32, Row)]) -> Result<()> {
    let uuids = |of: fn(&(Uuid, i32, Row)) -> Uuid| {
        Cells::Uuid(rows.iter().map(|row| Some(of(row))).collect())
    };
    let smalls = |of: fn(&(Uuid, i32, Row)) -> i16| Cells::Small(rows.iter().map(of).collect());
    let longs = |of: fn(&(Uuid, i32, Row)) -> i64| {
        Cells::Long(rows.iter().map(|row| Some(of(row))).collect())
    };
    let insert = Insert::into("ticket_facts")
        .column("ticket_id", uuids(|(ticket, _, _)| *ticket))
        .column("ordinal", Cells::Int(rows.iter().map(|(_, ordinal, _)| *ordinal).collect()))
        .column("measure", smalls(|(_, _, row)| row.measure))
        .column("at_micros", longs(|(_, _, row)| row.at_micros))
        .column("value", longs(|(_, _, row)| row.value))
        .column("agent_id", uuids(|(_, _, row)| row.agent))
        .column("queue_id", uuids(|(_, _, row)| row.queue))
        .column("channel", Cells::Word(rows.iter().map(|(.., row)| row.channel.word()).collect()))
        .column("exclusion", smalls(|(_, _, row)| row.exclusion));
    insert.run(scope, "").await?;
    Ok(())
}

pub(super) async fn insert_marks(scope: &Scope, dirty: &BTreeMap<Cell, u32>) -> Result<()> {
    let uuids =
        |of: fn(&Cell) -> Uuid| Cells::Uuid(dirty.keys().map(|cell| Some(of(cell))).collect());
    let insert = Insert::into("dirty_cells")
        .column("measure", Cells::Small(dirty.keys().map(|cell| cell.measure).collect()))
        .column("month", Cells::Int(dirty.keys().map(|cell| cell.month).collect()))
        .column("agent_id", uuids(|cell| cell.agent))
        .column("queue_id", uuids(|cell| cell.queue))
        .column("channel", Cells::Word(dirty.keys().map(|cell| cell.channel).collect()))
        .column("days", Cells::Int(dirty.values().map(|days| days.cast_signed()).collect()));
    insert.run(scope, ON_MARKED).await?;
    Ok(())
}

/// Marks the days of what only one side has. An excluded fact is in no rollup, so it marks nothing.
fn mark(dirty: &mut BTreeMap<Cell, u32>, old: &[Row], new: &[Row]) {
    let mut balance = HashMap::<Row, i32>::with_capacity(old.len() + new.len());
    old.iter().for_each(|row| *balance.entry(*row).or_default() -= 1);
    new.iter().for_each(|row| *balance.entry(*row).or_default() += 1);
    for (row, balance) in balance {
        if balance != 0 && row.exclusion == 0 {
            let at = DateTime::from_timestamp_micros(row.at_micros).unwrap_or_default();
            *dirty.entry(row.cell(at)).or_default() |= 1 << day_of(at);
        }
    }
}

/// The facts that the tickets had so far, in their order.
async fn stored(scope: &Scope, tickets: &[TicketFacts]) -> Result<HashMap<Uuid, Vec<Row>>> {
    let known = tickets.iter().filter(|ticket| !ticket.is_new).map(|ticket| ticket.ticket.0);
    let mut facts: Vec<Model> =
        Lookup::of("ticket_facts").by(scope, "ticket_id", Keys::Uuid(known.collect())).await?;
    facts.sort_unstable_by_key(|fact| (fact.ticket_id, fact.ordinal));
    let mut stored = HashMap::<Uuid, Vec<Row>>::new();
    for fact in facts {
        stored.entry(fact.ticket_id).or_default().push(Row {
            measure: fact.measure,
            at_micros: fact.at_micros,
            value: fact.value,
            agent: fact.agent_id,
            queue: fact.queue_id,
            channel: channel(&fact.channel),
            exclusion: fact.exclusion,
        });
    }
    Ok(stored)
}

impl Row {
    fn of(fact: &Fact) -> Self {
        Self {
            measure: fact.measure.code(),
            at_micros: fact.at.timestamp_micros(),
            value: fact.value,
            agent: fact.agent.unwrap_or(PersonId::NONE).0,
            queue: fact.queue.unwrap_or(QueueId::NONE).0,
            channel: fact.channel,
            exclusion: fact.exclusion.map_or(0, Exclusion::code),
        }
    }

    fn cell(&self, at: DateTime<Utc>) -> Cell {
        Cell {
            measure: self.measure,
            month: month_of(at),
            agent: self.agent,
            queue: self.queue,
            channel: self.channel.word(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpis::Measure;

    #[test]
    fn only_what_changes_and_counts_is_marked() {
        let row = |at_micros, exclusion| Row {
            measure: Measure::Creation.code(),
            at_micros,
            value: 0,
            agent: Uuid::nil(),
            queue: Uuid::nil(),
            channel: Channel::Email,
            exclusion,
        };
        let day = 86_400_000_000;
        let mut dirty = BTreeMap::new();
        mark(&mut dirty, &[row(0, 0), row(day, 0)], &[row(0, 0), row(2 * day, 1)]);
        assert_eq!(dirty.into_values().collect::<Vec<_>>(), [0b10]);
    }
}
