//! Importing a help desk's history from a file: what the guide `docs/import.md` promises, in the order things happen.
//!
//! 1. [`Mapping`]: the TOML that says which column is what, and what a source's words mean.
//! 2. [`Intake`]: bytes in (CSV or NDJSON, in chunks of any size), rows into temporary files. Lines that cannot be read are
//!    [`Reject`]s with a reason.
//! 3. [`SortedTickets`]: the rows of one ticket after the other, wherever they stood in the file, in constant memory.
//! 4. [`SourceTicket`]: one ticket in the source's terms, every event with the key that makes a second import change nothing.

mod columns;
mod event_rows;
mod field;
mod intake;
mod json;
mod mapping;
mod rejects;
mod rows;
mod run_file;
mod sort;
mod source;
mod ticket;
mod ticket_rows;
mod time;
mod types;
mod words;

#[cfg(test)]
mod tests;

pub use field::Field;
pub use intake::{Intake, IntakeError, IntakeOptions, SortedTickets};
pub use mapping::{FileFormat, Mapping, MappingError, Rows};
pub use rejects::Rejects;
pub use source::{
    Attributes, SourceActor, SourceAgent, SourceCustomer, SourceEffect, SourceEvent, SourceRow,
};
pub use ticket::{KeyedEvent, SourceKey, SourceTicket};
pub use types::Reject;
