//! Adding up what is marked.
//!
//! A marked day is recomputed from its facts, never incremented, so nothing is counted twice however often this is interrupted. Whoever
//! took a mark away owns the rollup of the same key until they commit; a writer of facts who makes the mark again waits for that, so its
//! facts are either all seen here, or its mark is there afterwards.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement,
    Value,
};
use uuid::Uuid;

use super::derive::{derive, is_any_ticket_marked};
use super::replace::{Cell, insert_marks};
use crate::kernel::bulk::{Cells, Insert};
use crate::kernel::condition::is_waiting;
use crate::kernel::dialect::{self, take_first};
use crate::kernel::{Result, Scope};
use crate::kpis::cells::{Packed, marks, replace_days};
use crate::kpis::entity::channel;
use crate::kpis::entity::{dirty, fact, rollup};
use crate::kpis::jobs::Drain;
use crate::kpis::slots::{Month, SLOTS_PER_DAY, Slot, first_slot, micros_of, slot_of};

/// How many marks a unit of work takes; what [`drain`] is best called with.
pub const DRAIN_UNIT: u32 = 1_000;
/// How many facts a unit reads before it stops, so that nobody waits for it long.
const FACTS_PER_UNIT: u64 = 20_000;

const EVERY_DAY: u32 = (1 << 31) - 1;

const ON_STORED: &str = "ON CONFLICT (tenant_id, measure, agent_id, month, queue_id, channel) \
                         DO UPDATE SET n = excluded.n, total = excluded.total, cells = excluded.cells";

/// Makes the facts of some marked tickets, or adds up at most `limit` marked months where no ticket is marked, and returns how many it
/// finished or brought further; 0 when nothing is marked that nobody else is at. One short transaction: call it again until it returns 0.
///
/// # Errors
/// Those of the database.
pub async fn drain(scope: &Scope, limit: u32) -> Result<usize> {
    match derive(scope).await? {
        0 => drain_unit(scope, limit, FACTS_PER_UNIT).await,
        derived => Ok(derived),
    }
}

/// The same with another measure of how much is enough.
pub(in crate::kpis) async fn drain_unit(scope: &Scope, limit: u32, facts: u64) -> Result<usize> {
    let claimed = claim(scope, limit).await?;
    let (mut done, mut left, mut marks) = (0, facts, BTreeMap::new());
    // Marks are ordered by measure and month: each group reads its facts together.
    for group in claimed.chunk_by(|(a, _), (b, _)| (a.measure, a.month) == (b.measure, b.month)) {
        if left == 0 {
            marks.extend(group.iter().copied());
            continue;
        }
        let read = add_up(scope, group, left).await?;
        left = left.saturating_sub(read.facts);
        marks.extend(read.unread);
        done += group.len();
    }
    insert_marks(scope, &marks).await?;
    Ok(done)
}

/// Takes marks away. Whoever wants to make one of them again waits until this scope ends.
async fn claim(scope: &Scope, limit: u32) -> Result<Vec<(Cell, u32)>> {
    let key = "measure, month, agent_id, queue_id, channel";
    let sql = take_first(scope.backend(), "dirty_cells", key, &format!("{key}, days"));
    let values = [scope.tenant().0.into(), i64::from(limit).into()];
    let rows = scope.tx().query_all_raw(statement(scope, &sql, values)).await?;
    let claimed = rows.iter().map(|row| {
        let cell = Cell {
            measure: row.try_get_by_index(0)?,
            month: row.try_get_by_index(1)?,
            agent: row.try_get_by_index(2)?,
            queue: row.try_get_by_index(3)?,
            channel: channel(&row.try_get_by_index::<String>(4)?).word(),
        };
        Ok((cell, row.try_get_by_index::<i32>(5)?.cast_unsigned()))
    });
    let mut claimed = claimed.collect::<Result<Vec<_>>>()?;
    claimed.sort_unstable();
    Ok(claimed)
}

/// The values of a group of marks, each with the place of its mark.
struct Values {
    /// The days that were read whole.
    days: u32,
    read: u64,
    of: Vec<Vec<(Slot, i64)>>,
}

/// How far a group was read.
struct Read {
    facts: u64,
    unread: Vec<(Cell, u32)>,
}

/// Adds up the marks of one measure and month.
async fn add_up(scope: &Scope, group: &[(Cell, u32)], limit: u64) -> Result<Read> {
    let places: HashMap<_, _> =
        group.iter().zip(0..).map(|((cell, _), place)| (*cell, place)).collect();
    let marked = group.iter().fold(0, |days, (_, more)| days | more);
    let mut values = values(scope, group, &places, marked, limit).await?;
    let mut stored = stored(scope, group, &places).await?;
    let (mut rows, mut unread) = (Vec::with_capacity(group.len()), Vec::new());
    for (place, (cell, days)) in group.iter().enumerate() {
        let fresh = days & values.days;
        let points = &mut values.of[place];
        points.retain(|(slot, _)| marks(fresh, (slot / SLOTS_PER_DAY) as u8));
        let old = std::mem::take(&mut stored[place]);
        let (packed, rest) = match replace_days(&old, fresh, points) {
            Ok(packed) => (packed, days & !values.days),
            Err(damaged) => {
                tracing::error!(%damaged, ?cell, "a rollup cannot be read; it is made anew from its facts");
                (Packed::default(), EVERY_DAY)
            }
        };
        unread.extend((rest != 0).then_some((*cell, rest)));
        if !(packed.is_empty() && old.is_empty()) {
            rows.push((*cell, packed));
        }
    }
    let emptied = rows.iter().any(|(_, packed)| packed.is_empty());
    store(scope, rows).await?;
    if emptied {
        remove_empty(scope, group).await?;
    }
    Ok(Read { facts: values.read, unread })
}

/// Reads facts day by day, beginning with the first marked day, until the limit is reached. At least one day is read.
async fn values(
    scope: &Scope,
    group: &[(Cell, u32)],
    places: &HashMap<Cell, usize>,
    marked: u32,
    limit: u64,
) -> Result<Values> {
    let (measure, month) = (group[0].0.measure, group[0].0.month);
    let mut values = Values { days: 0, read: 0, of: vec![Vec::new(); group.len()] };
    let mut day = 0;
    while let Some((first, after)) = run(marked, day) {
        let left = limit.saturating_sub(values.read);
        if left == 0 && values.days != 0 {
            break;
        }
        let facts = Facts { measure, month, agents: (group[0].0.agent, last_agent(group)) };
        let mut rows = facts.read(scope, (first, after), Some(left.max(1))).await?;
        let mut end = after;
        if rows.len() as u64 >= left.max(1) {
            // The last day may have more than was read: it waits for its turn, unless it is the only one.
            end = rows.last().map_or(after, |last| (last.slot / SLOTS_PER_DAY) as u8);
            if end == first {
                end = first + 1;
                rows = facts.read(scope, (first, end), None).await?;
            }
        }
        values.read += rows.len() as u64;
        values.days |= (first..end).fold(0, |days, day| days | 1 << day);
        for row in rows.into_iter().filter(|row| row.slot < Slot::from(end) * SLOTS_PER_DAY) {
            if let Some(place) = places.get(&row.cell) {
                values.of[*place].push((row.slot, row.value));
            }
        }
        if end < after {
            break;
        }
        day = after;
    }
    Ok(values)
}

/// The first run of marked days from a day on: its first day, and the day after its last.
fn run(marked: u32, from: u8) -> Option<(u8, u8)> {
    let first = (from..31).find(|day| marks(marked, *day))?;
    let after = (first..31).find(|day| !marks(marked, *day)).unwrap_or(31);
    Some((first, after))
}

fn last_agent(group: &[(Cell, u32)]) -> Uuid {
    group.last().map_or(Uuid::max(), |(cell, _)| cell.agent)
}

struct Facts {
    measure: i16,
    month: Month,
    agents: (Uuid, Uuid),
}

struct FactRow {
    cell: Cell,
    slot: Slot,
    value: i64,
}

impl Facts {
    async fn read(
        &self,
        scope: &Scope,
        (first, after): (u8, u8),
        limit: Option<u64>,
    ) -> Result<Vec<FactRow>> {
        use fact::Column;
        let start = first_slot(self.month);
        let micros = |day: u8| micros_of(start + Slot::from(day) * SLOTS_PER_DAY);
        let select = scope
            .find::<fact::Entity>()
            .filter(Column::Measure.eq(self.measure))
            .filter(Column::AtMicros.gte(micros(first)))
            .filter(Column::AtMicros.lt(micros(after)))
            .filter(Column::AgentId.between(self.agents.0, self.agents.1))
            .filter(Column::Exclusion.eq(0i16))
            .order_by_asc(Column::AtMicros)
            .limit(limit)
            .select_only()
            .columns([
                Column::AtMicros,
                Column::Value,
                Column::AgentId,
                Column::QueueId,
                Column::Channel,
            ]);
        let rows = scope.tx().query_all_raw(select.build(scope.backend())).await?;
        let rows = rows.iter().map(|row| {
            let cell = Cell {
                measure: self.measure,
                month: self.month,
                agent: row.try_get_by_index(2)?,
                queue: row.try_get_by_index(3)?,
                channel: channel(&row.try_get_by_index::<String>(4)?).word(),
            };
            let slot = slot_of(row.try_get_by_index(0)?) - start;
            Ok(FactRow { cell, slot, value: row.try_get_by_index(1)? })
        });
        rows.collect()
    }
}

/// What is stored of each mark's month; nothing is empty.
async fn stored(
    scope: &Scope,
    group: &[(Cell, u32)],
    places: &HashMap<Cell, usize>,
) -> Result<Vec<Vec<u8>>> {
    use rollup::Column;
    let Cell { measure, month, agent, .. } = group[0].0;
    let select = scope
        .find::<rollup::Entity>()
        .filter(Column::Measure.eq(measure))
        .filter(Column::Month.eq(month))
        .filter(Column::AgentId.between(agent, last_agent(group)))
        .select_only()
        .columns([Column::AgentId, Column::QueueId, Column::Channel, Column::Cells]);
    let mut stored = vec![Vec::new(); group.len()];
    for row in scope.tx().query_all_raw(select.build(scope.backend())).await? {
        let cell = Cell {
            measure,
            month,
            agent: row.try_get_by_index(0)?,
            queue: row.try_get_by_index(1)?,
            channel: channel(&row.try_get_by_index::<String>(2)?).word(),
        };
        if let Some(place) = places.get(&cell) {
            stored[*place] = row.try_get_by_index(3)?;
        }
    }
    Ok(stored)
}

async fn store(scope: &Scope, rows: Vec<(Cell, Packed)>) -> Result<()> {
    let uuids =
        |of: fn(&Cell) -> Uuid| Cells::Uuid(rows.iter().map(|(cell, _)| Some(of(cell))).collect());
    let longs = |of: fn(&Packed) -> i64| {
        Cells::Long(rows.iter().map(|(_, packed)| Some(of(packed))).collect())
    };
    let insert = Insert::into("rollups")
        .column("measure", Cells::Small(rows.iter().map(|(cell, _)| cell.measure).collect()))
        .column("agent_id", uuids(|cell| cell.agent))
        .column("month", Cells::Int(rows.iter().map(|(cell, _)| cell.month).collect()))
        .column("queue_id", uuids(|cell| cell.queue))
        .column("channel", Cells::Word(rows.iter().map(|(cell, _)| cell.channel).collect()))
        .column("n", longs(|packed| packed.n))
        .column("total", longs(|packed| packed.total))
        .column("cells", Cells::Bytes(rows.into_iter().map(|(_, packed)| packed.cells).collect()));
    insert.run(scope, ON_STORED).await?;
    Ok(())
}

async fn remove_empty(scope: &Scope, group: &[(Cell, u32)]) -> Result<()> {
    use rollup::Column;
    let Cell { measure, month, agent, .. } = group[0].0;
    let empty = scope
        .delete_many::<rollup::Entity>()
        .filter(Column::Measure.eq(measure))
        .filter(Column::Month.eq(month))
        .filter(Column::AgentId.between(agent, last_agent(group)))
        .filter(Column::N.eq(0));
    empty.exec(scope.tx()).await?;
    Ok(())
}

fn statement(scope: &Scope, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    dialect::statement(scope.backend(), sql, values)
}

/// Whether anything is marked at all.
///
/// # Errors
/// Those of the database.
pub async fn is_pending(scope: &Scope) -> Result<bool> {
    let any = scope.find::<dirty::Entity>().select_only().column(dirty::Column::Measure).limit(1);
    let cell = scope.tx().query_one_raw(any.build(scope.backend())).await?;
    Ok(cell.is_some() || is_any_ticket_marked(scope).await?)
}

/// Whether something is marked, and no job is there to add it up.
///
/// # Errors
/// Those of the database.
pub async fn is_left_behind(scope: &Scope) -> Result<bool> {
    Ok(is_pending(scope).await? && !is_waiting::<Drain>(scope).await?)
}
