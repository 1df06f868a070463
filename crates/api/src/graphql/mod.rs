//! One graph over the same functions as REST.

mod error;
mod http;
mod loader;
mod names;
mod node;
mod page;
mod reading;
#[cfg(test)]
mod tests;

use async_graphql::{EmptySubscription, MergedObject, Schema};

pub(crate) use error::found;
pub(crate) use http::{BODY, get, post};
pub(crate) use loader::{Edge, FirstPage, Loaded, Loads, grouped, load};
pub(crate) use page::{PageOf, cost, page};
pub(crate) use reading::{read, write, write_by};

use crate::accounts::{AccountMutation, AccountQuery};
use crate::kpis::KpiQuery;
use crate::people::{PersonMutation, PersonQuery};
use crate::teams::{TeamMutation, TeamQuery};
use crate::tickets::{TicketMutation, TicketQuery};

/// Every root field that reads.
#[derive(MergedObject, Default)]
pub struct Query(node::NodeQuery, AccountQuery, PersonQuery, TeamQuery, TicketQuery, KpiQuery);

/// Every root field that writes.
#[derive(MergedObject, Default)]
pub struct Mutation(AccountMutation, PersonMutation, TeamMutation, TicketMutation);

/// The graph.
pub type Graph = Schema<Query, Mutation, EmptySubscription>;

/// Builds the graph. It holds no data: each request brings its own.
#[must_use]
pub fn schema() -> Graph {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<names::Names>()
        .limit_depth(16)
        .limit_complexity(20_000)
        .limit_recursive_depth(32)
        .limit_directives(8)
        .finish()
}
