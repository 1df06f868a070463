//! Resolvers.

use async_graphql::{Context, Object, Result};
use domain::connections::ConnectionId;
use domain::hooks::{self, Hook, HookId, HookPatch, MadeHook, NewHook, NewVendorHook};
use domain::kernel::Scope;

use crate::graphql::{found, read, write};

#[derive(Default)]
pub(crate) struct HookQuery;

#[Object]
impl HookQuery {
    /// The hooks, the oldest first.
    async fn hooks(&self, ctx: &Context<'_>) -> Result<Vec<Hook>> {
        Ok(hooks::list(&*read(ctx).await?).await?)
    }

    /// One hook, or null where there is none.
    async fn hook(&self, ctx: &Context<'_>, id: HookId) -> Result<Option<Hook>> {
        Ok(found(hooks::get(&*read(ctx).await?, id).await)?)
    }
}

#[derive(Default)]
pub(crate) struct HookMutation;

#[Object]
impl HookMutation {
    /// Make a hook for a connected helpdesk. A secret that is made here is in this answer and nowhere else.
    async fn create_connection_hook(
        &self,
        ctx: &Context<'_>,
        connection_id: ConnectionId,
        input: NewVendorHook,
    ) -> Result<MadeHook> {
        let make = async |scope: &Scope| hooks::create_for(scope, connection_id, input).await;
        Ok(write(ctx, make).await?)
    }

    /// Make a hook for a source of one's own. A secret that is made here is in this answer and nowhere else.
    async fn create_hook(&self, ctx: &Context<'_>, input: NewHook) -> Result<MadeHook> {
        Ok(write(ctx, async |scope| hooks::create(scope, input).await).await?)
    }

    /// Change the secret of a hook. The old one is good for some seconds more.
    async fn update_hook(&self, ctx: &Context<'_>, id: HookId, input: HookPatch) -> Result<Hook> {
        Ok(write(ctx, async |scope| hooks::update(scope, id, input).await).await?)
    }

    /// Remove a hook, with what it was told and nobody has worked off. The answer is its id.
    async fn delete_hook(&self, ctx: &Context<'_>, id: HookId) -> Result<HookId> {
        write(ctx, async |scope| hooks::delete(scope, id).await).await?;
        Ok(id)
    }
}
