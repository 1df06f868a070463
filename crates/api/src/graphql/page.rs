//! Pages of the domain as Relay connections, converted once.

use async_graphql::OutputType;
use async_graphql::connection::{Connection, Edge, EmptyFields};
use domain::kernel::{Identified, Page, PageArgs};

/// The connection of a node.
pub(crate) type PageOf<N> = Connection<String, N, EmptyFields, EmptyFields>;

/// `first` and `after` of a list field.
pub(crate) fn args(first: Option<u32>, after: Option<String>) -> PageArgs {
    PageArgs { limit: first, after }
}

/// A page as a connection.
pub(crate) fn connection<T: Identified, N: OutputType>(
    first_page: bool,
    page: Page<T>,
    node: impl Fn(T) -> N,
) -> PageOf<N> {
    let mut connection = Connection::new(!first_page, page.next.is_some());
    let cursors: Vec<_> = page.items.iter().map(|item| page.cursor(item.uuid())).collect();
    connection.edges = cursors
        .into_iter()
        .zip(page.items)
        .map(|(cursor, item)| Edge::new(cursor, node(item)))
        .collect();
    connection
}
