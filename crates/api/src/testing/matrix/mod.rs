//! Every operation and every field, asked by whoever should not get an answer.
//!
//! Calls are made from the contracts alone: an operation is covered without being named. First its owner makes them, in whichever order
//! they succeed; then, in a world made the same way, each is tried by strangers first (no token, another tenant, a token without the
//! permission, one whose reach is elsewhere) and by the owner after them, who must succeed again.

mod beside;
mod calls;
mod contract;
mod denials;
mod edges;
mod exemptions;
mod fields;
mod graph;
mod needs;
mod record;
mod renamed;
mod rest;
mod schema;
mod world;
