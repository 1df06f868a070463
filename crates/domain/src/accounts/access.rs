//! What an actor may do now.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::kernel::{Access, Error, Result, Scope};

/// Reads what the scope's actor may do.
pub(crate) fn load(scope: &Scope) -> BoxFuture<'_, Result<Access>> {
    async move {
        Err(Error::unauthenticated(
            "unauthenticated",
            format!("{} is not known", scope.actor()),
        ))
    }
    .boxed()
}
