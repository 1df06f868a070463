//! What a helpdesk's own words mean here.

use std::fmt;
use std::str::FromStr;

use async_graphql::{InputObject, SimpleObject};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a helpdesk's own words mean here: no vendor has a field for these, and every team has words of its own for them.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    SimpleObject,
    InputObject,
    DeriveValueType,
)]
#[serde(deny_unknown_fields, default)]
#[graphql(input_name = "FieldMappingInput")]
#[sea_orm(value_type = "String")]
pub struct FieldMapping {
    /// A ticket that is given one of these tags is raised to another tier.
    #[graphql(default)]
    pub escalated_tags: Vec<String>,
    /// A ticket that has one of these tags is a test, and counts nowhere.
    #[graphql(default)]
    pub test_tags: Vec<String>,
}

/// As it is kept.
impl fmt::Display for FieldMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_never| fmt::Error)?)
    }
}

impl FromStr for FieldMapping {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}
