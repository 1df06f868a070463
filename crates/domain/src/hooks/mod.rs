//! Hooks: where helpdesks, and systems of the tenant's own, tell of what happens.
//!
//! A delivery is verified over its bytes (`connections::proof`), kept in the inbox (`inbox`: one writer for all that arrives, which answers when it is
//! committed) and worked off by a job. What a helpdesk tells is a hint, and what it is about is asked for again; a source of one's own
//! tells the thing itself. A delivery that comes again is kept once.

mod commands;
mod doors;
mod entity;
mod inbox;
mod jobs;
mod queries;
#[cfg(test)]
mod tests;
mod types;
mod working;

pub use commands::{create, create_for, delete, update};
pub use doors::{Door, door};
pub use inbox::{Inbox, Kept};
pub use jobs::Receive;
pub use queries::{get, list, many};
pub use types::{Hook, HookId, HookPatch, MacSettings, MadeHook, NewHook, NewVendorHook};
pub use working::{Told, is_left, settle, told, waiting};
