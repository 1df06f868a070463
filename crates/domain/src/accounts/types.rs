//! Secrets on their way in and out, and the roles.

use std::borrow::Cow;
use std::fmt;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, Enum, InputType, InputValueError, InputValueResult, OutputType,
    Positioned, ServerResult, SimpleObject, Value,
};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use crate::kernel::{ApiClientId, Permission, PersonId, Reach, UserId};
use crate::tenants::Tenant;

/// A secret that somebody gives us. It can be read, and neither printed nor written out.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// From its text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // Not as a string: what is none would be repeated before we are asked.
        from.deserialize_any(Text).map(Self)
    }
}

/// A text. What is none is not repeated in the error: it may be the secret in the wrong shape.
struct Text;

impl Text {
    fn none<E: serde::de::Error>() -> Result<String, E> {
        Err(E::custom("a string is expected"))
    }
}

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<String, E> {
        Self::none()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<String, E> {
        Self::none()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<String, E> {
        Self::none()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<String, E> {
        Self::none()
    }
}

impl PartialSchema for Secret {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .description(Some("A secret. It is never answered."))
            .into()
    }
}

impl ToSchema for Secret {}

impl InputType for Secret {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self(text)),
            // The value itself is not repeated: it may be the secret in the wrong shape.
            Some(_) | None => Err(InputValueError::custom("a string is expected")),
        }
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

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
