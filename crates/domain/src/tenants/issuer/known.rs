//! What this process knows of the tenants as issuers, for at most [`BELIEVED`](crate::kernel::recent::BELIEVED), so that most requests are verified without the database.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::entity::{Column, Entity, Model};
use super::signing::{PrivateKey, PublicKey};
use super::types::{SigningKeyId, SigningKeyState};
use super::{queries, verifies_for};
use crate::kernel::recent::Recent;
use crate::kernel::{App, Caller, Error, ErrorKind, OrInternal, Result, Scope};
use crate::tenants::{self, Tenant};

/// How long an unknown key of a known issuer is refused before its keys are read again.
const UNKNOWN_FOR: TimeDelta = TimeDelta::milliseconds(250);

/// A tenant with the keys its tokens are signed and verified with.
pub(crate) struct Issuer {
    pub(crate) tenant: Tenant,
    active: (SigningKeyId, PrivateKey),
    /// Each with the time from which it is refused.
    published: Vec<(SigningKeyId, PublicKey, Option<DateTime<Utc>>)>,
    read_at: DateTime<Utc>,
}

type Found = Option<Arc<Issuer>>;

/// By slug, those that do not exist among them.
type Known = Recent<String, Found>;

impl Issuer {
    /// Signs with the active key and says which it is: the message, and its signature in base64url.
    pub(crate) fn sign(
        &self,
        message: impl FnOnce(SigningKeyId) -> String,
    ) -> Result<(String, String)> {
        let (kid, key) = &self.active;
        let message = message(*kid);
        let signature = key.sign(&message)?;
        Ok((message, signature))
    }

    /// The public key of an id, exactly as written.
    pub(crate) fn key(&self, kid: SigningKeyId, now: DateTime<Utc>) -> Option<&PublicKey> {
        let mut keys = self.published(now);
        keys.find(|(id, _)| *id == kid).map(|(_, key)| key)
    }

    /// The keys that a token may be signed with at `now`.
    pub(crate) fn published(
        &self,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = (SigningKeyId, &PublicKey)> {
        let good = move |until: Option<DateTime<Utc>>| until.is_none_or(|until| now < until);
        let keys = self.published.iter();
        keys.filter(move |(_, _, until)| good(*until)).map(|(id, key, _)| (*id, key))
    }
}

/// A key that the issuer of a slug had when it was last looked at, however long ago: good to refuse with, and for nothing else.
pub(crate) fn known_key(app: &App, slug: &str, kid: SigningKeyId) -> Option<PublicKey> {
    let issuer = app.kept::<Known>().last(&slug.to_owned())??;
    let key = issuer.published.iter().find(|(id, ..)| *id == kid);
    key.map(|(_, key, _)| key.clone())
}

/// The issuer of a slug, as known for at most two seconds.
pub(crate) async fn issuer(app: &App, slug: &str) -> Result<Found> {
    if !tenants::is_slug(slug) {
        return Ok(None);
    }
    let (known, now) = (app.kept::<Known>(), app.clock().now());
    match known.get(&slug.to_owned(), now) {
        Some(found) => Ok(found),
        None => read(app, &known, slug, now).await,
    }
}

/// The same, read again when it does not have a key that it may just have been given by another process.
pub(crate) async fn issuer_with_key(app: &App, slug: &str, kid: SigningKeyId) -> Result<Found> {
    let (found, now) = (issuer(app, slug).await?, app.clock().now());
    match found {
        Some(issuer) if issuer.key(kid, now).is_none() && now >= issuer.read_at + UNKNOWN_FOR => {
            read(app, &app.kept::<Known>(), slug, now).await
        }
        found => Ok(found),
    }
}

async fn read(app: &App, known: &Known, slug: &str, now: DateTime<Utc>) -> Result<Found> {
    let tenant = match app.system_read(async |scope| tenants::by_slug(scope, slug).await).await {
        Ok(tenant) => Some(tenant),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let found = match tenant {
        None => None,
        Some(tenant) => {
            let caller = Caller::system(tenant.id);
            let issuer = app.read(&caller, async |scope| open(scope, tenant, now).await);
            Some(Arc::new(issuer.await?))
        }
    };
    // Made-up slugs do not crowd out the tenants that there are.
    known.put(slug.to_owned(), found.clone(), now, Option::is_some);
    Ok(found)
}

async fn open(scope: &Scope, tenant: Tenant, now: DateTime<Utc>) -> Result<Issuer> {
    let (mut active, mut published) = (None, Vec::new());
    for key in queries::published(scope, now).await? {
        let public = PublicKey::of_bytes(&key.public_key)?;
        published.push((key.id, public, refused_from(&key)));
        if let (SigningKeyState::Active, Some(sealed)) = (key.state, &key.sealed_private_key) {
            let secret = scope.unseal::<Entity>(Column::SealedPrivateKey, key.id.0, sealed)?;
            let secret = <[u8; 32]>::try_from(secret.as_slice()).or_internal()?;
            active = Some((key.id, PrivateKey::new(&secret)));
        }
    }
    Ok(Issuer {
        tenant,
        active: active.ok_or_else(|| Error::internal("a tenant has no active signing key"))?,
        published,
        read_at: now,
    })
}

fn refused_from(key: &Model) -> Option<DateTime<Utc>> {
    let retired = key.state == SigningKeyState::Retired;
    retired.then(|| key.state_since + verifies_for())
}
