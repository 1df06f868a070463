//! Lists come in pages, by a cursor that is stable under inserts and good only where it came from.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
}

impl<T> Page<T> {
    /// The same page of something made from each item.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
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
    /// The place after `id` in the list that `filter` makes of this tenant's `E`.
    pub(crate) fn of<E: TenantOwned>(
        scope: &Scope,
        filter: &impl Serialize,
        id: Uuid,
    ) -> Result<Self> {
        let mut hash = Sha256::new();
        hash.update(scope.tenant().0.as_bytes());
        hash.update(E::NOUN.as_bytes());
        hash.update(serde_json::to_vec(filter)?);
        let mut bind = [0; 8];
        bind.copy_from_slice(&hash.finalize()[..8]);
        Ok(Self { bind, id })
    }

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
        Some(Self {
            bind,
            id: Uuid::from_bytes(id),
        })
    }
}

/// Where a page starts: after this id, if the given cursor belongs to this list.
///
/// # Errors
/// `cursor_invalid` when it is not a cursor, or one of another list, filter or tenant.
pub(crate) fn start<E: TenantOwned>(
    scope: &Scope,
    filter: &impl Serialize,
    args: &PageArgs,
) -> Result<Option<Uuid>> {
    let Some(text) = &args.after else {
        return Ok(None);
    };
    let refused = || {
        Error::malformed(
            "cursor_invalid",
            "`after` is not a cursor of this list with this filter; start from the first page",
        )
    };
    let cursor = Cursor::decode(text).ok_or_else(refused)?;
    if cursor != Cursor::of::<E>(scope, filter, cursor.id)? {
        return Err(refused());
    }
    Ok(Some(cursor.id))
}

/// Cuts rows that were fetched one beyond the limit into a page.
///
/// # Errors
/// None that a caller can cause.
pub(crate) fn cut<E: TenantOwned, T>(
    scope: &Scope,
    filter: &impl Serialize,
    limit: u64,
    mut items: Vec<T>,
    id: impl Fn(&T) -> Uuid,
) -> Result<Page<T>> {
    let more = items.len() as u64 > limit;
    items.truncate(limit as usize);
    let last = items.last().filter(|_| more).map(id);
    let next = last
        .map(|id| Cursor::of::<E>(scope, filter, id))
        .transpose()?;
    Ok(Page {
        items,
        next: next.map(Cursor::encode),
    })
}

/// The cursor of one item of a list, for GraphQL's edges.
///
/// # Errors
/// None that a caller can cause.
pub(crate) fn cursor_of<E: TenantOwned>(
    scope: &Scope,
    filter: &impl Serialize,
    id: Uuid,
) -> Result<String> {
    Cursor::of::<E>(scope, filter, id).map(Cursor::encode)
}
