//! What each role may do, and to whose things: one table.

use super::types::Role;
use crate::kernel::Permission::{
    self, KpisPeople, KpisRead, PeopleRead, PeopleWrite, TeamsRead, TicketsRead,
};
use crate::kernel::Reach::{self, Own, Teams, Tenant};

impl Role {
    /// Every role, the widest first.
    pub const ALL: &[Self] = &[
        Self::Owner,
        Self::Admin,
        Self::Manager,
        Self::QualityAnalyst,
        Self::Hr,
        Self::Finance,
        Self::Agent,
        Self::Viewer,
    ];

    /// What the role may do, and how far it reaches.
    #[must_use]
    pub fn permissions(self) -> Vec<(Permission, Reach)> {
        let (permissions, reach): (&[Permission], Reach) = match self {
            Self::Owner | Self::Admin => (Permission::ALL, Tenant),
            Self::Manager => (&[TeamsRead, PeopleRead, TicketsRead, KpisRead, KpisPeople], Teams),
            Self::QualityAnalyst => (&[TicketsRead, TeamsRead, PeopleRead], Tenant),
            Self::Hr => (&[PeopleRead, PeopleWrite, TeamsRead], Tenant),
            Self::Finance | Self::Viewer => (&[KpisRead, TeamsRead], Tenant),
            Self::Agent => (&[PeopleRead, TeamsRead, TicketsRead, KpisRead, KpisPeople], Own),
        };
        permissions.iter().map(|it| (*it, reach)).collect()
    }
}
