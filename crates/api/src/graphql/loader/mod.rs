//! Loads each kind of thing once per level, however many fields ask for one.

mod edges;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use domain::kernel::{self, Error, Finds, Identified, Scope};

pub(crate) use edges::{Edge, FirstPage};

use super::reading::Reading;

/// Loads in the operation's own scope.
pub(crate) struct Loads(Arc<Reading>);

/// What was found of some keys.
pub(crate) type Loaded<K, T> = Result<HashMap<K, T>, Arc<Error>>;

impl Loads {
    /// The scope that the operation's fields share.
    pub(crate) async fn scope(&self) -> kernel::Result<Arc<Scope>> {
        self.0.scope().await
    }
}

/// Things by their own ids.
impl<I: Finds> Loader<I> for Loads {
    type Value = I::Thing;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[I]) -> Loaded<I, I::Thing> {
        let found = I::many(&*self.scope().await?, ids).await?;
        Ok(found.into_iter().map(|thing| (thing.uuid().into(), thing)).collect())
    }
}

/// One per request, without a delay: what is asked for at the same level has been asked for by then.
pub(super) fn make(reading: Arc<Reading>) -> DataLoader<Loads> {
    #[expect(clippy::disallowed_methods, reason = "the one helper that makes data loaders")]
    DataLoader::new(Loads(reading), tokio::spawn).delay(Duration::ZERO)
}

/// The thing of a key, if it is there and within reach.
pub(crate) async fn load<K>(
    ctx: &Context<'_>,
    key: K,
) -> Result<Option<<Loads as Loader<K>>::Value>, Arc<Error>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Loads: Loader<K, Error = Arc<Error>>,
{
    ctx.data_unchecked::<DataLoader<Loads>>().load_one(key).await
}

/// Things by whose they are.
pub(crate) fn grouped<K: Eq + Hash, T>(
    things: Vec<T>,
    owner: impl Fn(&T) -> K,
) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for thing in things {
        groups.entry(owner(&thing)).or_default().push(thing);
    }
    groups
}
