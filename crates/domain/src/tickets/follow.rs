//! What follows from changed tickets. `kpis` stands on tickets and not the other way round, so whoever writes tickets is told what follows.

use futures_util::future::BoxFuture;

use super::{History, TicketId};
use crate::kernel::{Result, Scope};

/// A ticket that is not as it was.
#[derive(Clone, Debug)]
pub struct TicketChange {
    /// The ticket.
    pub ticket: TicketId,
    /// Whether it was not there before, so that nothing can follow from an earlier state of it.
    pub is_new: bool,
    /// Everything that happened to it.
    pub history: History,
}

/// Does what follows from changed tickets, in order of their ids, in the transaction that changes them: facts, and the cells they touch.
pub type Follow = for<'a> fn(&'a Scope, Vec<TicketChange>) -> BoxFuture<'a, Result<()>>;

/// For tests of tickets alone.
#[cfg(test)]
pub(super) fn nothing_follows(_: &Scope, _: Vec<TicketChange>) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { Ok(()) })
}
