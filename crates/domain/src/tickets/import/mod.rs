//! Importing a help desk's history from a file: what the guide `docs/import.md` promises, in the order things happen.
//!
//! 1. [`Mapping`]: the TOML that says which column is what, and what a source's words mean.
//! 2. [`Intake`]: bytes in (CSV or NDJSON, in chunks of any size), rows into temporary files. Lines that cannot be read are
//!    [`Reject`]s with a reason.
//! 3. [`SortedTickets`]: the rows of one ticket after the other, wherever they stood in the file, in constant memory.
//! 4. [`SourceTicket`]: one ticket in the source's terms, every event with the key that makes a second import change nothing.
//! 5. [`write()`]: units of tickets, one transaction each. `references` finds or makes people, queues and customers, `merge` is the
//!    pure heart (the source's word over what is stored), `unit` writes what changed and lets facts follow.

mod columns;
mod event_rows;
mod field;
mod intake;
mod json;
mod mapping;
mod merge;
mod references;
mod rejects;
mod rows;
mod run;
mod run_file;
mod sort;
mod source;
mod ticket;
mod ticket_rows;
mod time;
mod types;
mod unit;
mod words;

#[cfg(test)]
mod tests;

pub use field::Field;
pub use intake::{Intake, IntakeError, IntakeOptions, SortedTickets};
pub use mapping::{FileFormat, Mapping, MappingError, Rows};
pub use rejects::Rejects;
pub use run::{Progress, dry_run, mapping_of, write};
pub use source::{
    Attributes, SourceActor, SourceAgent, SourceCustomer, SourceEffect, SourceEvent, SourceRow,
};
pub use ticket::{KeyedEvent, SourceKey, SourceTicket};
pub use types::Reject;
