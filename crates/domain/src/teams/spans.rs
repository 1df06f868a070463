//! Days in a team, as its member or as its lead: no day is given twice.

use std::fmt::Display;

use crate::kernel::{Error, Result, Span};

/// A row of days in a team.
pub(super) trait Stay {
    /// What one is called.
    const NOUN: &'static str;
    /// The code when two overlap.
    const OVERLAPS: &'static str;

    /// Which it is.
    fn name(&self) -> impl Display;

    /// Its days.
    fn span(&self) -> Span;
}

/// Refuses days that one of these has already.
pub(super) fn require_free<S: Stay>(taken: &[S], days: Span) -> Result<()> {
    let Some(taken) = taken.iter().find(|stay| stay.span().overlaps(days)) else {
        return Ok(());
    };
    let Span { from, to } = taken.span();
    let until = to.map_or_else(|| "without an end".to_owned(), |to| format!("until {to}"));
    let message =
        format!("the {} `{}` holds from {from} {until}; end it first", S::NOUN, taken.name());
    Err(Error::conflict(S::OVERLAPS, message))
}
