//! Rules of drift.

mod causes;
mod tallies;
