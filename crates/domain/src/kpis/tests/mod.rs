//! Tests of the whole feature.

mod answers;
mod drain;
mod engines;
mod facts;
mod histories;
mod world;
