//! Tests of the whole feature.

mod answers;
mod asking;
mod derive;
mod drain;
mod engines;
mod explanations;
mod facts;
mod histories;
mod marks;
mod reach;
mod world;
