//! Privacy: what is known of a person or of a tenant can be had, and can be erased.
//!
//! A person is emptied, not removed: nothing names them any more, in no row and in no payload of the event log, whose chain still
//! verifies; their numbers stay, and are nobody's in particular. Sources that go on naming them do not bring them back. A tenant is
//! removed with everything it has. Both are the operator's; both are done in units, and can be run again when they were cut off.

mod commands;
mod queries;
#[cfg(test)]
mod tests;

pub use commands::{ErasedPerson, erase_person, erase_tenant};
pub use queries::{find_person, of_person};

pub use crate::kernel::export::{Part, Whose, parts};
