//! Tests of the whole feature.

mod facts;
mod histories;
