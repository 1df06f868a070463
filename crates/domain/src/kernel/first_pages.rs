//! The first pages of many lists of one kind in one statement: the edges of a graph. What comes after is a cursor's, and a cursor is of one list alone.

use std::collections::HashMap;
use std::hash::Hash;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, WindowStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use serde::Serialize;
use uuid::Uuid;

use super::page::{Identified, Page, PageArgs, bind, cut};
use super::{Result, Scope, Seen, TenantOwned, dialect};

/// Whose lists these are: the column that names the owner, and how its value is found in a row as it is read.
pub(crate) struct Owned<C, O, T> {
    pub(crate) column: C,
    pub(crate) of: fn(&T) -> Option<O>,
}

/// The first page of each owner's list of what the caller may see and `wanted` holds for, also of those who have nothing. `filter` is
/// what a cursor of one owner's list is bound to.
pub(crate) async fn load<T, O, F>(
    scope: &Scope,
    owned: &Owned<<T::Entity as EntityTrait>::Column, O, T>,
    owners: &[O],
    filter: impl Fn(O) -> F,
    limit: Option<u32>,
    wanted: Condition,
) -> Result<HashMap<O, Page<T>>>
where
    T: Seen + Identified,
    O: Copy + Eq + Hash + Into<Uuid>,
    F: Serialize,
{
    let limit = PageArgs { limit, after: None }.limit()?;
    let uuids = owners.iter().map(|owner| (*owner).into());
    let theirs = dialect::any(scope.backend(), owned.column, uuids);
    let select = T::visible(scope)?.filter(theirs).filter(wanted);
    let items = ranked(scope, owned.column, limit + 1, select)
        .order_by_asc(T::Entity::ID)
        .into_partial_model::<T>()
        .all(scope.tx())
        .await?;
    let mut lists: HashMap<O, Vec<T>> = HashMap::new();
    for item in items {
        if let Some(owner) = (owned.of)(&item) {
            lists.entry(owner).or_default().push(item.for_caller(scope));
        }
    }
    let page = |owner: &O| {
        let bind = bind(scope, T::Entity::NOUN, &filter(*owner))?;
        Ok((*owner, cut(bind, limit, lists.remove(owner).unwrap_or_default())))
    };
    owners.iter().map(page).collect()
}

/// Of the rows of a select, the first so many of each value of a column.
fn ranked<E: TenantOwned>(
    scope: &Scope,
    column: E::Column,
    many: u64,
    select: Select<E>,
) -> Select<E> {
    let (id, place, ranks) = (Alias::new("id"), Alias::new("place"), Alias::new("ranks"));
    let mut window = WindowStatement::partition_by(column);
    window.order_by(E::ID, Order::Asc);
    let mut each = select.select_only().column_as(E::ID, "id").into_query();
    each.expr_window_as(Expr::cust("ROW_NUMBER()"), window, place.clone());
    let first = Query::select()
        .column(id)
        .from_subquery(each, ranks)
        .and_where(Expr::col(place).lte(many))
        .to_owned();
    scope.find::<E>().filter(E::ID.in_subquery(first))
}
