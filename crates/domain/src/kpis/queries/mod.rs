//! Answering: a question is understood (`plan`), what it needs is read (`answer`, `explain`) and dealt out to rows (`sheet`).

mod answer;
mod explain;
mod plan;
mod sheet;
mod teams;

pub use answer::{answer, answer_from_facts};
pub use explain::explain;
pub(crate) use plan::instants;
