//! Reading connections, and making the one an import needs.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, QueryFilter, Select, Set};
use serde_json::json;

use super::entity::connection::{ActiveModel, Column, Entity, Model};
use super::entity::stream;
use super::types::{
    Connection, ConnectionFilter, ConnectionHealth, ConnectionId, ConnectionState, Descriptor,
    SWEEP, SyncStream, Vendor,
};
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::{
    Error, Event, Finds, Permission, Result, Scope, Seen, TenantOwned, dialect, states,
};

/// The `system` of the source of an import.
const IMPORT: &str = "import";

/// The helpdesks that can be connected to.
///
/// # Errors
/// `forbidden` without `connections.admin`: whoever does not connect needs none.
pub fn vendors(scope: &Scope) -> Result<Vec<Descriptor>> {
    scope.require(Permission::ConnectionsAdmin)?;
    Ok(Vendor::ALL.iter().map(|vendor| *vendor.descriptor()).collect())
}

/// One connection.
///
/// # Errors
/// `forbidden` without `tickets.read`; `not_found`.
pub async fn get(scope: &Scope, id: ConnectionId) -> Result<Connection> {
    scope.one(id).await
}

/// A page of connections.
///
/// # Errors
/// `forbidden` without `tickets.read`; a cursor of another list.
pub async fn list(
    scope: &Scope,
    filter: &ConnectionFilter,
    args: &PageArgs,
) -> Result<Page<Connection>> {
    page::load(scope, filter, args, matching(filter)).await
}

/// A connection as whoever changed it is told: that takes no other permission.
pub(crate) async fn told(scope: &Scope, id: ConnectionId) -> Result<Connection> {
    let select = scope.find::<Entity>().filter(Column::Id.eq(id));
    let found = select.into_partial_model::<Connection>().one(scope.tx()).await?;
    let found = found.ok_or_else(|| Error::not_found("connection", id))?;
    Ok(found.for_caller(scope))
}

/// Refuses a field that names a connection that is not there, whoever asks.
pub(crate) async fn exists(scope: &Scope, pointer: &str, id: ConnectionId) -> Result<()> {
    scope.exists::<Entity>(pointer, id).await
}

/// What a connection reads, in the order of its vendor.
///
/// # Errors
/// `forbidden` without `tickets.read`; `not_found`.
pub async fn streams(scope: &Scope, id: ConnectionId) -> Result<Vec<SyncStream>> {
    get(scope, id).await?;
    Ok(streams_of(scope, &[id]).await?.remove(&id).unwrap_or_default())
}

/// The same of several connections.
///
/// # Errors
/// `forbidden` without `tickets.read`.
pub async fn streams_of(
    scope: &Scope,
    ids: &[ConnectionId],
) -> Result<HashMap<ConnectionId, Vec<SyncStream>>> {
    scope.require_any(Permission::TicketsRead)?;
    let theirs = of::<stream::Entity>(scope, stream::Column::ConnectionId, ids);
    let mut streams: HashMap<ConnectionId, Vec<SyncStream>> = HashMap::new();
    for stream in theirs.into_partial_model::<SyncStream>().all(scope.tx()).await? {
        streams.entry(stream.connection_id).or_default().push(stream);
    }
    streams.values_mut().for_each(|of| of.sort_by_key(|stream| place(&stream.name)));
    Ok(streams)
}

/// Where a stream stands among those of its vendor, and those that none has behind them by name.
fn place(name: &str) -> (usize, String) {
    let mut all = Vendor::ALL.iter().flat_map(|vendor| vendor.descriptor().streams);
    (all.position(|it| *it == name).unwrap_or(usize::MAX), name.to_owned())
}

/// How a connection does.
///
/// # Errors
/// `forbidden` without `tickets.read`; `not_found`.
pub async fn health(scope: &Scope, id: ConnectionId) -> Result<ConnectionHealth> {
    let found = health_of(scope, &[id]).await?.remove(&id);
    found.ok_or_else(|| Error::not_found("connection", id))
}

/// The same of several connections.
///
/// # Errors
/// `forbidden` without `tickets.read`.
pub async fn health_of(
    scope: &Scope,
    ids: &[ConnectionId],
) -> Result<HashMap<ConnectionId, ConnectionHealth>> {
    let streams = streams_of(scope, ids).await?;
    let rows = of::<Entity>(scope, Column::Id, ids).all(scope.tx()).await?;
    let health = rows.into_iter().map(|row| {
        let streams = streams.get(&row.id).map_or(&[][..], Vec::as_slice);
        (row.id, health_with(row, streams, scope.now()))
    });
    Ok(health.collect())
}

fn health_with(row: Model, streams: &[SyncStream], now: DateTime<Utc>) -> ConnectionHealth {
    let feeds = streams.iter().filter(|stream| stream.name != SWEEP);
    let reached: Option<Vec<_>> = feeds.map(|stream| stream.reached_at).collect();
    let reached_at = reached.and_then(|all| all.into_iter().min());
    ConnectionHealth {
        state: row.state,
        checked_at: row.checked_at,
        synced_at: row.synced_at,
        reached_at,
        lag_seconds: reached_at.map(|reached| (now - reached).num_seconds().max(0)),
        failing_streams: streams.iter().filter(|stream| stream.failures > 0).count() as i64,
        trouble_code: row.trouble_code,
        trouble: row.trouble,
    }
}

fn of<E: TenantOwned>(scope: &Scope, column: E::Column, ids: &[ConnectionId]) -> Select<E> {
    scope.find::<E>().filter(dialect::any(scope.backend(), column, ids.iter().map(|id| id.0)))
}

fn matching(filter: &ConnectionFilter) -> Condition {
    let ConnectionFilter { state, vendor } = filter;
    Condition::all()
        .add_option(state.map(|state| Column::State.eq(state)))
        .add_option(vendor.map(|vendor| Column::System.eq(vendor.word())))
}

impl Seen for Connection {
    type Entity = Entity;

    /// All of them, to whoever sees any ticket.
    fn visible(scope: &Scope) -> Result<Select<Entity>> {
        scope.require_any(Permission::TicketsRead)?;
        Ok(scope.find())
    }

    /// Nothing can be done to the source of an import.
    fn for_caller(self, scope: &Scope) -> Self {
        let mut allowed_actions = states::allowed_actions::<Entity>(scope, self.state);
        allowed_actions.retain(|_| self.system != IMPORT);
        Self { allowed_actions, ..self }
    }
}

impl Finds for ConnectionId {
    type Thing = Connection;

    /// Those of these connections that are there, in no order.
    ///
    /// # Errors
    /// `forbidden` without `tickets.read`.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Connection>> {
        scope.many(ids).await
    }
}

/// The source of this name, made if there is none yet.
///
/// # Errors
/// `forbidden` without `tickets.write`; `connection_name_taken` by a helpdesk; transient when somebody makes it at the same moment.
pub async fn named(scope: &Scope, name: &str) -> Result<ConnectionId> {
    scope.require(Permission::TicketsWrite)?;
    let found = scope.find::<Entity>().filter(Column::Name.eq(name));
    if let Some(found) = found.one(scope.tx()).await? {
        return if found.system == IMPORT { Ok(found.id) } else { Err(is_helpdesk(name)) };
    }
    let id = scope.new_id::<ConnectionId>();
    let row = ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        system: Set(IMPORT.to_owned()),
        state: Set(ConnectionState::Active),
        state_since: Set(scope.now()),
        ..Default::default()
    };
    let made = scope.insert(row).await;
    // Whoever comes second finds it: nobody chose this name for something else.
    made.map_err(|error| match error.code() {
        "connection_name_taken" => Error::taken_meanwhile().because(error),
        _ => error,
    })?;
    scope.record(Event::new("connection.created", id, json!({ "name": name, "system": IMPORT })));
    Ok(id)
}

fn is_helpdesk(name: &str) -> Error {
    let message = format!(
        "`{name}` is a connection to a helpdesk: call the `source` of the mapping otherwise"
    );
    Error::conflict("connection_name_taken", message)
}
