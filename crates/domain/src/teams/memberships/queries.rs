//! Reading memberships.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, PaginatorTrait, QueryFilter, Select};

use super::entity::{Column, Entity, Model};
use super::types::{Membership, MembershipFilter, MembershipId};
use crate::kernel::first_pages::{self, Owned};
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::{Finds, Permission, PersonId, Result, Scope, Seen, TeamId, dialect, span};

/// One membership.
///
/// # Errors
/// `not_found` when there is none within reach.
pub async fn get(scope: &Scope, id: MembershipId) -> Result<Membership> {
    scope.one(id).await
}

impl Finds for MembershipId {
    type Thing = Membership;

    /// Those of these memberships that exist within reach, in no order.
    ///
    /// # Errors
    /// `forbidden` without `people.read`.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Membership>> {
        scope.many(ids).await
    }
}

/// A page of memberships.
///
/// # Errors
/// `forbidden` without `people.read`; a cursor of another list.
pub async fn list(
    scope: &Scope,
    filter: &MembershipFilter,
    args: &PageArgs,
) -> Result<Page<Membership>> {
    page::load(scope, filter, args, matching(filter)).await
}

/// The first page of the memberships in each of these teams; of those on a day, where one is given.
///
/// # Errors
/// `forbidden` without `people.read`.
pub async fn of_each_team(
    scope: &Scope,
    teams: &[TeamId],
    on: Option<NaiveDate>,
    limit: Option<u32>,
) -> Result<HashMap<TeamId, Page<Membership>>> {
    let owned = Owned { column: Column::TeamId, of: |it: &Membership| Some(it.team_id) };
    let filter = |team| MembershipFilter { team_id: Some(team), on, ..MembershipFilter::default() };
    let wanted = Condition::all().add_option(on.map(holds_on));
    first_pages::load(scope, &owned, teams, filter, limit, wanted).await
}

/// Every membership of these people, within reach, the oldest first: for loaders.
///
/// # Errors
/// `forbidden` without `people.read`.
pub async fn of_people(scope: &Scope, people: &[PersonId]) -> Result<Vec<Membership>> {
    let theirs = dialect::any(scope.backend(), Column::PersonId, people.iter().map(|id| id.0));
    let mut found: Vec<Membership> = scope.all(Condition::all().add(theirs)).await?;
    found.sort_by_key(|membership| (membership.valid_from, membership.id));
    Ok(found)
}

/// Whether a team has a member on a day or later, without regard to reach.
pub(in crate::teams) async fn has_members_from(
    scope: &Scope,
    team: TeamId,
    day: NaiveDate,
) -> Result<bool> {
    let select = scope.find::<Entity>().filter(Column::TeamId.eq(team));
    let lasting = Condition::any().add(Column::ValidTo.is_null()).add(Column::ValidTo.gt(day));
    Ok(select.filter(lasting).count(scope.tx()).await? > 0)
}

/// The team of a person's primary membership on a day, without regard to reach.
///
/// # Errors
/// Those of the database.
pub async fn team_of(scope: &Scope, person: PersonId, day: NaiveDate) -> Result<Option<TeamId>> {
    let select = scope
        .find::<Entity>()
        .filter(Column::PersonId.eq(person))
        .filter(Column::IsPrimary.eq(true));
    let row: Option<Model> = select.filter(holds_on(day)).one(scope.tx()).await?;
    Ok(row.map(|row| row.team_id))
}

fn holds_on(day: NaiveDate) -> Condition {
    span::holds_on(Column::ValidFrom, Column::ValidTo, day)
}

impl Seen for Membership {
    type Entity = Entity;

    /// Those of people within reach.
    fn visible(scope: &Scope) -> Result<Select<Entity>> {
        scope.find_of(Permission::PeopleRead, Column::PersonId, None)
    }
}

fn matching(filter: &MembershipFilter) -> Condition {
    let MembershipFilter { person_id, team_id, on } = filter;
    Condition::all()
        .add_option(person_id.map(|id| Column::PersonId.eq(id)))
        .add_option(team_id.map(|id| Column::TeamId.eq(id)))
        .add_option(on.map(holds_on))
}
