//! What it takes to be let in by a hook.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter};

use super::entity::hook::{Column, Entity, Model};
use super::queries::tenant_of;
use super::types::{HookId, MacSettings};
use crate::connections::{
    Connection, ConnectionState, Headers, MacProof, Proof, Refused, Stamp, Vendor,
};
use crate::kernel::recent::Recent;
use crate::kernel::{App, Caller, Error, Result, Scope, TenantId};

/// The scheme of [`Proof::Standard`], and that of a tenant's own code.
pub(super) const STANDARD: &str = "standard_webhooks";
pub(super) const HMAC: &str = "hmac";

/// What a delivery to a hook has to show.
pub struct Door {
    tenant: TenantId,
    hook: HookId,
    proof: Proof,
    secret: Vec<u8>,
}

/// The doors that were opened a moment ago.
#[derive(Default)]
struct Doors(Recent<HookId, Option<Arc<Door>>>);

/// The door of a hook; `None` where there is none, or its connection was revoked. What it takes is believed for two seconds.
///
/// # Errors
/// Those of the database.
pub async fn door(app: &App, id: HookId) -> Result<Option<Arc<Door>>> {
    let (doors, now) = (app.kept::<Doors>(), app.clock().now());
    if let Some(door) = doors.0.get(&id, now) {
        return Ok(door);
    }
    let door = match tenant_of(app, id).await? {
        None => None,
        Some(tenant) => {
            let caller = Caller::system(tenant);
            app.read(&caller, async |scope| read(scope, id).await).await?.map(Arc::new)
        }
    };
    doors.0.put(id, door.clone(), now, Option::is_some);
    Ok(door)
}

async fn read(scope: &Scope, id: HookId) -> Result<Option<Door>> {
    let found = scope.find::<Entity>().filter(Column::Id.eq(id)).one(scope.tx()).await?;
    let Some(row) = found else { return Ok(None) };
    let connection: Connection = scope.one(row.connection_id).await?;
    if connection.state == ConnectionState::Revoked {
        return Ok(None);
    }
    let secret = scope.unseal::<Entity>(Column::SealedSecret, row.id.0, &row.sealed_secret)?;
    Ok(Some(Door { tenant: scope.tenant(), hook: id, proof: proof(&row)?, secret }))
}

/// How deliveries to a hook prove whose they are.
pub(super) fn proof(row: &Model) -> Result<Proof> {
    if let Some(vendor) = Vendor::from_word(&row.scheme) {
        return Ok(vendor.descriptor().hook.clone());
    }
    if row.scheme == STANDARD {
        return Ok(Proof::Standard);
    }
    let settings = row.settings.as_deref().ok_or_else(|| Error::internal("a hook has no scheme"));
    let settings: MacSettings = serde_json::from_str(settings?)?;
    let MacSettings { header, algorithm, encoding, prefix, timestamp_header } = settings;
    let stamp = |header: String| Stamp { header: header.to_lowercase().into(), between: "." };
    Ok(Proof::Mac(MacProof {
        header: header.to_lowercase().into(),
        algorithm,
        encoding,
        prefix: prefix.unwrap_or_default().into(),
        stamp: timestamp_header.map(stamp),
        delivery: None,
    }))
}

impl Door {
    /// Whose hook it is.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Which hook it is.
    #[must_use]
    pub const fn hook(&self) -> HookId {
        self.hook
    }

    /// Whether a delivery is let in, and what it is known by: see [`Proof::verify`].
    ///
    /// # Errors
    /// [`Refused`].
    pub fn verify(
        &self,
        headers: &impl Headers,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> std::result::Result<Option<[u8; 16]>, Refused> {
        self.proof.verify(&self.secret, headers, body, now)
    }
}
