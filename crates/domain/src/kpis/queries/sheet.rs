//! An answer in the making: values are dealt out to the rows of a plan, whichever way they were read.

use std::collections::HashMap;
use std::sync::Arc;

use super::plan::{Plan, Span};
use super::teams::Owner;
use crate::kernel::{OrInternal, PersonId, Result, TeamId};
use crate::kpis::Statistic;
use crate::kpis::aggregate::{Row, Tally};
use crate::kpis::cells::{Day, days};
use crate::kpis::slots::{Month, SLOTS_PER_DAY, Slot, first_slot, micros_of};
use crate::tickets::{Channel, QueueId};

/// What a value is credited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) agent: Option<PersonId>,
    pub(super) queue: Option<QueueId>,
    pub(super) channel: Channel,
}

impl Key {
    pub(super) fn owner(&self) -> Owner {
        Owner::of(self.agent, self.queue)
    }
}

/// What tells rows of one bucket apart; what the plan does not group by is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Group {
    pub(super) agent: Option<PersonId>,
    pub(super) team: Option<TeamId>,
    pub(super) channel: Option<Channel>,
}

/// A span that a key's values go to, and its row once there is a value for it: a row without values must not come to be.
struct Target<'a> {
    key: &'a Key,
    span: Span,
    row: Option<usize>,
}

impl Target<'_> {
    fn row(&mut self, sheet: &mut Sheet<'_>) -> usize {
        *self.row.get_or_insert_with(|| sheet.row(self.key, self.span.bucket, self.span.team))
    }
}

/// The changes of one key's balance: what was before everything that is cut, and (instant, change).
pub(super) type Changes = HashMap<Key, (i64, Vec<(i64, i64)>)>;

pub(super) struct Sheet<'a> {
    plan: &'a Plan,
    tally: Tally,
    groups: HashMap<Group, u32>,
    spans: HashMap<Option<Owner>, Arc<[Span]>>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let tally = Tally::new(plan.metric.statistic());
        let mut sheet = Self { plan, tally, groups: HashMap::new(), spans: HashMap::new() };
        // Ungrouped, an empty bucket is a figure too.
        if !plan.is_grouped() {
            sheet.groups.insert(Group::default(), 0);
            for (_, bucket) in plan.buckets.iter().zip(0..) {
                sheet.tally.row((bucket, 0));
            }
        }
        sheet
    }

    /// The spans of whoever decides the team. Without teams everybody's are the same.
    fn spans_of(&mut self, key: &Key) -> Arc<[Span]> {
        let owner = self.plan.teams.is_some().then(|| key.owner());
        let plan = self.plan;
        let spans = self.spans.entry(owner);
        let spans = spans.or_insert_with(|| plan.spans(owner.unwrap_or(Owner::Queue(None))).into());
        Arc::clone(spans)
    }

    fn row(&mut self, key: &Key, bucket: u32, team: Option<TeamId>) -> usize {
        let group = Group {
            agent: key.agent.filter(|_| self.plan.by_agent),
            team: team.filter(|_| self.plan.by_team),
            channel: self.plan.by_channel.then_some(key.channel),
        };
        let next = self.groups.len() as u32;
        let number = *self.groups.entry(group).or_insert(next);
        let row = self.tally.row((bucket, number));
        if let (Some(agent), Some(visible)) = (key.agent, &self.plan.visible)
            && !visible.contains(&agent)
        {
            self.tally.hide(row, agent);
        }
        row
    }

    /// Adds one fact.
    pub(super) fn add_fact(&mut self, key: &Key, at: i64, value: i64) {
        let spans = self.spans_of(key);
        let place = spans.partition_point(|span| span.to <= at);
        if let Some(span) = spans.get(place)
            && span.from <= at
            && self.plan.covers(key.agent, span.team)
        {
            let row = self.row(key, span.bucket, span.team);
            self.tally.add_one(row, value);
        }
    }

    /// Adds a stored month. Every edge of the plan lies on a quarter hour.
    pub(super) fn add_month(
        &mut self,
        key: &Key,
        month: Month,
        (n, total, cells): (i64, i64, &[u8]),
    ) -> Result<()> {
        let (from, to) = (micros_of(first_slot(month)), micros_of(first_slot(month + 1)));
        let spans = self.spans_of(key);
        let first = spans.partition_point(|span| span.to <= from);
        let within = spans[first..].iter().take_while(|span| span.from < to);
        let covered = within.filter(|span| self.plan.covers(key.agent, span.team));
        let mut targets: Vec<_> =
            covered.map(|span| Target { key, span: *span, row: None }).collect();
        if let [only] = targets.as_mut_slice()
            && only.span.from <= from
            && to <= only.span.to
            && self.tally.statistic() != Statistic::Durations
        {
            let row = only.row(self);
            self.tally.add(row, n, total);
            return Ok(());
        }
        for day in days(cells).or_internal()? {
            self.add_day(from, &mut targets, &day.or_internal()?)?;
        }
        Ok(())
    }

    fn add_day(&mut self, month: i64, targets: &mut [Target<'_>], day: &Day<'_>) -> Result<()> {
        let from = month + micros_of(Slot::from(day.day) * SLOTS_PER_DAY);
        let to = from + micros_of(SLOTS_PER_DAY);
        let first = targets.partition_point(|target| target.span.to <= from);
        let targets = &mut targets[first..];
        let Some(target) = targets.first_mut().filter(|target| target.span.from < to) else {
            return Ok(());
        };
        let durations = self.tally.statistic() == Statistic::Durations;
        if target.span.from <= from && to <= target.span.to {
            let row = target.row(self);
            self.tally.add(row, day.n, day.total);
            if durations {
                day.values(self.tally.values(row)).or_internal()?;
            }
            return Ok(());
        }
        let each = day.each_slot(|cell, values| {
            let at = from + micros_of(cell.slot);
            let place = targets.partition_point(|target| target.span.to <= at);
            if let Some(target) = targets.get_mut(place).filter(|target| target.span.from <= at) {
                let row = target.row(self);
                self.tally.add(row, cell.n, cell.total);
                if durations {
                    self.tally.values(row).extend_from_slice(values);
                }
            }
        });
        each.or_internal()
    }

    /// Adds balances: what each key has at the end of each bucket, from its changes strictly before `cut` of that end.
    pub(super) fn settle(&mut self, changes: Changes, cut: impl Fn(i64) -> i64) {
        let plan = self.plan;
        for (key, (mut balance, mut changes)) in changes {
            changes.sort_unstable_by_key(|(at, _)| *at);
            let mut changes = changes.into_iter().peekable();
            for (bucket, number) in plan.buckets.iter().zip(0..) {
                let at = bucket.to.timestamp_micros();
                while let Some((_, change)) = changes.next_if(|(when, _)| *when < cut(at)) {
                    balance += change;
                }
                let team = plan.team_at(key.owner(), at);
                if balance != 0 && plan.covers(key.agent, team) {
                    let row = self.row(&key, number, team);
                    self.tally.add(row, 0, balance);
                }
            }
        }
    }

    /// The rows, and what their groups' numbers stand for.
    pub(super) fn finish(self) -> (Vec<Row>, Vec<Group>) {
        let mut groups: Vec<_> = self.groups.into_iter().collect();
        groups.sort_unstable_by_key(|(_, number)| *number);
        (self.tally.finish(), groups.into_iter().map(|(group, _)| group).collect())
    }
}

/// The changes of a stored month, as coarse as the ends of the buckets allow: whole days, and quarter hours of a day that an end cuts.
pub(super) fn changes_of(
    month: Month,
    cells: &[u8],
    ends: &[i64],
    to: &mut Vec<(i64, i64)>,
) -> Result<()> {
    let start = micros_of(first_slot(month));
    for day in days(cells).or_internal()? {
        let day = day.or_internal()?;
        let from = start + micros_of(Slot::from(day.day) * SLOTS_PER_DAY);
        let next = ends.partition_point(|end| *end <= from);
        if ends.get(next).is_none_or(|end| *end >= from + micros_of(SLOTS_PER_DAY)) {
            to.push((from, day.total));
        } else {
            let each = day.each_slot(|cell, _| to.push((from + micros_of(cell.slot), cell.total)));
            each.or_internal()?;
        }
    }
    Ok(())
}
