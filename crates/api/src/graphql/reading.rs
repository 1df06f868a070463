//! One operation reads one moment: a read scope that all its fields and loaders share. After a mutation commits, what follows reads a new one.

use std::sync::Arc;

use async_graphql::Context;
use domain::kernel::{App, Caller, Result, Scope};
use tokio::sync::Mutex;

use crate::app::Api;

/// The moment an operation sees.
pub(super) struct Reading {
    api: Api,
    caller: Caller,
    scope: Mutex<Option<Arc<Scope>>>,
}

impl Reading {
    pub(super) fn new(api: Api, caller: Caller) -> Self {
        Self { api, caller, scope: Mutex::default() }
    }

    pub(super) async fn scope(&self) -> Result<Arc<Scope>> {
        let mut scope = self.scope.lock().await;
        if let Some(open) = &*scope {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(self.api.reading(&self.caller).await?);
        *scope = Some(Arc::clone(&open));
        Ok(open)
    }
}

/// The scope that this operation's fields share.
pub(crate) async fn read(ctx: &Context<'_>) -> Result<Arc<Scope>> {
    ctx.data_unchecked::<Arc<Reading>>().scope().await
}

/// Writes in a transaction of its own; fields below the mutation read what it committed.
pub(crate) async fn write<T>(
    ctx: &Context<'_>,
    write: impl AsyncFnOnce(&Scope) -> Result<T>,
) -> Result<T> {
    let reading = ctx.data_unchecked::<Arc<Reading>>();
    let answer = reading.api.write(&reading.caller, write).await?;
    *reading.scope.lock().await = None;
    Ok(answer)
}

/// Writes by a command that opens its own scopes: one that has slow work to do between them.
pub(crate) async fn write_by<T>(
    ctx: &Context<'_>,
    write: impl AsyncFnOnce(&App, &Caller) -> Result<T>,
) -> Result<T> {
    let reading = ctx.data_unchecked::<Arc<Reading>>();
    let answer = write(&reading.api, &reading.caller).await?;
    *reading.scope.lock().await = None;
    Ok(answer)
}
