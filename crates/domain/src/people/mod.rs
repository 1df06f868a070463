//! People.

pub use crate::kernel::PersonId;
