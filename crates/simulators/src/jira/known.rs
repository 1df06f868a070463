//! What of a ticket the vendor can tell.

use super::words;
use crate::model::{Act, Event, Ticket};

/// The ticket as the vendor knows it:
///
/// - That the status is set that it has already is no change.
/// - An issue that is away is gone with all its history; one that came back was never away.
/// - Nothing is merged: a duplicate is closed as one.
/// - Of channels, mail, the portal and the agents' own pages are known; the rest are programs.
/// - That something is only tried out, and that it was raised, are labels of this desk's own, and known by them.
pub(super) fn known(mut ticket: Ticket) -> Ticket {
    let away = |event: &Event| matches!(event.act, Act::Spam | Act::Deleted | Act::Restored);
    let last = ticket.events.iter().rev().find(|event| away(event)).cloned();
    ticket.events.retain(|event| !away(event));
    let gone = last.filter(|event| event.act != Act::Restored);
    ticket.events.extend(gone.map(|event| Event { act: Act::Deleted, ..event }));
    let mut status = None;
    for event in &mut ticket.events {
        event.status = event.status.filter(|new| Some(*new) != status);
        status = event.status.or(status);
        if matches!(event.act, Act::Merged { .. }) {
            event.act = Act::Updated;
        }
    }
    ticket.channel = words::known_channel(&ticket);
    ticket
}
