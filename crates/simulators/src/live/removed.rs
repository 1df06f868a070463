//! What is away, and who wrote it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Act, Event, Ticket};

/// That a ticket is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Since when.
    pub at: i64,
    /// Whose it was.
    pub customer: u64,
    /// Whether it was taken for spam, or else deleted.
    pub is_spam: bool,
}

/// What became of a customer of whom a ticket was taken for spam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// When that was last found, or taken back.
    pub at: i64,
    /// Whether it is still thought.
    pub stands: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Removed {
    pub(super) tickets: BTreeMap<u64, Removal>,
    pub(super) customers: BTreeMap<u64, Suspicion>,
    /// The tickets that were ever deleted.
    pub(super) deleted: BTreeSet<u64>,
}

impl Removed {
    /// Notes what an event says of it.
    pub(super) fn note(&mut self, ticket: &Ticket, event: &Event) {
        let (at, customer) = (event.at, ticket.customer);
        let is_spam = match event.act {
            Act::Spam => true,
            Act::Deleted => false,
            Act::Restored => {
                let removal = self.tickets.remove(&ticket.number);
                if removal.is_some_and(|removal| removal.is_spam) {
                    self.customers.insert(customer, Suspicion { at, stands: false });
                }
                return;
            }
            _ => return,
        };
        if !is_spam {
            self.deleted.insert(ticket.number);
        }
        self.tickets.insert(ticket.number, Removal { at, customer, is_spam });
        if is_spam {
            self.customers.insert(customer, Suspicion { at, stands: true });
        }
    }

    /// Adds what is known of other tickets.
    pub(super) fn add(&mut self, mut other: Self) {
        self.tickets.append(&mut other.tickets);
        self.deleted.append(&mut other.deleted);
        for (customer, new) in other.customers {
            let known = self.customers.entry(customer).or_insert(new);
            let at = known.at.max(new.at);
            *known = Suspicion { at, stands: known.stands || new.stands };
        }
    }
}
