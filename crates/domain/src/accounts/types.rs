//! Secrets on their way out, and the roles.

use std::borrow::Cow;
use std::fmt;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, Enum, OutputType, Positioned, ServerResult, SimpleObject, Value,
};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::kernel::{ApiClientId, Permission, PersonId, Reach, UserId};
use crate::tenants::Tenant;

/// A secret that we made and hand over once. It is written into that one answer and cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownOnce(String);

impl ShownOnce {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// Its text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ShownOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShownOnce(hidden)")
    }
}

impl Serialize for ShownOnce {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl PartialSchema for ShownOnce {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A secret that is shown this once."))
            .into()
    }
}

impl ToSchema for ShownOnce {}

impl OutputType for ShownOnce {
    fn type_name() -> Cow<'static, str> {
        <String as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::String(self.0.clone()))
    }
}

/// What a user is to the tenant, which decides what they may do, and to whose things.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Role {
    /// Everything, also ownership. A tenant always has one.
    Owner,
    /// Users, clients, teams, tickets and definitions.
    Admin,
    /// The people, tickets and KPIs of the teams one leads and those below them.
    Manager,
    /// Every ticket.
    QualityAnalyst,
    /// Every person, no ticket.
    Hr,
    /// Totals of KPIs.
    Finance,
    /// One's own numbers and tickets.
    Agent,
    /// Totals of KPIs, never a person's.
    Viewer,
}

/// Who asks, and what they may do.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct Me {
    /// The actor: a user's or an API client's id.
    pub id: String,
    /// Whose data the token opens.
    pub tenant: Tenant,
    /// The user, where it is one.
    pub user_id: Option<UserId>,
    /// The API client, where it is one.
    pub client_id: Option<ApiClientId>,
    /// The person behind the user.
    pub person_id: Option<PersonId>,
    /// What the actor may do, and to whose things.
    pub permissions: Vec<Allowed>,
}

/// A kind of thing the actor may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "AllowedPermission")]
#[schema(as = AllowedPermission)]
pub struct Allowed {
    /// Which.
    #[schema(value_type = PermissionWord)]
    pub permission: &'static str,
    /// Whose things it covers.
    pub reach: ReachWord,
}

/// How the contract writes a permission.
pub(super) struct PermissionWord;

impl PartialSchema for PermissionWord {
    fn schema() -> RefOr<Schema> {
        let words = Permission::ALL.iter().map(|permission| permission.word());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(words))
            .description(Some("A kind of thing that may be done."))
            .into()
    }
}

impl ToSchema for PermissionWord {
    fn name() -> Cow<'static, str> {
        "Permission".into()
    }
}

/// Whose things a permission covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, Enum)]
#[serde(rename_all = "snake_case")]
#[graphql(name = "Reach")]
#[schema(as = Reach)]
pub enum ReachWord {
    /// One's own.
    Own,
    /// Those of the teams one leads now, and all below them.
    Teams,
    /// The whole tenant's.
    Tenant,
}

impl From<Reach> for ReachWord {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Own => Self::Own,
            Reach::Teams => Self::Teams,
            Reach::Tenant => Self::Tenant,
        }
    }
}
