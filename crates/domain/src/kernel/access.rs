//! Who asks, what they may do, and whose things they may do it to.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use super::Permission;
use super::unit::Unit;

crate::id!(TenantId, "tenant", "A tenant's id.");
crate::id!(UserId, "user", "A user's id.");
crate::id!(ApiClientId, "client", "An API client's id.");
crate::id!(PersonId, "person", "A person's id.");
crate::id!(TeamId, "team", "A team's id.");

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Somebody who signed in.
    User(UserId),
    /// A program with its own secret.
    Client(ApiClientId),
    /// Plumbline itself: jobs, imports by the operator, sign-in.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Client(id) => id.fmt(f),
            Self::System => f.write_str("system"),
        }
    }
}

/// One who asks: a tenant, an actor, and the request's id for the log and the events.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose data this is about. From a verified token or the operator, never from a path.
    pub tenant: TenantId,
    /// Who acts.
    pub actor: Actor,
    /// The request's id.
    pub request_id: Option<String>,
    /// What the token narrows the actor to; `None` is everything the actor may do.
    pub scopes: Option<Vec<String>>,
    /// The version that the caller saw of the one thing they are about to change; `None` changes whichever there is.
    pub expected_version: Option<i64>,
    /// The transaction that everything this caller does is part of; `None` gives each command one of its own.
    pub(crate) unit: Option<Unit>,
}

impl Caller {
    /// Plumbline itself, in one tenant.
    #[must_use]
    pub fn system(tenant: TenantId) -> Self {
        Self {
            tenant,
            actor: Actor::System,
            request_id: None,
            scopes: None,
            expected_version: None,
            unit: None,
        }
    }

    /// The same caller, about to change one thing that they saw at this version.
    #[must_use]
    pub fn expecting(self, version: i64) -> Self {
        Self { expected_version: Some(version), ..self }
    }
}

/// Whose things a permission covers. Ordered: the wider is the greater.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// One's own.
    Own,
    /// Those of the teams one leads now, and all below them.
    Teams,
    /// The whole tenant's.
    Tenant,
}

/// What an actor may do now.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Each permission with the widest reach any role gives it.
    pub permissions: BTreeMap<Permission, Reach>,
    /// The person behind the actor.
    pub person: Option<PersonId>,
    /// The teams the actor leads now and all below them.
    pub teams: HashSet<TeamId>,
    /// The people who are in those teams now, and the actor's own person.
    pub people: HashSet<PersonId>,
}

impl Access {
    /// How far a permission reaches, by itself or as a part of a wider one.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Option<Reach> {
        permission.or_wider().filter_map(|it| self.permissions.get(&it).copied()).max()
    }

    /// Everything, everywhere: Plumbline itself.
    #[must_use]
    pub fn system() -> Self {
        let permissions = Permission::ALL.iter().map(|permission| (*permission, Reach::Tenant));
        Self { permissions: permissions.collect(), ..Self::default() }
    }
}
