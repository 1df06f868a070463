//! What every feature stands on. It imports no feature.

pub mod id;
