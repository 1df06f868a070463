//! What whoever works off the inbox asks, and what they tell of it. Nobody else may.

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;

use super::entity::{delivery, hook};
use super::types::HookId;
use crate::connections::ConnectionId;
use crate::connections::sync::{Trouble, require_system};
use crate::kernel::jobs::Latch;
use crate::kernel::{Result, Scope};

/// How long a delivery is known after it was worked off: so long it may come again and changes nothing.
const KNOWN: TimeDelta = TimeDelta::days(7);
const RECEIVED: &str = "received";

/// A delivery that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its id here.
    pub id: Uuid,
    /// What it says.
    pub body: Vec<u8>,
}

/// The source that a hook tells of; `None` where there is no such hook any more.
///
/// # Errors
/// `operator_only`.
pub async fn told(scope: &Scope, id: HookId) -> Result<Option<ConnectionId>> {
    require_system(scope)?;
    let select = scope.find::<hook::Entity>().filter(hook::Column::Id.eq(id));
    Ok(select.one(scope.tx()).await?.map(|row| row.connection_id))
}

/// The oldest deliveries that wait.
///
/// # Errors
/// `operator_only`.
pub async fn waiting(scope: &Scope, hook: HookId, limit: u64) -> Result<Vec<Told>> {
    require_system(scope)?;
    let theirs = scope.find::<delivery::Entity>().filter(delivery::Column::HookId.eq(hook));
    let select = theirs.filter(delivery::Column::State.eq(RECEIVED));
    let select = select.order_by_asc(delivery::Column::Id).limit(limit);
    let rows = select.all(scope.tx()).await?;
    Ok(rows.into_iter().map(|row| Told { id: row.id, body: row.body }).collect())
}

/// Whether anything waits, once all who are writing are done; nobody writes any more until this scope ends.
///
/// # Errors
/// `operator_only`.
pub async fn is_left(scope: &Scope, hook: HookId) -> Result<bool> {
    require_system(scope)?;
    Latch::of(hook.0).shut(scope).await?;
    Ok(!waiting(scope, hook, 1).await?.is_empty())
}

/// Notes that deliveries were worked off, in the transaction of what came of them: applied, or of no use because of some trouble. What was
/// worked off long ago is forgotten.
///
/// # Errors
/// `operator_only`.
pub async fn settle(
    scope: &Scope,
    hook: HookId,
    deliveries: &[Uuid],
    trouble: Option<&Trouble>,
) -> Result<()> {
    require_system(scope)?;
    let now = scope.now();
    let state = if trouble.is_some() { "rejected" } else { "applied" };
    let done = delivery::ActiveModel {
        state: Set(state.to_owned()),
        done_at: Set(Some(now)),
        ..Default::default()
    };
    let these = delivery::Column::Id.is_in(deliveries.iter().copied());
    scope.update_many::<delivery::Entity>().set(done).filter(these).exec(scope.tx()).await?;
    let theirs = delivery::Column::HookId.eq(hook);
    let old = delivery::Column::DoneAt.lt(now - KNOWN);
    scope.delete_many::<delivery::Entity>().filter(theirs).filter(old).exec(scope.tx()).await?;
    let mut heard = hook::ActiveModel { received_at: Set(Some(now)), ..Default::default() };
    if let Some(Trouble { code, text }) = trouble {
        heard.trouble_at = Set(Some(now));
        heard.trouble_code = Set(Some((*code).to_owned()));
        heard.trouble = Set(Some(text.clone()));
    }
    scope.update::<hook::Entity, _>(hook, heard).await?;
    Ok(())
}
