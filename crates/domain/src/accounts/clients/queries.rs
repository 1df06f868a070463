//! Reading API clients.

use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{Column, Entity, Model};
use super::types::{ApiClient, ApiClientFilter};
use crate::kernel::{
    ApiClientId, Finds, Page, PageArgs, Permission, Result, Scope, dialect, page, states,
};

/// One API client.
///
/// # Errors
/// `forbidden` without `accounts.read`; `not_found`.
pub async fn get(scope: &Scope, id: ApiClientId) -> Result<ApiClient> {
    scope.require(Permission::AccountsRead)?;
    Ok(seen(scope, scope.get::<Entity>(id).await?))
}

impl Finds for ApiClientId {
    type Thing = ApiClient;

    /// Those of these API clients that are there, in no order.
    ///
    /// # Errors
    /// `forbidden` without `accounts.read`.
    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<ApiClient>> {
        scope.require(Permission::AccountsRead)?;
        let wanted = dialect::any(scope.backend(), Column::Id, ids.iter().map(|id| id.0));
        let found = scope.find::<Entity>().filter(wanted).all(scope.tx()).await?;
        Ok(found.into_iter().map(|client| seen(scope, client)).collect())
    }
}

/// API clients in the order they were made.
///
/// # Errors
/// `forbidden` without `accounts.read`; those of a page.
pub async fn list(
    scope: &Scope,
    filter: &ApiClientFilter,
    args: &PageArgs,
) -> Result<Page<ApiClient>> {
    scope.require(Permission::AccountsRead)?;
    let limit = args.limit()?;
    let bind = page::bind(scope, "api client", filter)?;
    let mut select = scope.find::<Entity>().filter(matching(filter));
    if let Some(after) = page::start(bind, args)? {
        select = select.filter(Column::Id.gt(after));
    }
    let select = select.order_by_asc(Column::Id).limit(limit + 1);
    let found = select.all(scope.tx()).await?;
    let found = found.into_iter().map(|client| seen(scope, client));
    Ok(page::cut(bind, limit, found.collect()))
}

fn matching(filter: &ApiClientFilter) -> Condition {
    let ApiClientFilter { state } = filter;
    Condition::all().add_option(state.map(|state| Column::State.eq(state)))
}

/// The row of an id that somebody claims at the token endpoint.
pub(in crate::accounts) async fn by_id(scope: &Scope, id: ApiClientId) -> Result<Option<Model>> {
    let select = scope.find::<Entity>().filter(Column::Id.eq(id));
    Ok(select.one(scope.tx()).await?)
}

/// A row without its secret's digest.
pub(super) fn seen(scope: &Scope, row: Model) -> ApiClient {
    ApiClient {
        id: row.id,
        scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
        name: row.name,
        state: row.state,
        state_since: row.state_since,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
        allowed_actions: states::allowed_actions::<Entity>(scope, row.state),
    }
}

/// The permissions that a client's row names.
pub(in crate::accounts) fn scopes_of(words: &str) -> impl Iterator<Item = Permission> {
    words.split_whitespace().filter_map(Permission::from_word)
}
