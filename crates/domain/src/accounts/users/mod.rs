//! Users: who signs in, what roles they have and for how long.
//!
//! `active ⇄ suspended`, and either may be ended. Whoever is not active has no session and no access within seconds.
//! Nobody gives a role, or takes over a user with one, that may do more than they may themselves; and a tenant always keeps an owner.

mod commands;
pub(super) mod entity;
mod queries;
mod ranks;
mod role_commands;
mod states;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use commands::empty_of_person;
pub use commands::{create, create_owner, end, reactivate, set_password, suspend, update};
pub(super) use queries::by_email;
pub use queries::{get, list, role_grant, role_grants, roles, roles_of};
pub use role_commands::{grant_role, revoke_role};
pub use types::{
    NewRoleGrant, NewUser, RoleGrant, RoleGrantId, User, UserAction, UserFilter, UserPatch,
    UserState,
};

pub use crate::kernel::UserId;
