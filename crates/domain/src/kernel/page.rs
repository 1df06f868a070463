//! Lists come in pages, by a cursor that is stable under inserts and good only where it came from.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{
    ColumnTrait, FromQueryResult, PartialModelTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Error, Result, Scope, TenantOwned};

/// How many there are on a page when nobody says.
pub const DEFAULT_LIMIT: u32 = 50;
/// How many there are on a page at most.
pub const MAX_LIMIT: u32 = 200;

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageArgs {
    /// How many at most: 1 to 200, 50 when not given.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Give it as `after` for the page that follows; null on the last one.
    pub next: Option<String>,
    /// What ties a cursor to this list.
    #[serde(skip)]
    bind: [u8; 8],
}

impl<T> Page<T> {
    /// The same page of something made from each item.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next, bind: self.bind }
    }

    /// The cursor of one item, for GraphQL's edges.
    #[must_use]
    pub fn cursor(&self, id: Uuid) -> String {
        Cursor { bind: self.bind, id }.encode()
    }
}

impl PageArgs {
    /// The limit in force.
    ///
    /// # Errors
    /// `invalid` outside 1 to 200.
    pub fn limit(&self) -> Result<u64> {
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => Ok(u64::from(limit)),
            other => Err(Error::invalid(
                "/limit",
                "out_of_range",
                format!("must be between 1 and {MAX_LIMIT}, not {other}"),
            )),
        }
    }
}

/// A place in a list. `bind` ties it to the tenant, the list and its filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    bind: [u8; 8],
    id: Uuid,
}

impl Cursor {
    fn encode(self) -> String {
        let mut bytes = [0u8; 24];
        bytes[..8].copy_from_slice(&self.bind);
        bytes[8..].copy_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (mut bind, mut id) = ([0; 8], [0; 16]);
        bind.copy_from_slice(&bytes[..8]);
        id.copy_from_slice(&bytes[8..]);
        Some(Self { bind, id: Uuid::from_bytes(id) })
    }
}

/// Reads one page of a list, in the order of ids. `list` and `filter` are what the cursor is bound to.
pub(crate) async fn load<E, T>(
    scope: &Scope,
    filter: &impl Serialize,
    args: &PageArgs,
    select: Select<E>,
) -> Result<Page<T>>
where
    E: TenantOwned,
    T: PartialModelTrait + FromQueryResult + Identified,
{
    let bind = bind(scope, E::NOUN, filter)?;
    let limit = args.limit()?;
    let select = match start(bind, args)? {
        Some(id) => select.filter(E::ID.gt(id)),
        None => select,
    };
    let select = select.order_by_asc(E::ID).limit(limit + 1);
    let items = select.into_partial_model::<T>().all(scope.tx()).await?;
    Ok(cut(bind, limit, items))
}

/// Something with an id, which a cursor can point at.
pub trait Identified {
    /// The id.
    fn uuid(&self) -> Uuid;
}

/// Ties cursors to a tenant, a list and its filter.
///
/// # Errors
/// None that a caller can cause.
pub(crate) fn bind(scope: &Scope, list: &str, filter: &impl Serialize) -> Result<[u8; 8]> {
    let mut hash = Sha256::new();
    hash.update(scope.tenant().0.as_bytes());
    hash.update(list.as_bytes());
    hash.update(serde_json::to_vec(filter)?);
    let mut bind = [0; 8];
    bind.copy_from_slice(&hash.finalize()[..8]);
    Ok(bind)
}

/// Where a page starts: after this id, if the given cursor belongs to this list.
///
/// # Errors
/// `cursor_invalid` when it is not a cursor, or one of another list, filter or tenant.
pub(crate) fn start(bind: [u8; 8], args: &PageArgs) -> Result<Option<Uuid>> {
    let Some(text) = &args.after else {
        return Ok(None);
    };
    match Cursor::decode(text) {
        Some(cursor) if cursor.bind == bind => Ok(Some(cursor.id)),
        _ => Err(Error::malformed(
            "cursor_invalid",
            "`after` is not a cursor of this list with this filter; start from the first page",
        )),
    }
}

/// Cuts items that were fetched one beyond the limit into a page.
pub(crate) fn cut<T: Identified>(bind: [u8; 8], limit: u64, mut items: Vec<T>) -> Page<T> {
    let more = items.len() as u64 > limit;
    items.truncate(limit as usize);
    let last = items.last().filter(|_| more).map(Identified::uuid);
    Page { next: last.map(|id| Cursor { bind, id }.encode()), items, bind }
}
