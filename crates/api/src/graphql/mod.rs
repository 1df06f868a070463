//! One graph over the same functions as REST.

mod answer;
mod bounds;
mod document;
mod error;
mod http;
mod loader;
mod names;
mod node;
mod page;
mod persisted;
mod reading;
mod shape;
#[cfg(test)]
mod tests;
mod tokens;

use std::sync::Arc;

use async_graphql::{EmptySubscription, MergedObject, Schema};

use persisted::Persisted;
use shape::Shape;

pub(crate) use error::found;
pub(crate) use http::{BODY, get, post};
pub(crate) use loader::{Edge, FirstPage, Loaded, Loads, grouped, load};
pub(crate) use page::{PageOf, page};
pub(crate) use reading::{read, write, write_by};

use crate::accounts::{AccountMutation, AccountQuery};
use crate::connections::{ConnectionMutation, ConnectionQuery};
use crate::drift::DriftQuery;
use crate::hooks::{HookMutation, HookQuery};
use crate::kpis::KpiQuery;
use crate::people::{PersonMutation, PersonQuery};
use crate::teams::{TeamMutation, TeamQuery};
use crate::tickets::{TicketMutation, TicketQuery};

/// Every root field that reads.
#[derive(MergedObject, Default)]
pub(crate) struct Query(
    node::NodeQuery,
    AccountQuery,
    PersonQuery,
    TeamQuery,
    ConnectionQuery,
    HookQuery,
    TicketQuery,
    KpiQuery,
    DriftQuery,
);

/// Every root field that writes.
#[derive(MergedObject, Default)]
pub(crate) struct Mutation(
    AccountMutation,
    PersonMutation,
    TeamMutation,
    ConnectionMutation,
    HookMutation,
    TicketMutation,
);

/// The graph. Cheap to clone; it holds no data of anybody: each request brings its own.
#[derive(Clone)]
pub struct Graph(Arc<Parts>);

struct Parts {
    schema: Schema<Query, Mutation, EmptySubscription>,
    shape: Shape,
    persisted: Persisted,
}

impl Graph {
    /// With or without names that are like one that is not there; whoever may not see the schema gets none.
    #[must_use]
    pub fn new(suggests: bool) -> Self {
        let mut schema = Schema::build(Query::default(), Mutation::default(), EmptySubscription)
            .register_output_type::<names::Names>();
        if !suggests {
            schema = schema.disable_suggestions();
        }
        let schema = schema.finish();
        let shape = Shape::of(&schema.sdl());
        Self(Arc::new(Parts { schema, shape, persisted: Persisted::default() }))
    }

    /// The schema in its own language.
    #[must_use]
    pub fn sdl(&self) -> String {
        self.0.schema.sdl()
    }
}
