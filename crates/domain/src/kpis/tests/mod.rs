//! Tests of the whole feature.

mod engines;
mod facts;
mod histories;
mod world;
