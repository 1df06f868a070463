//! What crosses the boundary.

use std::collections::HashMap;

use async_graphql::{InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::DerivePartialModel;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::connections::ConnectionId;
use crate::kernel::{Identified, PersonId};

crate::id!(IdentityId, "identity", "The id of an external identity of a person.");

/// The id under which a source knows a person.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::entity::Entity")]
pub struct Identity {
    /// The identity.
    pub id: IdentityId,
    /// Whose it is.
    pub person_id: PersonId,
    /// The source.
    pub connection_id: ConnectionId,
    /// The source's id of the person.
    pub external_id: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
}

impl Identified for Identity {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// An identity to add to a person.
#[derive(Clone, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewIdentity {
    /// The source.
    pub connection_id: ConnectionId,
    /// The source's id of the person: 1 to 200 characters.
    pub external_id: String,
}

/// Somebody whom a source names.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The source's id of them.
    pub external_id: String,
    /// Their name.
    pub name: String,
    /// Their e-mail address in lower case, where the source tells it.
    pub work_email: Option<String>,
}

/// Who the people are that a source names.
#[derive(Clone, Debug, Default)]
pub struct Introduced {
    /// By the source's ids.
    pub people: HashMap<String, PersonId>,
    /// How many of them are new.
    pub made: usize,
}
