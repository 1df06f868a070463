//! Things by whose they are: the edges that lead to many, a page at a time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, OutputType, Result};
use domain::kernel::{self, Error, Identified, Page, Scope};

use super::{Loaded, Loads, grouped, load};
use crate::graphql::page::{PageOf, args, connection};

/// A list whose first page is loaded for many owners at once.
pub(crate) trait Edge: Copy + Eq + Hash + Send + Sync + 'static {
    /// Whose it is.
    type Owner: Copy + Eq + Hash + Send + Sync;
    /// What else tells lists apart that one statement cannot read together.
    type Narrowed: Copy + Eq + Hash + Send + Sync;
    /// What is in it.
    type Item: Identified + Clone + Send + Sync + 'static;

    /// Its owner, and how it is narrowed.
    fn parts(self) -> (Self::Owner, Self::Narrowed);

    /// The first pages of some owners' lists.
    fn read(
        scope: &Scope,
        owners: &[Self::Owner],
        narrowed: Self::Narrowed,
        limit: Option<u32>,
    ) -> impl Future<Output = kernel::Result<HashMap<Self::Owner, Page<Self::Item>>>> + Send;
}

/// The first page of an edge.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FirstPage<E> {
    edge: E,
    limit: Option<u32>,
}

impl<E: Edge> FirstPage<E> {
    /// The page that a field asks for: with the others of its level where it is the first, by itself where a cursor leads to it, which
    /// is of one list alone.
    pub(crate) async fn or_later<N: OutputType + From<E::Item>>(
        ctx: &Context<'_>,
        edge: E,
        first: Option<u32>,
        after: Option<String>,
        later: impl AsyncFnOnce(&Scope, &kernel::PageArgs) -> kernel::Result<Page<E::Item>>,
    ) -> Result<PageOf<N>>
    where
        Loads: Loader<Self, Value = Page<E::Item>, Error = Arc<Error>>,
    {
        if after.is_some() {
            return crate::graphql::page(ctx, first, after, later).await;
        }
        let limit = args(first, None)?.limit;
        let page = load(ctx, Self { edge, limit }).await?;
        Ok(page.map_or_else(|| PageOf::new(false, false), |page| connection(false, page)))
    }
}

impl<E: Edge> Loader<FirstPage<E>> for Loads {
    type Value = Page<E::Item>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[FirstPage<E>]) -> Loaded<FirstPage<E>, Page<E::Item>> {
        let scope = self.scope().await?;
        let alike = grouped(keys.to_vec(), |key| (key.edge.parts().1, key.limit));
        let mut found = HashMap::new();
        for ((narrowed, limit), keys) in alike {
            let owners: Vec<_> = keys.iter().map(|key| key.edge.parts().0).collect();
            let mut pages = E::read(&scope, &owners, narrowed, limit).await?;
            found.extend(
                keys.into_iter().filter_map(|key| Some((key, pages.remove(&key.edge.parts().0)?))),
            );
        }
        Ok(found)
    }
}
