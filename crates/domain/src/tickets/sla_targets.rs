//! Reading what helpdesks promised.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::entity::{sla_target, ticket};
use super::queries::within_reach;
use super::source::SlaProgress;
use super::types::{SlaState, SlaTarget, TicketId};
use crate::kernel::dialect::{any, any_text};
use crate::kernel::{Error, Result, Scope};

/// What the helpdesk promised of a ticket, and what came of it, in the order in which it was promised.
///
/// # Errors
/// As [`get`](super::get).
pub async fn sla_targets(scope: &Scope, id: TicketId) -> Result<Vec<SlaTarget>> {
    let found = sla_targets_of(scope, &[id]).await?.pop();
    found.map(|(_, targets)| targets).ok_or_else(|| Error::not_found("ticket", id))
}

/// The same of those of some tickets that the caller may see.
///
/// # Errors
/// As [`many`](super::many).
pub async fn sla_targets_of(
    scope: &Scope,
    ids: &[TicketId],
) -> Result<Vec<(TicketId, Vec<SlaTarget>)>> {
    use sla_target::Column;
    let wanted = any(scope.backend(), ticket::Column::Id, ids.iter().map(|id| id.0));
    let tickets = within_reach(scope).await?.filter(wanted).all(scope.tx()).await?;
    let sources: BTreeSet<_> = tickets.iter().map(|ticket| ticket.connection_id.0).collect();
    let names = tickets.iter().map(|ticket| ticket.external_id.clone());
    let rows = scope
        .find::<sla_target::Entity>()
        .filter(any(scope.backend(), Column::ConnectionId, sources))
        .filter(any_text(scope.backend(), Column::Ticket, names))
        // A clock of which nothing was ever promised is no target.
        .filter(Column::PromiseOrder.is_not_null())
        // In the order of the key that this is looked up in: SQLite takes it for that.
        .order_by_asc(Column::ConnectionId)
        .order_by_asc(Column::Ticket)
        .all(scope.tx())
        .await?;
    let mut of_ticket: HashMap<_, Vec<sla_target::Model>> = HashMap::new();
    for row in rows {
        of_ticket.entry((row.connection_id, row.ticket.clone())).or_default().push(row);
    }
    let now = scope.now();
    let of = |ticket: ticket::Model| {
        let is_gone =
            [ticket.deleted_at, ticket.spam_at, ticket.merged_at].iter().any(Option::is_some);
        let rows = of_ticket.remove(&(ticket.connection_id, ticket.external_id));
        let rows = rows.unwrap_or_default().into_iter();
        let mut targets: Vec<_> = rows.map(|row| target(row, is_gone, now)).collect();
        targets.sort_by_key(|it| (it.applied_at, it.metric, it.instance));
        (ticket.id, targets)
    };
    Ok(tickets.into_iter().map(of).collect())
}

fn target(row: sla_target::Model, is_gone: bool, now: DateTime<Utc>) -> SlaTarget {
    let is_fulfilled = row.progress == Some(SlaProgress::Fulfilled);
    let fulfilled_at = row.progress_at.filter(|_| is_fulfilled);
    // A source may say beforehand when a promise will be broken.
    let breached_at = row.breached_at.filter(|at| *at <= fulfilled_at.unwrap_or(now));
    let is_withdrawn = row.applied_at.is_none() || row.progress == Some(SlaProgress::Cancelled);
    let state = match (is_fulfilled, breached_at.is_some()) {
        _ if is_withdrawn || is_gone && !is_fulfilled => SlaState::Cancelled,
        (true, false) => SlaState::Met,
        (true, true) => SlaState::BreachedClosed,
        (false, true) => SlaState::BreachedOpen,
        (false, false) if row.progress == Some(SlaProgress::Paused) => SlaState::Paused,
        (false, false) => SlaState::Active,
    };
    SlaTarget {
        metric: row.metric,
        source_metric: row.source_metric,
        instance: row.instance,
        policy: row.policy,
        target_seconds: row.target_seconds,
        clock: row.clock,
        applied_at: row.applied_at,
        due_at: row.due_at,
        breached_at,
        fulfilled_at,
        state,
    }
}
