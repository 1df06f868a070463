//! What crosses the boundary.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DeriveActiveEnum, DerivePartialModel, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kernel::patch::not_null;
use crate::kernel::{Identified, PersonId};

/// Where somebody is in their time with the company.
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
pub enum PersonState {
    /// Expected, not here yet.
    Invited,
    /// At work.
    Active,
    /// Away for a while.
    OnLeave,
    /// Gone.
    Offboarded,
    /// Gone, and nothing that names them is kept. Their numbers are.
    Erased,
}

/// What can be done to a person's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Enum)]
#[serde(rename_all = "snake_case")]
pub enum PersonAction {
    /// The first day has come.
    Activate,
    /// Goes on leave.
    StartLeave,
    /// Comes back from leave.
    EndLeave,
    /// Leaves the company.
    Offboard,
    /// Comes back to the company.
    Rehire,
}

/// Somebody who works in support.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[graphql(name = "PersonFields")]
#[sea_orm(entity = "super::entity::Entity")]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// The name that colleagues use.
    pub name: String,
    /// The work e-mail, in lower case.
    pub work_email: Option<String>,
    /// The number in the HR system.
    pub employee_no: Option<String>,
    /// The IANA zone of their work place.
    pub time_zone: Option<String>,
    /// The language of their messages, as in BCP 47.
    pub locale: Option<String>,
    /// The first day with the company.
    pub hire_date: Option<NaiveDate>,
    /// The first day no longer with the company.
    pub leave_date: Option<NaiveDate>,
    /// Where they are in their time with the company.
    pub state: PersonState,
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
    pub allowed_actions: Vec<PersonAction>,
}

impl Identified for Person {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A person to make.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The name that colleagues use: 1 to 200 characters.
    pub name: String,
    /// The work e-mail; no two people have the same.
    pub work_email: Option<String>,
    /// The number in the HR system; no two people have the same.
    pub employee_no: Option<String>,
    /// The IANA zone of their work place.
    pub time_zone: Option<String>,
    /// The language of their messages, as in BCP 47.
    pub locale: Option<String>,
    /// The first day with the company.
    pub hire_date: Option<NaiveDate>,
    /// `true` for somebody who has not started yet.
    #[serde(default)]
    #[graphql(default)]
    pub invited: bool,
}

/// What to change of a person: what is absent stays, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields, default)]
pub struct PersonPatch {
    /// The name that colleagues use.
    #[serde(deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// The work e-mail.
    #[schema(value_type = Option<String>)]
    pub work_email: MaybeUndefined<String>,
    /// The number in the HR system.
    #[schema(value_type = Option<String>)]
    pub employee_no: MaybeUndefined<String>,
    /// The IANA zone of their work place.
    #[schema(value_type = Option<String>)]
    pub time_zone: MaybeUndefined<String>,
    /// The language of their messages.
    #[schema(value_type = Option<String>)]
    pub locale: MaybeUndefined<String>,
    /// The first day with the company.
    #[schema(value_type = Option<NaiveDate>)]
    pub hire_date: MaybeUndefined<NaiveDate>,
    /// The first day no longer with the company.
    #[schema(value_type = Option<NaiveDate>)]
    pub leave_date: MaybeUndefined<NaiveDate>,
}

/// Which people.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, InputObject)]
#[into_params(parameter_in = Query)]
pub struct PersonFilter {
    /// Only those in this state.
    pub state: Option<PersonState>,
    /// Only the one with this work e-mail.
    pub work_email: Option<String>,
    /// What they are listed by: `name`, or `-name` for the other way round.
    #[graphql(skip)]
    #[param(inline)]
    pub sort: Option<PersonSort>,
}

/// What people are listed by; by when their records were made, where nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Enum)]
pub enum PersonSort {
    /// By name, the least first.
    #[serde(rename = "name")]
    Name,
    /// By name, the greatest first.
    #[serde(rename = "-name")]
    NameDesc,
    /// By the first day with the company, the least first.
    #[serde(rename = "hire_date")]
    HireDate,
    /// By the first day with the company, the greatest first.
    #[serde(rename = "-hire_date")]
    HireDateDesc,
}

/// What was there to erase of a person.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Emptied {
    /// Whether they had not been erased before.
    pub(crate) is_new: bool,
    /// Under how many ids sources knew them.
    pub(crate) identities: usize,
}
