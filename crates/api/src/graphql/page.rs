//! Pages of the domain as Relay connections, converted once.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, OutputType, Result};
use domain::kernel::page::MAX_LIMIT;
use domain::kernel::{self, Error, Identified, Page, PageArgs, Scope};

use super::read;

/// The connection of a node.
pub(crate) type PageOf<N> = Connection<String, N, EmptyFields, EmptyFields>;

/// One page of a list, read in the operation's own scope.
pub(crate) async fn page<T, N>(
    ctx: &Context<'_>,
    first: Option<u32>,
    after: Option<String>,
    list: impl AsyncFnOnce(&Scope, &PageArgs) -> kernel::Result<Page<T>>,
) -> Result<PageOf<N>>
where
    T: Identified,
    N: OutputType + From<T>,
{
    let args = args(first, after)?;
    let page = list(&*read(ctx).await?, &args).await?;
    Ok(connection(args.after.is_some(), page))
}

/// What a list field was given, under the names that it has there.
pub(crate) fn args(first: Option<u32>, after: Option<String>) -> kernel::Result<PageArgs> {
    match first {
        Some(limit) if !(1..=MAX_LIMIT).contains(&limit) => {
            let message = format!("must be between 1 and {MAX_LIMIT}, not {limit}");
            Err(Error::invalid("/first", "out_of_range", message))
        }
        limit => Ok(PageArgs { limit, after }),
    }
}

/// A page as a connection; `later` says that there is one before it.
pub(crate) fn connection<T: Identified, N: OutputType + From<T>>(
    later: bool,
    page: Page<T>,
) -> PageOf<N> {
    let mut connection = Connection::new(later, page.next.is_some());
    let cursors: Vec<_> = page.items.iter().map(|item| page.cursor(item.uuid())).collect();
    connection.edges = cursors
        .into_iter()
        .zip(page.items)
        .map(|(cursor, item)| Edge::new(cursor, item.into()))
        .collect();
    connection
}
