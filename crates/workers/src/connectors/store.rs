//! A page becomes ours: what it tells of one ticket together, in transactions of a fitting size, the checkpoint in the last of them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::connections::FieldMapping;
use domain::connections::sync::{Advance, advance};
use domain::kernel::{Result, Scope};
use domain::kpis;
use domain::tickets::source::{
    self, Rows, SourceEffect, SourceRow, SourceTarget, SourceTicket, Unit,
};

use super::contract::{Item, Mode, Stream};
use super::reader::Page;
use super::sync::Turn;

/// Stores a page, and remembers whom it found or made.
pub(super) async fn store(turn: &mut Turn<'_>, stream: &Stream, page: Page) -> Result<()> {
    let app = &turn.reader.context.app;
    let (id, run) = (turn.reader.account.id, turn.run);
    let Page { items, mut units, next, has_more, reached_at, .. } = page;
    // A sweep that has ended begins anew, when it is time.
    let has_ended = stream.mode == Mode::Sweep && !has_more;
    let checkpoint = (!has_ended).then(|| serde_json::to_string(&next)).transpose()?;
    let mut done = Advance { checkpoint, reached_at, items, changed: 0 };
    let last = units.pop().unwrap_or_default();
    for unit in units {
        let known = &turn.known;
        let write =
            async |scope: &Scope| source::write(scope, id, known, &unit, kpis::follow_later).await;
        let written = app.write_part_for(turn.job, write).await?;
        done.changed += written.changed;
        turn.known.remember(written.references);
    }
    let known = &turn.known;
    let write = async |scope: &Scope| {
        let written = source::write(scope, id, known, &last, kpis::follow_later).await?;
        done.changed += written.changed;
        advance(scope, id, run, stream.name, &done).await?;
        Ok(written.references)
    };
    // Of a page that another follows nobody waits for the disk: what the power takes back is read again from where it ends then.
    let found = match has_more {
        true => app.write_part_for(turn.job, write).await?,
        false => app.write_for(turn.job, write).await?,
    };
    turn.known.remember(found);
    Ok(())
}

/// What the helpdesk's own words mean.
fn mapped(row: &mut SourceRow, mapping: &FieldMapping) {
    let FieldMapping { escalated_tags, test_tags } = mapping;
    for event in &mut row.events {
        let has = |tags: &[String]| {
            let is_one = |effect: &SourceEffect| matches!(effect, SourceEffect::Tag(tag) if tags.contains(tag));
            event.effects.iter().any(is_one)
        };
        let (is_escalated, is_test) = (has(escalated_tags), has(test_tags));
        event.effects.extend(is_escalated.then_some(SourceEffect::Escalated));
        row.attributes.is_test = is_test.then_some(true).or(row.attributes.is_test);
    }
}

/// The tickets in the order of their names, which is about that of their ids here: rows that are near each other are written together.
/// A ticket as it is now is written before what happened to it.
pub(crate) fn units(items: Vec<Item>, mapping: &FieldMapping, rows: u64) -> Vec<Unit> {
    let mut first = Unit::default();
    let mut tickets: BTreeMap<(bool, usize, String), Vec<SourceRow>> = BTreeMap::new();
    let mut ratings = BTreeMap::new();
    let mut targets: BTreeMap<_, SourceTarget> = BTreeMap::new();
    for item in items {
        match item {
            Item::Agent(agent) => first.agent(&agent),
            Item::Queue(queue) => first.queue(queue),
            Item::Organisation(organisation) => first.organisation(organisation),
            Item::Ticket(mut row) => {
                mapped(&mut row, mapping);
                let key = (row.shape == Rows::Events, row.ticket.len(), row.ticket.clone());
                tickets.entry(key).or_default().push(*row);
            }
            Item::Rating(rating) => _ = ratings.insert(rating.id.clone(), rating),
            Item::Target(target) => match targets.entry(target.key()) {
                Entry::Vacant(entry) => _ = entry.insert(*target),
                Entry::Occupied(mut entry) => entry.get_mut().merge(*target),
            },
            Item::Exists(_) => {}
        }
    }
    let (mut units, mut has_events) = (vec![first], false);
    for ((is_events, _, id), told) in tickets {
        // One unit has a ticket once.
        let is_new = has_events != is_events || units.last().is_none_or(|unit| unit.rows() >= rows);
        if is_new {
            units.push(Unit::default());
        }
        has_events = is_events;
        if let Some(unit) = units.last_mut() {
            unit.add(SourceTicket::of_rows(id, told));
        }
    }
    for rating in ratings.into_values() {
        with_room(&mut units, rows).rating(rating);
    }
    for target in targets.into_values() {
        with_room(&mut units, rows).target(target);
    }
    units
}

/// The last unit, or another one where that is full.
fn with_room(units: &mut Vec<Unit>, rows: u64) -> &mut Unit {
    if units.last().is_none_or(|unit| unit.rows() >= rows) {
        units.push(Unit::default());
    }
    let last = units.len() - 1;
    &mut units[last]
}
