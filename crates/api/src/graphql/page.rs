//! Pages of the domain as Relay connections, converted once.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, OutputType, Result};
use domain::kernel::page::{DEFAULT_LIMIT, MAX_LIMIT};
use domain::kernel::{self, Error, Identified, Page, PageArgs, Scope};

use super::read;

/// The connection of a node.
pub(crate) type PageOf<N> = Connection<String, N, EmptyFields, EmptyFields>;

/// More than any document may cost, and little enough that what a document asks for can be added up.
const DEAR: usize = 1_000_000;

/// What a list costs: as many things as are asked for, each with all that is asked of it.
pub(crate) fn cost(first: Option<u32>, child: usize) -> usize {
    let first = first.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT) as usize;
    first.saturating_mul(child.saturating_add(1)).min(DEAR)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_costs_more_than_can_be_added_up() {
        assert_eq!((cost(Some(3), 4), cost(None, 0), cost(Some(0), 4)), (15, 50, 5));
        let mut nested = 0;
        for _ in 0..100 {
            nested = cost(Some(u32::MAX), nested);
        }
        assert_eq!((nested, cost(None, usize::MAX)), (DEAR, DEAR));
    }
}
