//! Reading teams, within the caller's reach.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};

use super::entity::{Column, Entity};
use super::memberships;
use super::types::{Team, TeamFilter, TeamSort};
use crate::kernel::first_pages::{self, Owned};
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::sort::{Key, Sort, Sorted};
use crate::kernel::{Finds, Permission, Reach, Result, Scope, Seen, TeamId, dialect, states};

/// One team.
///
/// # Errors
/// `not_found` when there is none within reach.
pub async fn get(scope: &Scope, id: TeamId) -> Result<Team> {
    scope.one(id).await
}

impl Finds for TeamId {
    type Thing = Team;

    /// Those of these teams that exist within reach, in no order.
    ///
    /// # Errors
    /// `forbidden` without `teams.read`.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Team>> {
        scope.many(ids).await
    }
}

/// A page of teams.
///
/// # Errors
/// `forbidden` without `teams.read`; a cursor of another list.
pub async fn list(scope: &Scope, filter: &TeamFilter, args: &PageArgs) -> Result<Page<Team>> {
    page::load_sorted(scope, filter, filter.sort, args, matching(filter)).await
}

/// Refuses a field that names a team that is not there, whoever asks.
pub(crate) async fn exists(scope: &Scope, pointer: &str, id: TeamId) -> Result<()> {
    scope.exists::<Entity>(pointer, id).await
}

/// The first page of the teams directly below each of these.
///
/// # Errors
/// `forbidden` without `teams.read`.
pub async fn below_each(
    scope: &Scope,
    parents: &[TeamId],
    limit: Option<u32>,
) -> Result<HashMap<TeamId, Page<Team>>> {
    let owned = Owned { column: Column::ParentId, of: |team: &Team| team.parent_id };
    let filter = |parent| TeamFilter { parent_id: Some(parent), ..TeamFilter::default() };
    first_pages::load(scope, &owned, parents, filter, limit, Condition::all()).await
}

/// These teams and all below them.
///
/// # Errors
/// Those of the database.
pub async fn below(scope: &Scope, tops: &[TeamId]) -> Result<Vec<TeamId>> {
    let mut found = Vec::new();
    let sql = "WITH RECURSIVE tree AS ( \
                 SELECT id FROM teams WHERE tenant_id = $1 AND id = $2 \
                 UNION SELECT team.id FROM teams team JOIN tree ON team.parent_id = tree.id WHERE team.tenant_id = $1 \
               ) SELECT id FROM tree";
    for top in tops {
        for row in scope.tx().query_all_raw(scope.sql(sql, [top.0.into()])).await? {
            found.push(TeamId(row.try_get("", "id")?));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

impl Sort<Team> for TeamSort {
    type Entity = Entity;

    fn by(self) -> (Sorted<Entity>, bool) {
        (Sorted::Folded(Column::Name), self == Self::NameDesc)
    }

    fn key(self, team: &Team) -> Key {
        Key::text(&team.name)
    }
}

impl Seen for Team {
    type Entity = Entity;

    /// Those one is or was in, and with reach over teams those too.
    fn visible(scope: &Scope) -> Result<Select<Entity>> {
        let select = scope.find::<Entity>();
        let teams = scope.access().teams.iter().map(|id| id.0);
        Ok(match scope.reach_of(Permission::TeamsRead)? {
            Reach::Tenant => select,
            Reach::Teams => {
                select.filter(dialect::any(scope.backend(), Column::Id, teams).or(own(scope)))
            }
            Reach::Own => select.filter(own(scope)),
        })
    }

    fn for_caller(self, scope: &Scope) -> Self {
        let allowed_actions = states::allowed_actions::<Entity>(scope, self.state);
        Self { allowed_actions, ..self }
    }
}

fn matching(filter: &TeamFilter) -> Condition {
    let TeamFilter { state, parent_id, name, sort: _ } = filter;
    Condition::all()
        .add_option(state.map(|state| Column::State.eq(state)))
        .add_option(parent_id.map(|id| Column::ParentId.eq(id)))
        .add_option(name.as_ref().map(|name| Column::Name.eq(name)))
}

/// The teams that the caller is or was in.
fn own(scope: &Scope) -> SimpleExpr {
    use memberships::entity::{Column as Member, Entity as Members};
    let Some(person) = scope.access().person else {
        return Expr::val(false);
    };
    let mine = scope.find::<Members>().filter(Member::PersonId.eq(person));
    let mine = mine.select_only().column(Member::TeamId).into_query();
    Expr::col(Column::Id).in_subquery(mine)
}
