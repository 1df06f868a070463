//! Resolvers.

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use domain::accounts::clients::{
    self, ApiClient, ApiClientFilter, ApiClientPatch, ApiClientSecret, NewApiClient,
};
use domain::accounts::users::{
    self, NewRoleGrant, NewUser, RoleGrant, RoleGrantId, User, UserFilter, UserPatch,
};
use domain::accounts::{self, Me, Secret};
use domain::kernel::{ApiClientId, PersonId, UserId};
use domain::tenants::{self, Tenant, TenantPatch};

use super::edges::RolesOf;
use crate::graphql::{PageOf, found, load, page, read, write, write_by};
use crate::people::PersonNode;

/// Somebody who signs in.
#[derive(SimpleObject)]
#[graphql(name = "User", complex)]
pub(crate) struct UserNode {
    #[graphql(flatten)]
    user: User,
}

impl UserNode {
    /// The id, for the `Node` interface.
    pub(crate) async fn id(&self, _: &Context<'_>) -> Result<ID> {
        Ok(self.user.id.into())
    }
}

impl From<User> for UserNode {
    fn from(user: User) -> Self {
        Self { user }
    }
}

#[ComplexObject]
impl UserNode {
    /// The person they are; null where there is none within reach.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>> {
        let Some(person) = self.user.person_id else {
            return Ok(None);
        };
        Ok(load::<PersonId>(ctx, person).await?.map(Into::into))
    }

    /// Their roles, also those of the past.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<RoleGrant>> {
        Ok(load(ctx, RolesOf(self.user.id)).await?.unwrap_or_default())
    }
}

#[derive(Default)]
pub(crate) struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Who asks, and what they may do.
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        Ok(accounts::me(&*read(ctx).await?).await?)
    }

    /// The tenant of the token.
    async fn tenant(&self, ctx: &Context<'_>) -> Result<Tenant> {
        Ok(tenants::get(&*read(ctx).await?).await?)
    }

    /// One user, or null where there is none.
    async fn user(&self, ctx: &Context<'_>, id: UserId) -> Result<Option<UserNode>> {
        Ok(found(users::get(&*read(ctx).await?, id).await)?.map(Into::into))
    }

    /// Users.
    async fn users(
        &self,
        ctx: &Context<'_>,
        filter: Option<UserFilter>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<UserNode>> {
        let filter = filter.unwrap_or_default();
        page(ctx, first, after, async |scope, args| users::list(scope, &filter, args).await).await
    }

    /// One API client, or null where there is none.
    async fn api_client(&self, ctx: &Context<'_>, id: ApiClientId) -> Result<Option<ApiClient>> {
        Ok(found(clients::get(&*read(ctx).await?, id).await)?)
    }

    /// API clients.
    async fn api_clients(
        &self,
        ctx: &Context<'_>,
        filter: Option<ApiClientFilter>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<ApiClient>> {
        let filter = filter.unwrap_or_default();
        page(ctx, first, after, async |scope, args| clients::list(scope, &filter, args).await).await
    }
}

#[derive(Default)]
pub(crate) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Change the name, zone, week or way of signing in of the caller's tenant.
    async fn update_tenant(&self, ctx: &Context<'_>, input: TenantPatch) -> Result<Tenant> {
        Ok(write(ctx, async |scope| tenants::update(scope, input).await).await?)
    }

    /// Make a user. Without a role they may do nothing yet.
    async fn create_user(&self, ctx: &Context<'_>, input: NewUser) -> Result<UserNode> {
        Ok(write_by(ctx, async |api, caller| users::create(api, caller, input).await).await?.into())
    }

    /// Change a user's e-mail or person.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        id: UserId,
        input: UserPatch,
    ) -> Result<UserNode> {
        Ok(write(ctx, async |scope| users::update(scope, id, input).await).await?.into())
    }

    /// Give a user a new password. Their sessions end.
    async fn set_user_password(
        &self,
        ctx: &Context<'_>,
        id: UserId,
        password: Secret,
    ) -> Result<UserNode> {
        Ok(write_by(ctx, async |api, caller| users::set_password(api, caller, id, &password).await)
            .await?
            .into())
    }

    /// Suspend a user: their sessions end, and they cannot sign in for now.
    async fn suspend_user(&self, ctx: &Context<'_>, id: UserId) -> Result<UserNode> {
        Ok(write(ctx, async |scope| users::suspend(scope, id).await).await?.into())
    }

    /// Let a suspended user in again.
    async fn reactivate_user(&self, ctx: &Context<'_>, id: UserId) -> Result<UserNode> {
        Ok(write(ctx, async |scope| users::reactivate(scope, id).await).await?.into())
    }

    /// End a user's access for good.
    async fn end_user(&self, ctx: &Context<'_>, id: UserId) -> Result<UserNode> {
        Ok(write(ctx, async |scope| users::end(scope, id).await).await?.into())
    }

    /// Grant a role to a user.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        user_id: UserId,
        input: NewRoleGrant,
    ) -> Result<RoleGrant> {
        Ok(write(ctx, async |scope| users::grant_role(scope, user_id, input).await).await?)
    }

    /// End a role grant now.
    async fn revoke_role(&self, ctx: &Context<'_>, id: RoleGrantId) -> Result<RoleGrant> {
        Ok(write(ctx, async |scope| users::revoke_role(scope, id).await).await?)
    }

    /// Make an API client. Its secret is in this answer and nowhere else.
    async fn create_api_client(
        &self,
        ctx: &Context<'_>,
        input: NewApiClient,
    ) -> Result<ApiClientSecret> {
        Ok(write(ctx, async |scope| clients::create(scope, input).await).await?)
    }

    /// Change an API client's name or scopes.
    async fn update_api_client(
        &self,
        ctx: &Context<'_>,
        id: ApiClientId,
        input: ApiClientPatch,
    ) -> Result<ApiClient> {
        Ok(write(ctx, async |scope| clients::update(scope, id, input).await).await?)
    }

    /// Give an API client a new secret; the old one ends at once.
    async fn rotate_api_client_secret(
        &self,
        ctx: &Context<'_>,
        id: ApiClientId,
    ) -> Result<ApiClientSecret> {
        Ok(write(ctx, async |scope| clients::rotate_secret(scope, id).await).await?)
    }

    /// Revoke an API client for good.
    async fn revoke_api_client(&self, ctx: &Context<'_>, id: ApiClientId) -> Result<ApiClient> {
        Ok(write(ctx, async |scope| clients::revoke(scope, id).await).await?)
    }
}
