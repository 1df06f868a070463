//! What crosses the boundary.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, DerivePartialModel, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kernel::patch::not_null;
use crate::kernel::{Identified, TeamId};

/// Whether a team is there.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum TeamState {
    /// It works.
    Active,
    /// It is no more; its history stays.
    Closed,
}

/// What can be done to a team's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Enum)]
#[serde(rename_all = "snake_case")]
pub enum TeamAction {
    /// End it.
    Close,
    /// Take it up again.
    Reopen,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[graphql(name = "TeamFields")]
#[sea_orm(entity = "super::entity::Entity")]
pub struct Team {
    /// The team.
    pub id: TeamId,
    /// The team above it.
    pub parent_id: Option<TeamId>,
    /// Its name; no two teams have the same.
    pub name: String,
    /// What kind of team it is, in the tenant's own words: `squad`, `site`, `tier 2`.
    pub kind: Option<String>,
    /// Whether it is there.
    pub state: TeamState,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// When the record was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// What the caller may do to the state now.
    #[sea_orm(skip)]
    pub allowed_actions: Vec<TeamAction>,
}

impl Identified for Team {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A team to make.
#[derive(Clone, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// The team above it.
    pub parent_id: Option<TeamId>,
    /// What kind of team it is.
    pub kind: Option<String>,
}

/// What to change of a team: what is absent stays, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields, default)]
pub struct TeamPatch {
    /// Its name.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// The team above it; not one below it.
    #[schema(value_type = Option<TeamId>)]
    pub parent_id: MaybeUndefined<TeamId>,
    /// What kind of team it is.
    #[schema(value_type = Option<String>)]
    pub kind: MaybeUndefined<String>,
}

/// Which teams.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, InputObject)]
#[into_params(parameter_in = Query)]
pub struct TeamFilter {
    /// Only those in this state.
    pub state: Option<TeamState>,
    /// Only those directly below this team.
    pub parent_id: Option<TeamId>,
    /// Only the one with this name.
    pub name: Option<String>,
    /// What they are listed by: `name`, or `-name` for the other way round.
    #[graphql(skip)]
    #[param(inline)]
    pub sort: Option<TeamSort>,
}

/// What teams are listed by; by when their records were made, where nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Enum)]
pub enum TeamSort {
    /// By name, the least first.
    #[serde(rename = "name")]
    Name,
    /// By name, the greatest first.
    #[serde(rename = "-name")]
    NameDesc,
}
