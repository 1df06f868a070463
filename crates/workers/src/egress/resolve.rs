//! From a name to the addresses that are connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::Inside;
use super::error::LeadsInside;

/// Asks for the addresses of a name.
pub(super) type Lookup =
    Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Asks the machine, as every other program on it does.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        }
        .boxed()
    })
}

/// Resolves for a client, once for each connection: the client connects to what this gives it, so what is checked is what is connected to.
pub(super) struct Resolver {
    pub(super) lookup: Lookup,
    /// Without it every address is good: the operator allowed the name.
    pub(super) inside: Option<Inside>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (name, inside) = (name.as_str().to_owned(), self.inside);
        let found = (self.lookup)(name.clone());
        Box::pin(async move {
            let found = found.await?;
            if found.is_empty() {
                return Err(
                    io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()
                );
            }
            // One address inside is enough to refuse the name. It is an attack or a mistake, and what works must not hang on which of its
            // addresses comes first today.
            let judged = found.iter().find_map(|it| Some((it, inside?(*it)?)));
            if let Some((address, what)) = judged {
                tracing::warn!(name, %address, what, "not called: the name leads inside");
                return Err(LeadsInside.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|it| SocketAddr::new(it, 0)));
            Ok(addresses)
        })
    }
}
