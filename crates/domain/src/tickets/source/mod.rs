//! What a source says of its tickets, and how that becomes ours. A file that is imported is a source, and so is a helpdesk that is synced.
//!
//! 1. [`SourceTicket`]: one ticket in the source's terms, every event with the key that makes telling it twice change nothing.
//! 2. [`Unit`]: some tickets, with the agents, queues and customers that they name; one transaction.
//! 3. `references` finds or makes people, queues and customers, `merge` is the pure heart (the source's word over what is stored),
//!    and [`write()`] writes what changed and lets facts follow.

mod merge;
mod missing;
mod organisations;
mod ratings;
mod references;
mod targets;
mod ticket;
mod types;
mod unit;

pub use missing::{missing, present};
pub use references::References;
pub use targets::{SlaProgress, SourcePromise, SourceTarget, Told};
pub use ticket::{KeyedEvent, SourceKey, SourceTicket};
pub use types::{
    Attributes, Figures, Rows, SourceActor, SourceAgent, SourceCustomer, SourceEffect, SourceEvent,
    SourceOrganisation, SourceQueue, SourceRating, SourceRow,
};
pub use unit::{Unit, Written, rows_at_once, write};
