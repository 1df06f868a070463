//! A page becomes ours: what it tells of one ticket together, in transactions of a fitting size, the checkpoint in the last of them.

use std::collections::HashMap;

use domain::connections::sync::{Advance, advance};
use domain::kernel::{Result, Scope};
use domain::kpis;
use domain::tickets::source::{self, References, SourceRow, SourceTicket, Unit};

use super::contract::{Item, Step, Stream};
use super::sync::Turn;

/// Stores a page, and gives whom it found or made.
pub(super) async fn store(turn: &Turn<'_>, stream: &Stream, step: Step) -> Result<References> {
    let app = &turn.context.app;
    let (id, run) = (turn.account.id, turn.run);
    let mut done = Advance {
        checkpoint: serde_json::to_string(&step.next)?,
        reached_at: step.reached_at,
        items: step.items.len() as u64,
        changed: 0,
    };
    let mut units = units(step.items, source::rows_at_once(app.database()));
    let last = units.pop().unwrap_or_default();
    let mut known = turn.known.clone();
    for unit in &units {
        let write =
            async |scope: &Scope| source::write(scope, id, &known, unit, kpis::follow).await;
        let written = app.write_for(turn.job, write).await?;
        done.changed += written.changed;
        known.remember(written.references);
    }
    let write = async |scope: &Scope| {
        let written = source::write(scope, id, &known, &last, kpis::follow).await?;
        done.changed += written.changed;
        advance(scope, id, run, stream.name, &done).await?;
        Ok(written.references)
    };
    let found = app.write_for(turn.job, write).await?;
    known.remember(found);
    Ok(known)
}

/// The tickets in the order of their names, which is about that of their ids here: rows that are near each other are written together.
fn units(items: Vec<Item>, rows: u64) -> Vec<Unit> {
    let mut first = Unit::default();
    let mut tickets: HashMap<String, Vec<SourceRow>> = HashMap::new();
    for item in items {
        match item {
            Item::Agent(agent) => first.agent(&agent),
            Item::Queue(queue) => first.queue(queue),
            Item::Ticket(row) => tickets.entry(row.ticket.clone()).or_default().push(*row),
        }
    }
    let mut tickets: Vec<_> = tickets.into_iter().collect();
    tickets.sort_unstable_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
    let mut units = vec![first];
    for (id, told) in tickets {
        if let Some(unit) = units.last_mut().filter(|unit| unit.rows() < rows) {
            unit.add(SourceTicket::of_rows(id, told));
        } else {
            let mut unit = Unit::default();
            unit.add(SourceTicket::of_rows(id, told));
            units.push(unit);
        }
    }
    units
}
