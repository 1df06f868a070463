//! Making, changing and removing hooks.

use sea_orm::Set;

use super::doors::{HMAC, STANDARD};
use super::entity::hook::{ActiveModel, Column, Entity};
use super::queries::get;
use super::types::{Hook, HookId, HookPatch, MacSettings, MadeHook, NewHook, NewVendorHook};
use crate::accounts::{ShownOnce, new_key};
use crate::connections::{self, ConnectionId, ConnectionState, Vendor};
use crate::kernel::check::Check;
use crate::kernel::{Error, Event, Permission, Result, Scope, Secret};

/// How many characters a secret that is given has.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=200;
const LONGEST_HEADER: usize = 100;

/// Makes a hook for a connected helpdesk.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`; `connection_is_import`; `connection_revoked`; `invalid` per field.
pub async fn create_for(
    scope: &Scope,
    connection: ConnectionId,
    new: NewVendorHook,
) -> Result<MadeHook> {
    scope.require(Permission::ConnectionsAdmin)?;
    let vendor = vendor_of(scope, connection).await?;
    let mut check = Check::default();
    check_secret(&mut check, new.secret.as_ref());
    check.done()?;
    make(scope, connection, vendor.word(), None, new.secret).await
}

/// Makes a hook for a source of one's own.
///
/// # Errors
/// `forbidden` without `connections.admin` and `tickets.write`; `connection_name_taken` by a helpdesk; `invalid` per field.
pub async fn create(scope: &Scope, new: NewHook) -> Result<MadeHook> {
    scope.require(Permission::ConnectionsAdmin)?;
    let NewHook { source, signature, secret } = new;
    let mut check = Check::default();
    check_secret(&mut check, secret.as_ref());
    check_signature(&mut check, signature.as_ref());
    check.text("/source", &source, 200).done()?;
    let connection = connections::named(scope, source.trim()).await?;
    let scheme = if signature.is_some() { HMAC } else { STANDARD };
    make(scope, connection, scheme, signature, secret).await
}

async fn make(
    scope: &Scope,
    connection: ConnectionId,
    scheme: &str,
    signature: Option<MacSettings>,
    secret: Option<Secret>,
) -> Result<MadeHook> {
    let made = secret.is_none().then(|| new_key(if scheme == STANDARD { "whsec_" } else { "" }));
    let text = secret.as_ref().map(Secret::expose).or(made.as_ref().map(ShownOnce::expose));
    let text = text.unwrap_or_default().as_bytes();
    let id = scope.new_id::<HookId>();
    let row = ActiveModel {
        id: Set(id),
        connection_id: Set(connection),
        scheme: Set(scheme.to_owned()),
        settings: Set(signature.as_ref().map(serde_json::to_string).transpose()?),
        sealed_secret: Set(scope.seal::<Entity>(Column::SealedSecret, id.0, text).await?),
        ..Default::default()
    };
    scope.insert(row).await?;
    let hook = get(scope, id).await?;
    scope.record(Event::created("hook.created", id, &hook));
    Ok(MadeHook { hook, secret: made })
}

/// Changes the secret of a hook. The old one is good for two seconds more.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`; `stale_version`; `invalid` per field.
pub async fn update(scope: &Scope, id: HookId, patch: HookPatch) -> Result<Hook> {
    scope.require(Permission::ConnectionsAdmin)?;
    let row = scope.lock_to_change::<Entity>(id).await?;
    let mut check = Check::default();
    check_secret(&mut check, patch.secret.as_ref());
    check.done()?;
    let before = get(scope, id).await?;
    if let Some(secret) = patch.secret {
        let sealed = scope.seal::<Entity>(Column::SealedSecret, id.0, secret.expose().as_bytes());
        let change = ActiveModel { sealed_secret: Set(sealed.await?), ..Default::default() };
        scope.change::<Entity, _>(&row, change).await?;
    }
    let after = get(scope, id).await?;
    scope.record(Event::updated("hook.updated", id, &before, &after));
    Ok(after)
}

/// Removes a hook, with what it was told and nobody has worked off. What it brought stays.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`.
pub async fn delete(scope: &Scope, id: HookId) -> Result<()> {
    let hook = get(scope, id).await?;
    scope.delete::<Entity>(id).await?;
    scope.record(Event::removed("hook.removed", id, &hook));
    Ok(())
}

async fn vendor_of(scope: &Scope, id: ConnectionId) -> Result<Vendor> {
    let connection = connections::told(scope, id).await?;
    if connection.state == ConnectionState::Revoked {
        let message = "this connection has been revoked";
        return Err(Error::conflict("connection_revoked", message));
    }
    Vendor::from_word(&connection.system).ok_or_else(|| {
        let message = "it is the source of an import: give its name as `source`";
        Error::conflict("connection_is_import", message)
    })
}

fn check_secret(check: &mut Check, secret: Option<&Secret>) {
    if let Some(secret) = secret {
        let text = secret.expose();
        let is_fine = LENGTHS.contains(&text.len()) && text.bytes().all(|it| it.is_ascii_graphic());
        let message = "must have 16 to 200 printable characters of ASCII, without blanks";
        check.that(is_fine, "/secret", "not_a_secret", message);
    }
}

fn check_signature(check: &mut Check, signature: Option<&MacSettings>) {
    let Some(MacSettings { header, prefix, timestamp_header, .. }) = signature else { return };
    let mut name = |pointer: &str, name: &str| {
        let is_one = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
        let is_fine = (1..=LONGEST_HEADER).contains(&name.len()) && name.bytes().all(is_one);
        let message = "must be the name of a header, like `X-Signature`";
        check.that(is_fine, pointer, "not_a_header", message);
    };
    name("/signature/header", header);
    if let Some(header) = timestamp_header {
        name("/signature/timestamp_header", header);
    }
    check.text_if("/signature/prefix", prefix, LONGEST_HEADER);
}
