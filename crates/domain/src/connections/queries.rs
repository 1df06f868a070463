//! Reading connections, and making the one an import needs.

use sea_orm::{ColumnTrait, Condition, QueryFilter, Select, Set};
use serde_json::json;

use super::entity::{ActiveModel, Column, Entity};
use super::types::{Connection, ConnectionId};
use crate::kernel::page::{self, Page, PageArgs};
use crate::kernel::{Event, Finds, Permission, Result, Scope, Seen};

/// A page of connections.
///
/// # Errors
/// `forbidden` without `tickets.read`.
pub async fn list(scope: &Scope, args: &PageArgs) -> Result<Page<Connection>> {
    page::load(scope, &(), args, Condition::all()).await
}

/// Refuses a field that names a connection that is not there, whoever asks.
pub(crate) async fn exists(scope: &Scope, pointer: &str, id: ConnectionId) -> Result<()> {
    scope.exists::<Entity>(pointer, id).await
}

impl Seen for Connection {
    type Entity = Entity;

    /// All of them, to whoever sees any ticket.
    fn visible(scope: &Scope) -> Result<Select<Entity>> {
        scope.require_any(Permission::TicketsRead)?;
        Ok(scope.find())
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

/// The connection of this name, made if there is none yet.
///
/// # Errors
/// `forbidden` without `tickets.write`; transient when somebody makes it at the same moment.
pub async fn named(scope: &Scope, name: &str) -> Result<ConnectionId> {
    scope.require(Permission::TicketsWrite)?;
    let found = scope.find::<Entity>().filter(Column::Name.eq(name));
    if let Some(found) = found.into_partial_model::<Connection>().one(scope.tx()).await? {
        return Ok(found.id);
    }
    let id = scope.new_id::<ConnectionId>();
    let row = ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        system: Set("import".to_owned()),
        ..Default::default()
    };
    scope.insert(row).await?;
    scope.record(Event::new("connection.created", id, json!({ "name": name, "system": "import" })));
    Ok(id)
}
