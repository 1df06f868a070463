//! People.

crate::id!(PersonId, "person", "A person's id.");
