//! Loads each kind of thing once per level, however many fields ask for one.

mod edges;
mod things;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use domain::kernel::Error;

pub(crate) use edges::{ChildrenOf, EventsOf, FirstPage, IdentitiesOf, LeadsOf, MembersOf};
pub(crate) use edges::{MembershipsOf, RolesOf};

use super::reading::Reading;

/// Loads in the operation's own scope.
pub(crate) struct Loads(Arc<Reading>);

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

/// Things by their own ids.
fn keyed<K: Eq + Hash, T>(things: Vec<T>, id: impl Fn(&T) -> K) -> HashMap<K, T> {
    things.into_iter().map(|thing| (id(&thing), thing)).collect()
}

/// Things by whose they are.
fn grouped<K: Eq + Hash, T>(things: Vec<T>, owner: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for thing in things {
        groups.entry(owner(&thing)).or_default().push(thing);
    }
    groups
}
