//! What crosses the boundary.

use async_graphql::{InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::ShownOnce;
use crate::connections::{ConnectionId, MacAlgorithm, MacEncoding};
use crate::kernel::{Identified, Secret};

crate::id!(HookId, "hook", "The id of a hook: where others tell of what happens.");

/// Where a helpdesk, or a system of the tenant's own, tells of what happens.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct Hook {
    /// The hook.
    pub id: HookId,
    /// The source that it tells of.
    pub connection_id: ConnectionId,
    /// Where to send: a path below this server's public address.
    pub path: String,
    /// How a delivery proves whose it is: the way of a vendor, by its word, or `standard_webhooks`, or `hmac`.
    pub scheme: String,
    /// The header in which the sender proves it.
    pub header: String,
    /// When a delivery was worked off last.
    pub received_at: Option<DateTime<Utc>>,
    /// How many deliveries wait to be worked off.
    pub waiting: i64,
    /// When a delivery was of no use last.
    pub trouble_at: Option<DateTime<Utc>>,
    /// Why, as a word.
    pub trouble_code: Option<String>,
    /// Why, and what to do.
    pub trouble: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
}

impl Identified for Hook {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A hook with its secret, which is told this once.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct MadeHook {
    /// The hook.
    pub hook: Hook,
    /// What deliveries are signed with, where it was made here; null where it was given.
    pub secret: Option<ShownOnce>,
}

/// A hook to make for a connected helpdesk, which signs in its vendor's way.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewVendorHook {
    /// What deliveries are signed with: 16 to 200 characters. Zendesk makes it; where it is not given, it is made here.
    pub secret: Option<Secret>,
}

/// A hook to make for a source of one's own, which sends tickets and ratings as the guide to helpdesks describes them.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewHook {
    /// The name of the source: 1 to 200 characters. An import may have the same one.
    pub source: String,
    /// How deliveries are signed; as Standard Webhooks has it, when not given.
    pub signature: Option<MacSettings>,
    /// What deliveries are signed with: 16 to 200 characters; where it is not given, it is made here.
    pub secret: Option<Secret>,
}

/// What to change of a hook; what is not given stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct HookPatch {
    /// What deliveries are signed with from now on.
    #[serde(default, deserialize_with = "crate::kernel::patch::not_null")]
    #[schema(nullable = false)]
    pub secret: Option<Secret>,
}

/// How a system of the tenant's own signs: a code over the body, in a header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct MacSettings {
    /// The header that the code is in.
    pub header: String,
    /// What it is calculated with.
    pub algorithm: MacAlgorithm,
    /// How it is written.
    pub encoding: MacEncoding,
    /// What stands before it, like `sha256=`.
    pub prefix: Option<String>,
    /// The header of a time that is signed with the body: `{time}.{body}`. A delivery whose time is more than five minutes from now is refused.
    /// Without it the body alone is signed, and what was overheard can be sent again.
    pub timestamp_header: Option<String>,
}
