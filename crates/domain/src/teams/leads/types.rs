//! What crosses the boundary.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DerivePartialModel;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kernel::patch::not_null;
use crate::kernel::{Identified, PersonId, TeamId};

crate::id!(TeamLeadId, "lead", "The id of somebody's time as the lead of a team.");

/// A person's time as the lead of a team.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[graphql(name = "TeamLeadFields")]
#[sea_orm(entity = "super::entity::Entity")]
pub struct TeamLead {
    /// The lead.
    pub id: TeamLeadId,
    /// Which team.
    pub team_id: TeamId,
    /// Who led it.
    pub person_id: PersonId,
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

impl Identified for TeamLead {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A lead to name. One without an end ends the open one before it; one with an end must not overlap it.
#[derive(Clone, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewTeamLead {
    /// Which team.
    pub team_id: TeamId,
    /// Who leads it.
    pub person_id: PersonId,
    /// The first day, in the tenant's zone.
    pub valid_from: NaiveDate,
    /// The first day after, if it has an end.
    pub valid_to: Option<NaiveDate>,
}

/// What to change of a lead: what is absent stays, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields, default)]
pub struct TeamLeadPatch {
    /// The first day.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub valid_from: Option<NaiveDate>,
    /// The first day after.
    #[schema(value_type = Option<NaiveDate>)]
    pub valid_to: MaybeUndefined<NaiveDate>,
}

/// Which leads.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, InputObject)]
#[into_params(parameter_in = Query)]
pub struct TeamLeadFilter {
    /// Only those of this team.
    pub team_id: Option<TeamId>,
    /// Only this person's.
    pub person_id: Option<PersonId>,
    /// Only those that hold on this day.
    pub on: Option<NaiveDate>,
}

/// Who led somebody on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "LeadOfFields")]
pub struct LeadOf {
    /// The day.
    pub on: NaiveDate,
    /// The team of the person's primary membership that day.
    pub team_id: Option<TeamId>,
    /// The team whose lead it was: the same, or the nearest above it that somebody else led.
    pub led_team_id: Option<TeamId>,
    /// Who led.
    pub lead_id: Option<PersonId>,
}
