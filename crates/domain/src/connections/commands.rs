//! Making, changing and revoking connections to helpdesks.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, Set};
use serde_json::json;

use super::checks;
use super::entity::connection::{ActiveModel, Column, Entity, Model};
use super::entity::stream;
use super::jobs::Sync;
use super::queries::told;
use super::runs::stop;
use super::types::{
    Connection, ConnectionAction, ConnectionId, ConnectionPatch, ConnectionState, Credentials,
    NewConnection, NewResync, Vendor,
};
use crate::kernel::check::Check;
use crate::kernel::patch::required;
use crate::kernel::{Error, Event, Permission, Result, Scope, states};
use crate::tenants;

/// Makes a connection to a helpdesk. Its credentials are tried next, and then everything is read.
///
/// # Errors
/// `forbidden` without `connections.admin`; `connection_name_taken`; `helpdesk_taken`; `invalid` per field.
pub async fn create(scope: &Scope, new: NewConnection) -> Result<Connection> {
    scope.require(Permission::ConnectionsAdmin)?;
    let NewConnection {
        name,
        vendor,
        base_url,
        credentials,
        cadence_seconds,
        sync_from,
        field_mapping,
    } = new;
    let mut check = Check::default();
    let base_url = checks::address(&mut check, vendor, &base_url);
    checks::credentials(&mut check, vendor, &credentials);
    checks::cadence(&mut check, cadence_seconds);
    checks::mapping(&mut check, field_mapping.as_ref());
    check.text("/name", &name, 200).time("/sync_from", sync_from).done()?;
    let id = scope.new_id::<ConnectionId>();
    let helpdesk = free(scope, id, vendor, &base_url).await?;
    let row = ActiveModel {
        id: Set(id),
        name: Set(name.trim().to_owned()),
        system: Set(vendor.word().to_owned()),
        state: Set(ConnectionState::Testing),
        state_since: Set(scope.now()),
        base_url: Set(Some(base_url)),
        helpdesk: Set(helpdesk),
        sealed_credentials: Set(Some(seal(scope, id, &credentials).await?)),
        cadence_seconds: Set(Some(cadence_seconds.unwrap_or(checks::CADENCE))),
        sync_from: Set(sync_from),
        field_mapping: Set(field_mapping.unwrap_or_default()),
        ..Default::default()
    };
    scope.insert(row).await?;
    for name in vendor.descriptor().streams {
        scope.insert_unversioned(unread(scope, id, name)).await?;
    }
    scope.enqueue(&Sync { connection: id }).await?;
    let made = told(scope, id).await?;
    scope.record(Event::created("connection.created", id, &made));
    Ok(made)
}

/// Changes what is given. New credentials, or another address, are tried before anything more is read.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`; `connection_is_import`; `connection_revoked`; `connection_name_taken`; `helpdesk_taken`;
/// `invalid` per field.
pub async fn update(scope: &Scope, id: ConnectionId, patch: ConnectionPatch) -> Result<Connection> {
    scope.require(Permission::ConnectionsAdmin)?;
    let row = scope.lock_to_change::<Entity>(id).await?;
    let vendor = helpdesk(&row)?;
    if row.state == ConnectionState::Revoked {
        let message = "this connection has been revoked";
        return Err(Error::conflict("connection_revoked", message).allowing(Vec::new()));
    }
    let ConnectionPatch { name, base_url, credentials, cadence_seconds, field_mapping } = patch;
    let mut check = Check::default();
    let base_url = base_url.map(|url| checks::address(&mut check, vendor, &url));
    let has_moved = base_url.is_some() && base_url != row.base_url;
    let names: Vec<_> =
        credentials.iter().flat_map(Credentials::names).map(str::to_owned).collect();
    let credentials = match credentials {
        Some(given) if !has_moved && vendor.descriptor().auth_method(&given).is_none() => {
            Some(given.over(open(scope, &row)?))
        }
        // What opens one house is not sent to another.
        None if has_moved => Some(Credentials::default()),
        given => given,
    };
    if let Some(credentials) = &credentials {
        checks::credentials(&mut check, vendor, credentials);
    }
    checks::cadence(&mut check, cadence_seconds);
    checks::mapping(&mut check, field_mapping.as_ref());
    check.text_if("/name", &name, 200).done()?;
    let helpdesk = match &base_url {
        Some(base_url) if has_moved => Some(free(scope, id, vendor, base_url).await?),
        _ => None,
    };
    let sealed = match &credentials {
        Some(credentials) => Some(Some(seal(scope, id, credentials).await?)),
        None => None,
    };
    let change = ActiveModel {
        name: required(name.map(|name| name.trim().to_owned())),
        base_url: required(base_url.map(Some)),
        // What was given for the credentials of before is not for these.
        sealed_access_token: required(sealed.is_some().then_some(None)),
        renewing_until: required(sealed.is_some().then_some(None)),
        helpdesk: required(helpdesk),
        sealed_credentials: required(sealed),
        cadence_seconds: required(cadence_seconds.map(Some)),
        field_mapping: required(field_mapping),
        ..Default::default()
    };
    let before = told(scope, id).await?;
    scope.change(&row, change).await?;
    scope.record(Event::updated("connection.updated", id, &before, &told(scope, id).await?));
    if credentials.is_some() {
        scope.record(Event::new("connection.credentials_changed", id, json!({ "fields": names })));
        try_anew(scope, id).await?;
    }
    told(scope, id).await
}

/// Tries the credentials of a connection. One that was in error is read from again where they are good.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`; `connection_is_import`; a conflict with the legal actions.
pub async fn check(scope: &Scope, id: ConnectionId) -> Result<Connection> {
    act(scope, id, ConnectionAction::Check).await?;
    scope.enqueue(&Sync { connection: id }).await?;
    told(scope, id).await
}

/// Stops reading a connection for now. A run that is under way ends where it is.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`; `connection_is_import`; a conflict with the legal actions.
pub async fn pause(scope: &Scope, id: ConnectionId) -> Result<Connection> {
    act(scope, id, ConnectionAction::Pause).await?;
    stop(scope, id, "paused", "the connection was paused").await?;
    told(scope, id).await
}

/// Goes on reading a connection where it stopped.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`; `connection_is_import`; a conflict with the legal actions.
pub async fn resume(scope: &Scope, id: ConnectionId) -> Result<Connection> {
    act(scope, id, ConnectionAction::Resume).await?;
    scope.enqueue(&Sync { connection: id }).await?;
    told(scope, id).await
}

/// Forgets how far a connection was read, so that everything from a time on is read once more. What is here already changes where the
/// helpdesk has it otherwise, and nothing is doubled.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`; `connection_is_import`; a conflict with the legal actions; `invalid` for a time to come.
pub async fn resync(scope: &Scope, id: ConnectionId, new: NewResync) -> Result<Connection> {
    scope.require(Permission::ConnectionsAdmin)?;
    let NewResync { from } = new;
    let row = scope.lock_to_change::<Entity>(id).await?;
    helpdesk(&row)?;
    states::next::<Entity>(scope, row.state, ConnectionAction::Resync)?;
    let is_past = from <= scope.now();
    let mut check = Check::default();
    check
        .that(is_past, "/from", "out_of_range", "must be a time that has come")
        .time("/from", from);
    check.done()?;
    scope.change(&row, ActiveModel { sync_from: Set(Some(from)), ..Default::default() }).await?;
    stop(scope, id, "resynced", "everything is read once more").await?;
    let unread = stream::ActiveModel {
        checkpoint: Set(None),
        reached_at: Set(None),
        failures: Set(0),
        trouble_code: Set(None),
        trouble: Set(None),
        updated_at: Set(scope.now()),
        ..Default::default()
    };
    let theirs = stream::Column::ConnectionId.eq(id);
    scope.update_many::<stream::Entity>().set(unread).filter(theirs).exec(scope.tx()).await?;
    scope.enqueue(&Sync { connection: id }).await?;
    scope.record(Event::new("connection.resynced", id, json!({ "from": from })));
    told(scope, id).await
}

/// Ends a connection for good and erases its credentials. What it brought stays.
///
/// # Errors
/// `forbidden` without `connections.admin`; `not_found`; `connection_is_import`; a conflict with the legal actions.
pub async fn revoke(scope: &Scope, id: ConnectionId) -> Result<Connection> {
    act(scope, id, ConnectionAction::Revoke).await?;
    stop(scope, id, "revoked", "the connection was revoked").await?;
    let erased = ActiveModel {
        sealed_credentials: Set(None),
        sealed_access_token: Set(None),
        helpdesk: Set(None),
        ..Default::default()
    };
    scope.update::<Entity, _>(id, erased).await?;
    told(scope, id).await
}

async fn act(scope: &Scope, id: ConnectionId, action: ConnectionAction) -> Result<()> {
    scope.require(Permission::ConnectionsAdmin)?;
    let row = scope.lock_to_change::<Entity>(id).await?;
    helpdesk(&row)?;
    scope.enter::<Entity>(&row, id, action).await
}

/// What is read from is tried before it is read from again; what is paused, when it is read from again.
async fn try_anew(scope: &Scope, id: ConnectionId) -> Result<()> {
    let row = scope.get::<Entity>(id).await?;
    match row.state {
        ConnectionState::Active | ConnectionState::Error => {
            scope.enter::<Entity>(&row, id, ConnectionAction::Check).await?;
        }
        ConnectionState::Testing => {}
        ConnectionState::Paused | ConnectionState::Revoked => return Ok(()),
    }
    scope.enqueue(&Sync { connection: id }).await
}

/// Which helpdesk an address is of, if no other connection reads it: what two read would count twice.
async fn free(
    scope: &Scope,
    id: ConnectionId,
    vendor: Vendor,
    base_url: &str,
) -> Result<Option<String>> {
    let Some(helpdesk) = checks::helpdesk(vendor, base_url) else { return Ok(None) };
    // Whoever comes second waits, and is told who was first.
    tenants::hold(scope).await?;
    let others = scope
        .find::<Entity>()
        .filter(Column::System.eq(vendor.word()))
        .filter(Column::State.ne(ConnectionState::Revoked))
        .filter(Column::Id.ne(id))
        .order_by_asc(Column::Id);
    let is_same = |other: &Model| {
        let theirs = other.base_url.as_deref().and_then(|url| checks::helpdesk(vendor, url));
        theirs.as_deref() == Some(helpdesk.as_str())
    };
    match others.all(scope.tx()).await?.into_iter().find(is_same) {
        None => Ok(Some(helpdesk)),
        Some(Model { id, name, .. }) => {
            let message = format!(
                "`{name}` ({id}) reads this helpdesk already, and its tickets would count twice: change that connection, or revoke it first"
            );
            Err(Error::conflict("helpdesk_taken", message))
        }
    }
}

/// The vendor of a connection to a helpdesk.
fn helpdesk(row: &Model) -> Result<Vendor> {
    Vendor::from_word(&row.system).ok_or_else(|| {
        let message = format!(
            "`{}` is the source of an import: it has no credentials, is not read from, and is called as its mapping says",
            row.name
        );
        Error::conflict("connection_is_import", message).allowing(Vec::new())
    })
}

pub(super) async fn seal(
    scope: &Scope,
    id: ConnectionId,
    credentials: &Credentials,
) -> Result<Vec<u8>> {
    scope.seal::<Entity>(Column::SealedCredentials, id.0, &credentials.to_bytes()?).await
}

/// The credentials of a connection; none of one that was revoked.
pub(super) fn open(scope: &Scope, row: &Model) -> Result<Credentials> {
    match &row.sealed_credentials {
        Some(sealed) => Credentials::from_bytes(&scope.unseal::<Entity>(
            Column::SealedCredentials,
            row.id.0,
            sealed,
        )?),
        None => Ok(Credentials::default()),
    }
}

/// A stream that was never read.
pub(super) fn unread(scope: &Scope, id: ConnectionId, name: &str) -> stream::ActiveModel {
    stream::ActiveModel {
        connection_id: Set(id),
        name: Set(name.to_owned()),
        items: Set(0),
        changed: Set(0),
        failures: Set(0),
        updated_at: Set(scope.now()),
        ..Default::default()
    }
}
