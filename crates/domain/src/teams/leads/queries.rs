//! Reading leads.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, Select};

use super::entity::{Column, Entity};
use super::types::{LeadOf, TeamLead, TeamLeadFilter, TeamLeadId};
use crate::kernel::first_pages::{self, Owned};
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::{Finds, Permission, PersonId, Result, Scope, Seen, TeamId, span};
use crate::people;
use crate::teams::memberships;

/// One lead.
///
/// # Errors
/// `not_found` when there is none within reach.
pub async fn get(scope: &Scope, id: TeamLeadId) -> Result<TeamLead> {
    scope.one(id).await
}

/// A page of leads.
///
/// # Errors
/// `forbidden` without `teams.read`; a cursor of another list.
pub async fn list(
    scope: &Scope,
    filter: &TeamLeadFilter,
    args: &PageArgs,
) -> Result<Page<TeamLead>> {
    page::load(scope, filter, args, matching(filter)).await
}

impl Finds for TeamLeadId {
    type Thing = TeamLead;

    /// Some leads, in no order.
    ///
    /// # Errors
    /// `forbidden` without `teams.read`.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<TeamLead>> {
        scope.many(ids).await
    }
}

/// The first page of the leads of each of these teams; of those on a day, where one is given.
///
/// # Errors
/// `forbidden` without `teams.read`.
pub async fn of_each_team(
    scope: &Scope,
    teams: &[TeamId],
    on: Option<NaiveDate>,
    limit: Option<u32>,
) -> Result<HashMap<TeamId, Page<TeamLead>>> {
    let owned = Owned { column: Column::TeamId, of: |it: &TeamLead| Some(it.team_id) };
    let filter = |team| TeamLeadFilter { team_id: Some(team), on, ..TeamLeadFilter::default() };
    let wanted = Condition::all().add_option(on.map(holds_on));
    first_pages::load(scope, &owned, teams, filter, limit, wanted).await
}

/// Who led a person on a day: the lead of the team of the primary membership, or, where there was none or it was the person, of the nearest team above.
///
/// # Errors
/// `not_found` when the person is not within reach.
pub async fn lead_of(scope: &Scope, person: PersonId, on: NaiveDate) -> Result<LeadOf> {
    people::get(scope, person).await?;
    let team = memberships::team_of(scope, person, on).await?;
    let mut answer = LeadOf { on, team_id: team, led_team_id: None, lead_id: None };
    let Some(team) = team else { return Ok(answer) };
    let sql = "WITH RECURSIVE up AS ( \
                 SELECT id, parent_id, 0 AS height FROM teams WHERE tenant_id = $1 AND id = $2 \
                 UNION ALL SELECT team.id, team.parent_id, up.height + 1 FROM teams team JOIN up ON team.id = up.parent_id WHERE team.tenant_id = $1 \
               ) SELECT lead.team_id, lead.person_id FROM up \
                 JOIN team_leads lead ON lead.tenant_id = $1 AND lead.team_id = up.id AND lead.person_id <> $3 \
                 AND lead.valid_from <= $4 AND (lead.valid_to IS NULL OR lead.valid_to > $4) ORDER BY up.height LIMIT 1";
    let values = [team.0.into(), person.0.into(), on.into()];
    if let Some(row) = scope.tx().query_one_raw(scope.sql(sql, values)).await? {
        answer.led_team_id = Some(TeamId(row.try_get("", "team_id")?));
        answer.lead_id = Some(PersonId(row.try_get("", "person_id")?));
    }
    Ok(answer)
}

impl Seen for TeamLead {
    type Entity = Entity;

    /// Those of teams within reach, and one's own.
    fn visible(scope: &Scope) -> Result<Select<Entity>> {
        scope.find_of(Permission::TeamsRead, Column::PersonId, Some(Column::TeamId))
    }
}

fn matching(filter: &TeamLeadFilter) -> Condition {
    let TeamLeadFilter { team_id, person_id, on } = filter;
    Condition::all()
        .add_option(team_id.map(|id| Column::TeamId.eq(id)))
        .add_option(person_id.map(|id| Column::PersonId.eq(id)))
        .add_option(on.map(holds_on))
}

fn holds_on(day: NaiveDate) -> Condition {
    span::holds_on(Column::ValidFrom, Column::ValidTo, day)
}
