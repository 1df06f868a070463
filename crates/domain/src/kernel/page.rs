//! Lists come in pages, by a cursor that is stable under inserts and good only where it came from.

use std::collections::HashMap;
use std::hash::Hash;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::sort::{Key, Order, Sort};
use super::{Error, Result, Scope, Seen, TenantOwned};

/// How many there are on a page when nobody says.
pub const DEFAULT_LIMIT: u32 = 50;
/// How many there are on a page at most.
pub const MAX_LIMIT: u32 = 200;

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageArgs {
    /// How many at most: 1 to 200, 50 when not given.
    #[param(minimum = 1, maximum = 200, default = 50)]
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
    /// What each item is sorted by, where the list is not in the order of ids.
    #[serde(skip)]
    keys: HashMap<Uuid, Key>,
}

impl<T> Page<T> {
    /// The same page of something made from each item.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        let Self { items, next, bind, keys } = self;
        Page { items: items.into_iter().map(f).collect(), next, bind, keys }
    }

    /// The cursor of one item, for GraphQL's edges.
    #[must_use]
    pub fn cursor(&self, id: Uuid) -> String {
        Cursor { bind: self.bind, id, key: self.keys.get(&id).cloned() }.encode()
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

/// A place in a list: after this item. `bind` ties it to the tenant, the list, its filter and its order.
#[derive(Clone, Debug, PartialEq)]
struct Cursor {
    bind: [u8; 8],
    id: Uuid,
    /// What the item is sorted by, where the list is not in the order of ids.
    key: Option<Key>,
}

impl Cursor {
    fn encode(&self) -> String {
        let mut bytes = [self.bind.as_slice(), self.id.as_bytes()].concat();
        // Texts and times always have a form in JSON.
        bytes.extend(self.key.iter().flat_map(|key| json!(key).to_string().into_bytes()));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (bind, rest) = bytes.split_first_chunk::<8>()?;
        let (id, key) = rest.split_first_chunk::<16>()?;
        let key = if key.is_empty() { None } else { Some(serde_json::from_slice(key).ok()?) };
        Some(Self { bind: *bind, id: Uuid::from_bytes(*id), key })
    }
}

/// Reads one page of what the caller may see and `wanted` holds for, in the order of ids. The cursor is bound to `filter`.
pub(crate) async fn load<T: Seen + Identified>(
    scope: &Scope,
    filter: &impl Serialize,
    args: &PageArgs,
    wanted: Condition,
) -> Result<Page<T>> {
    let visible = T::visible(scope)?.filter(wanted);
    let bind = bind(scope, T::Entity::NOUN, filter)?;
    let limit = args.limit()?;
    let select = match start(bind, args)? {
        Some(id) => visible.filter(T::Entity::ID.gt(id)),
        None => visible,
    };
    let select = select.order_by_asc(T::Entity::ID).limit(limit + 1);
    let items = select.into_partial_model::<T>().all(scope.tx()).await?;
    Ok(cut(bind, limit, items).map(|item| item.for_caller(scope)))
}

/// The same in an order of its own, where one is given.
pub(crate) async fn load_sorted<S, T>(
    scope: &Scope,
    filter: &impl Serialize,
    sort: Option<S>,
    args: &PageArgs,
    wanted: Condition,
) -> Result<Page<T>>
where
    S: Sort<T, Entity = T::Entity>,
    T: Seen + Identified,
{
    let Some(sort) = sort else {
        return load(scope, filter, args, wanted).await;
    };
    let visible = T::visible(scope)?.filter(wanted);
    let place = Place::new(scope, T::Entity::NOUN, &(filter, sort), args)?;
    let select = place.narrow(scope, sort, visible);
    let items = select.into_partial_model::<T>().all(scope.tx()).await?;
    Ok(place.cut(sort, items).map(|item| item.for_caller(scope)))
}

/// Which page of a sorted list: for lists whose items are not read as they are.
pub(crate) struct Place {
    bind: [u8; 8],
    limit: u64,
    after: Option<(Key, Uuid)>,
}

impl Place {
    /// Where a page starts of a list with this filter, its order included.
    ///
    /// # Errors
    /// `cursor_invalid` when the cursor is of another list.
    pub(crate) fn new(
        scope: &Scope,
        list: &str,
        filter: &impl Serialize,
        args: &PageArgs,
    ) -> Result<Self> {
        let bind = bind(scope, list, filter)?;
        let after = match &args.after {
            None => None,
            Some(text) => match Cursor::decode(text) {
                Some(Cursor { bind: of, id, key: Some(key) }) if of == bind => Some((key, id)),
                Some(_) | None => return Err(invalid_cursor()),
            },
        };
        Ok(Self { bind, limit: args.limit()?, after })
    }

    /// The rows of the page in their order, and one more.
    pub(crate) fn narrow<T, S: Sort<T>>(
        &self,
        scope: &Scope,
        sort: S,
        select: Select<S::Entity>,
    ) -> Select<S::Entity> {
        let (column, is_descending) = sort.by();
        let order = Order { backend: scope.backend(), column, is_descending };
        let select = match &self.after {
            Some((key, id)) => select.filter(order.after(key, *id)),
            None => select,
        };
        order.apply(select).limit(self.limit + 1)
    }

    /// The rows as a page.
    pub(crate) fn cut<T: Identified, S: Sort<T>>(&self, sort: S, mut items: Vec<T>) -> Page<T> {
        let more = items.len() as u64 > self.limit;
        items.truncate(self.limit as usize);
        let keys = items.iter().map(|item| (item.uuid(), sort.key(item))).collect();
        let mut page = Page { items, next: None, bind: self.bind, keys };
        page.next = page.items.last().filter(|_| more).map(|item| page.cursor(item.uuid()));
        page
    }
}

/// Something with an id, which a cursor can point at.
pub trait Identified {
    /// The id.
    fn uuid(&self) -> Uuid;
}

/// The id of a kind of thing that is found many at once: by the loaders of the graph, and by `node(id:)`.
pub trait Finds: Copy + Eq + Hash + From<Uuid> + Send + Sync + 'static {
    /// What is found.
    type Thing: Identified + Clone + Send + Sync + 'static;

    /// Those of these ids that are there and within reach, in any order.
    fn many(scope: &Scope, ids: &[Self]) -> impl Future<Output = Result<Vec<Self::Thing>>> + Send;
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
        Some(Cursor { bind: of, id, key: None }) if of == bind => Ok(Some(id)),
        Some(_) | None => Err(invalid_cursor()),
    }
}

#[track_caller]
fn invalid_cursor() -> Error {
    Error::malformed(
        "cursor_invalid",
        "`after` is not a cursor of this list with this filter and order; start from the first page",
    )
}

/// Cuts items that were fetched one beyond the limit into a page.
pub(crate) fn cut<T: Identified>(bind: [u8; 8], limit: u64, mut items: Vec<T>) -> Page<T> {
    let more = items.len() as u64 > limit;
    items.truncate(limit as usize);
    let last = items.last().filter(|_| more).map(Identified::uuid);
    let next = last.map(|id| Cursor { bind, id, key: None }.encode());
    Page { next, items, bind, keys: HashMap::new() }
}
