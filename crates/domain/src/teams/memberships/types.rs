//! What crosses the boundary.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DerivePartialModel;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kernel::patch::not_null;
use crate::kernel::{Identified, PersonId, TeamId};

crate::id!(MembershipId, "membership", "The id of a membership of a person in a team.");

/// A person's time in a team.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[graphql(name = "MembershipFields")]
#[sea_orm(entity = "super::entity::Entity")]
pub struct Membership {
    /// The membership.
    pub id: MembershipId,
    /// Who.
    pub person_id: PersonId,
    /// Where.
    pub team_id: TeamId,
    /// Whether the person's numbers count for this team.
    #[serde(rename = "primary")]
    #[graphql(name = "primary")]
    pub is_primary: bool,
    /// The first day, in the tenant's zone.
    pub valid_from: NaiveDate,
    /// The first day after, if it has an end.
    pub valid_to: Option<NaiveDate>,
    /// When the record was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
}

impl Identified for Membership {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A membership to make. A primary one without an end ends the open primary one before it; one with an end must not overlap it.
#[derive(Clone, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewMembership {
    /// Who.
    pub person_id: PersonId,
    /// Where.
    pub team_id: TeamId,
    /// Whether the person's numbers count for this team; true when not given.
    #[serde(default = "yes", rename = "primary")]
    #[graphql(default = true, name = "primary")]
    pub is_primary: bool,
    /// The first day, in the tenant's zone.
    pub valid_from: NaiveDate,
    /// The first day after, if it has an end.
    pub valid_to: Option<NaiveDate>,
}

const fn yes() -> bool {
    true
}

/// What to change of a membership: what is absent stays, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields, default)]
pub struct MembershipPatch {
    /// The first day.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub valid_from: Option<NaiveDate>,
    /// The first day after.
    #[schema(value_type = Option<NaiveDate>)]
    pub valid_to: MaybeUndefined<NaiveDate>,
}

/// Which memberships.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, InputObject)]
#[into_params(parameter_in = Query)]
pub struct MembershipFilter {
    /// Only those of this person.
    pub person_id: Option<PersonId>,
    /// Only those in this team.
    pub team_id: Option<TeamId>,
    /// Only those that hold on this day.
    pub on: Option<NaiveDate>,
}
