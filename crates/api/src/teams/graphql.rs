//! Resolvers.

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::kernel::{PageArgs, PersonId, Scope, TeamId};
use domain::teams::leads::{
    self, LeadOf, NewTeamLead, TeamLead, TeamLeadFilter, TeamLeadId, TeamLeadPatch,
};
use domain::teams::memberships::{
    self, Membership, MembershipFilter, MembershipId, MembershipPatch, NewMembership,
};
use domain::teams::{self, NewTeam, Team, TeamAction, TeamFilter, TeamPatch, TeamSort};

use super::edges::{ChildrenOf, LeadsOf, MembersOf};
use crate::graphql::{FirstPage, PageOf, found, load, page, read, write};
use crate::people::PersonNode;

/// A team.
#[derive(SimpleObject)]
#[graphql(name = "Team", complex)]
pub(crate) struct TeamNode {
    #[graphql(flatten)]
    team: Team,
}

impl TeamNode {
    /// The id, for the `Node` interface.
    pub(crate) async fn id(&self, _: &Context<'_>) -> Result<ID> {
        Ok(self.team.id.into())
    }
}

impl From<Team> for TeamNode {
    fn from(team: Team) -> Self {
        Self { team }
    }
}

#[ComplexObject]
impl TeamNode {
    /// The team above it.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let Some(parent) = self.team.parent_id else {
            return Ok(None);
        };
        Ok(load(ctx, parent).await?.map(Into::into))
    }

    /// The teams directly below it.
    async fn children(
        &self,
        ctx: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<Self>> {
        let filter = TeamFilter { parent_id: Some(self.team.id), ..Default::default() };
        let later = async |scope: &Scope, args: &PageArgs| teams::list(scope, &filter, args).await;
        FirstPage::or_later(ctx, ChildrenOf(self.team.id), first, after, later).await
    }

    /// Who is or was in it; on a day, where one is given.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        on: Option<NaiveDate>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<MembershipNode>> {
        let filter = MembershipFilter { team_id: Some(self.team.id), on, ..Default::default() };
        let later =
            async |scope: &Scope, args: &PageArgs| memberships::list(scope, &filter, args).await;
        FirstPage::or_later(ctx, MembersOf(self.team.id, on), first, after, later).await
    }

    /// Who leads or led it; on a day, where one is given.
    async fn leads(
        &self,
        ctx: &Context<'_>,
        on: Option<NaiveDate>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<TeamLeadNode>> {
        let filter = TeamLeadFilter { team_id: Some(self.team.id), on, ..Default::default() };
        let later = async |scope: &Scope, args: &PageArgs| leads::list(scope, &filter, args).await;
        FirstPage::or_later(ctx, LeadsOf(self.team.id, on), first, after, later).await
    }
}

/// A person's time in a team.
#[derive(SimpleObject)]
#[graphql(name = "Membership", complex)]
pub(crate) struct MembershipNode {
    #[graphql(flatten)]
    membership: Membership,
}

impl MembershipNode {
    /// The id, for the `Node` interface.
    pub(crate) async fn id(&self, _: &Context<'_>) -> Result<ID> {
        Ok(self.membership.id.into())
    }
}

impl From<Membership> for MembershipNode {
    fn from(membership: Membership) -> Self {
        Self { membership }
    }
}

#[ComplexObject]
impl MembershipNode {
    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>> {
        Ok(load(ctx, self.membership.person_id).await?.map(Into::into))
    }

    /// Where; null where the team is not within reach.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<TeamNode>> {
        Ok(load(ctx, self.membership.team_id).await?.map(Into::into))
    }
}

/// A person's time as the lead of a team.
#[derive(SimpleObject)]
#[graphql(name = "TeamLead", complex)]
pub(crate) struct TeamLeadNode {
    #[graphql(flatten)]
    lead: TeamLead,
}

impl TeamLeadNode {
    /// The id, for the `Node` interface.
    pub(crate) async fn id(&self, _: &Context<'_>) -> Result<ID> {
        Ok(self.lead.id.into())
    }
}

impl From<TeamLead> for TeamLeadNode {
    fn from(lead: TeamLead) -> Self {
        Self { lead }
    }
}

#[ComplexObject]
impl TeamLeadNode {
    /// Who led; null where the person is not within reach.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>> {
        Ok(load(ctx, self.lead.person_id).await?.map(Into::into))
    }

    /// Which team.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<TeamNode>> {
        Ok(load(ctx, self.lead.team_id).await?.map(Into::into))
    }
}

#[derive(Default)]
pub(crate) struct TeamQuery;

#[Object]
impl TeamQuery {
    /// One team, or null where there is none within reach.
    async fn team(&self, ctx: &Context<'_>, id: TeamId) -> Result<Option<TeamNode>> {
        Ok(found(teams::get(&*read(ctx).await?, id).await)?.map(Into::into))
    }

    /// Teams.
    async fn teams(
        &self,
        ctx: &Context<'_>,
        filter: Option<TeamFilter>,
        #[graphql(
            desc = "What they are listed by; by when their records were made, if not given."
        )]
        sort: Option<TeamSort>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<TeamNode>> {
        let filter = TeamFilter { sort, ..filter.unwrap_or_default() };
        page(ctx, first, after, async |scope, args| teams::list(scope, &filter, args).await).await
    }

    /// Memberships: who was where when.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        filter: Option<MembershipFilter>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<MembershipNode>> {
        let filter = filter.unwrap_or_default();
        page(ctx, first, after, async |scope, args| memberships::list(scope, &filter, args).await)
            .await
    }

    /// Leads: who led what when.
    async fn team_leads(
        &self,
        ctx: &Context<'_>,
        filter: Option<TeamLeadFilter>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<TeamLeadNode>> {
        let filter = filter.unwrap_or_default();
        page(ctx, first, after, async |scope, args| leads::list(scope, &filter, args).await).await
    }

    /// Who led a person on a day; null where the person is not within reach.
    async fn lead_of(
        &self,
        ctx: &Context<'_>,
        person_id: PersonId,
        on: NaiveDate,
    ) -> Result<Option<LeadOfNode>> {
        let answer = leads::lead_of(&*read(ctx).await?, person_id, on).await;
        Ok(found(answer)?.map(|led| LeadOfNode { led }))
    }
}

/// Who led somebody on a day.
#[derive(SimpleObject)]
#[graphql(name = "LeadOf", complex)]
pub(crate) struct LeadOfNode {
    #[graphql(flatten)]
    led: LeadOf,
}

#[ComplexObject]
impl LeadOfNode {
    /// Who led; null where nobody did, or the lead is not within reach.
    async fn lead(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>> {
        let Some(lead) = self.led.lead_id else {
            return Ok(None);
        };
        Ok(load(ctx, lead).await?.map(Into::into))
    }
}

#[derive(Default)]
pub(crate) struct TeamMutation;

#[Object]
impl TeamMutation {
    /// Make a team.
    async fn create_team(&self, ctx: &Context<'_>, input: NewTeam) -> Result<TeamNode> {
        Ok(write(ctx, async |scope| teams::create(scope, input).await).await?.into())
    }

    /// Change a team's name, kind or place in the tree.
    async fn update_team(
        &self,
        ctx: &Context<'_>,
        id: TeamId,
        input: TeamPatch,
    ) -> Result<TeamNode> {
        Ok(write(ctx, async |scope| teams::update(scope, id, input).await).await?.into())
    }

    /// Close a team.
    async fn close_team(&self, ctx: &Context<'_>, id: TeamId) -> Result<TeamNode> {
        Ok(write(ctx, async |scope| teams::act(scope, id, TeamAction::Close).await).await?.into())
    }

    /// Reopen a closed team.
    async fn reopen_team(&self, ctx: &Context<'_>, id: TeamId) -> Result<TeamNode> {
        Ok(write(ctx, async |scope| teams::act(scope, id, TeamAction::Reopen).await).await?.into())
    }

    /// Put a person into a team.
    async fn create_membership(
        &self,
        ctx: &Context<'_>,
        input: NewMembership,
    ) -> Result<MembershipNode> {
        Ok(write(ctx, async |scope| memberships::create(scope, input).await).await?.into())
    }

    /// Change the days of a membership.
    async fn update_membership(
        &self,
        ctx: &Context<'_>,
        id: MembershipId,
        input: MembershipPatch,
    ) -> Result<MembershipNode> {
        Ok(write(ctx, async |scope| memberships::update(scope, id, input).await).await?.into())
    }

    /// Remove a membership that never was. Returns its id.
    async fn remove_membership(&self, ctx: &Context<'_>, id: MembershipId) -> Result<MembershipId> {
        write(ctx, async |scope| memberships::remove(scope, id).await).await?;
        Ok(id)
    }

    /// Name a team's lead.
    async fn create_team_lead(
        &self,
        ctx: &Context<'_>,
        input: NewTeamLead,
    ) -> Result<TeamLeadNode> {
        Ok(write(ctx, async |scope| leads::create(scope, input).await).await?.into())
    }

    /// Change the days of a lead.
    async fn update_team_lead(
        &self,
        ctx: &Context<'_>,
        id: TeamLeadId,
        input: TeamLeadPatch,
    ) -> Result<TeamLeadNode> {
        Ok(write(ctx, async |scope| leads::update(scope, id, input).await).await?.into())
    }

    /// Remove a lead that never was. Returns its id.
    async fn remove_team_lead(&self, ctx: &Context<'_>, id: TeamLeadId) -> Result<TeamLeadId> {
        write(ctx, async |scope| leads::remove(scope, id).await).await?;
        Ok(id)
    }
}
