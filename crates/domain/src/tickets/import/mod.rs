//! Importing a help desk's history from a file: what the guide `docs/import.md` promises, in the order things happen.
//!
//! 1. [`Mapping`]: the TOML that says which column is what, and what a source's words mean.
//! 2. [`Intake`]: bytes in (CSV or NDJSON, in chunks of any size), rows into temporary files. Lines that cannot be read are
//!    [`Reject`]s with a reason.
//! 3. [`SortedTickets`]: the rows of one ticket after the other, wherever they stood in the file, in constant memory.
//! 4. [`write()`]: units of tickets as of any [`source`](super::source), one transaction each.

mod columns;
mod event_rows;
mod field;
mod intake;
mod json;
mod mapping;
mod rejects;
mod rows;
mod run;
mod run_file;
mod sort;
mod ticket_rows;
mod time;
mod types;
mod words;

#[cfg(test)]
mod tests;

pub use field::Field;
pub use intake::{Intake, IntakeError, IntakeOptions, SortedTickets};
pub use mapping::{FileFormat, Mapping, MappingError};
pub use rejects::Rejects;
pub use run::{Progress, dry_run, mapping_of, write};
pub use types::Reject;
