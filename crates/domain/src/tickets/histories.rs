//! Whole histories, for whoever computes from them.

use std::collections::HashMap;

use super::entity::history::{self, Event};
use super::entity::ticket;
use super::{History, HistoryEvent, TicketId};
use crate::kernel::bulk::{Keys, Lookup};
use crate::kernel::{Result, Scope};

/// The histories of some tickets, in order of ids, but for those that somebody else is writing. These are kept from being changed until the
/// scope ends. It checks no permission.
///
/// # Errors
/// Those of the database.
pub async fn free_histories(scope: &Scope, ids: Vec<TicketId>) -> Result<Vec<(TicketId, History)>> {
    let ids = Keys::Uuid(ids.into_iter().map(|id| id.0).collect());
    together(scope, Lookup::of("tickets").locking_free().by(scope, "id", ids).await?).await
}

/// The histories of some tickets, in order of ids. It checks no permission.
///
/// # Errors
/// Those of the database.
pub(crate) async fn histories(scope: &Scope, ids: &[TicketId]) -> Result<Vec<(TicketId, History)>> {
    let ids = Keys::Uuid(ids.iter().map(|id| id.0).collect());
    together(scope, Lookup::of("tickets").by(scope, "id", ids).await?).await
}

async fn together(
    scope: &Scope,
    mut tickets: Vec<ticket::Model>,
) -> Result<Vec<(TicketId, History)>> {
    tickets.sort_unstable_by_key(|ticket| ticket.id);
    let mut events = events_of(scope, tickets.iter().map(|ticket| ticket.id)).await?;
    let told = tickets.into_iter().map(|ticket| {
        let events = events.remove(&ticket.id).unwrap_or_default().into_iter();
        let ticket::Model { id, channel, initiated_by, is_test, .. } = ticket;
        let events = events.map(HistoryEvent::from).collect();
        (id, History { channel, initiated_by, is_test, events })
    });
    Ok(told.collect())
}

/// What is stored of the histories of some tickets, each in order.
pub(super) async fn events_of(
    scope: &Scope,
    ids: impl Iterator<Item = TicketId>,
) -> Result<HashMap<TicketId, Vec<Event>>> {
    let ids = Keys::Uuid(ids.map(|id| id.0).collect());
    let found: Vec<history::Model> =
        Lookup::of("ticket_histories").by(scope, "ticket_id", ids).await?;
    found.into_iter().map(|row| Ok((row.ticket_id, row.events()?))).collect()
}

impl From<Event> for HistoryEvent {
    fn from(event: Event) -> Self {
        let Event { at, actor_kind, actor_id, effects, .. } = event;
        Self { at, actor_kind, actor: actor_id, effects }
    }
}
