//! A connection is where tickets and people come from: a helpdesk, or the named source of an import.
//!
//! One to a helpdesk is `testing → active ⇄ paused`; one that is not let in any more is in `error` until it is checked again; any may be
//! revoked, which is for good. It reads the streams of its vendor run by run, and remembers of each how far it came ([`sync`]). Its
//! credentials are sealed, and nobody is ever shown them. The source of an import is active and nothing else.

mod checks;
mod commands;
mod entity;
mod jobs;
mod proof;
mod queries;
mod runs;
mod states;
pub mod sync;
#[cfg(test)]
mod tests;
mod types;

pub use commands::{check, create, pause, resume, resync, revoke, update};
pub use jobs::Sync;
pub use proof::{Headers, MacProof, Proof, Refused, Stamp};
pub(crate) use queries::{exists, told};
pub use queries::{get, health, health_of, list, named, streams, streams_of, vendors};
pub use runs::{get as run, list as runs, of_each as runs_of_each};
pub use types::{
    AuthMethod, Connection, ConnectionAction, ConnectionFilter, ConnectionHealth, ConnectionId,
    ConnectionPatch, ConnectionState, CredentialField, Credentials, Descriptor, FieldMapping,
    Grant, MacAlgorithm, MacEncoding, NewConnection, NewResync, OAuth, RunKind, RunState, SWEEP,
    Scheme, SourceFigures, SyncRun, SyncRunFilter, SyncRunId, SyncRunSort, SyncStream, Vendor,
};
