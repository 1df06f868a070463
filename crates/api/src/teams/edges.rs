//! Edges that are loaded for a whole level of teams at once.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::kernel::{self, Page, Scope, TeamId};
use domain::teams::leads::{self, TeamLead};
use domain::teams::memberships::{self, Membership};
use domain::teams::{self, Team};

use crate::graphql::Edge;

/// The teams directly below a team.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ChildrenOf(pub(super) TeamId);

impl Edge for ChildrenOf {
    type Owner = TeamId;
    type Narrowed = ();
    type Item = Team;

    fn parts(self) -> (TeamId, ()) {
        (self.0, ())
    }

    async fn read(
        scope: &Scope,
        owners: &[TeamId],
        (): (),
        limit: Option<u32>,
    ) -> kernel::Result<HashMap<TeamId, Page<Team>>> {
        teams::below_each(scope, owners, limit).await
    }
}

/// The memberships in a team; on a day, where one is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MembersOf(pub(super) TeamId, pub(super) Option<NaiveDate>);

impl Edge for MembersOf {
    type Owner = TeamId;
    type Narrowed = Option<NaiveDate>;
    type Item = Membership;

    fn parts(self) -> (TeamId, Option<NaiveDate>) {
        (self.0, self.1)
    }

    async fn read(
        scope: &Scope,
        owners: &[TeamId],
        on: Option<NaiveDate>,
        limit: Option<u32>,
    ) -> kernel::Result<HashMap<TeamId, Page<Membership>>> {
        memberships::of_each_team(scope, owners, on, limit).await
    }
}

/// The leads of a team; on a day, where one is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LeadsOf(pub(super) TeamId, pub(super) Option<NaiveDate>);

impl Edge for LeadsOf {
    type Owner = TeamId;
    type Narrowed = Option<NaiveDate>;
    type Item = TeamLead;

    fn parts(self) -> (TeamId, Option<NaiveDate>) {
        (self.0, self.1)
    }

    async fn read(
        scope: &Scope,
        owners: &[TeamId],
        on: Option<NaiveDate>,
        limit: Option<u32>,
    ) -> kernel::Result<HashMap<TeamId, Page<TeamLead>>> {
        leads::of_each_team(scope, owners, on, limit).await
    }
}
