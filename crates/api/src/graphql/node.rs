//! `node(id:)`: the prefix of an id says what it is.

use async_graphql::{Context, ID, Interface, Object, Result};
use domain::kernel::id::IdError;
use domain::kernel::{Error, PersonId, TeamId};
use domain::teams::memberships::MembershipId;
use domain::tickets::TicketId;
use futures_util::future::try_join_all;

use super::load;
use crate::people::PersonNode;
use crate::teams::{MembershipNode, TeamNode};
use crate::tickets::TicketNode;

/// Anything with an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The id, good for `node(id:)`."))]
pub(crate) enum Node {
    Membership(MembershipNode),
    Person(PersonNode),
    Team(TeamNode),
    Ticket(TicketNode),
}

#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with this id, or null where there is none within reach.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        one(ctx, &id).await
    }

    /// The things with these ids, in the same order; null for each that is not there.
    #[graphql(complexity = "ids.len() * (1 + child_complexity)")]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        if ids.len() > 100 {
            return Err(Error::invalid("/ids", "out_of_range", "at most 100 ids at once").into());
        }
        try_join_all(ids.iter().map(|id| one(ctx, id))).await
    }
}

/// By the loaders, so that many ids of one kind are one statement.
async fn one(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    let unreadable = |error: IdError| Error::malformed("id_unreadable", error.to_string());
    Ok(match id.split('_').next().unwrap_or_default() {
        MembershipId::PREFIX => load::<MembershipId>(ctx, id.parse().map_err(unreadable)?)
            .await?
            .map(|it| Node::Membership(it.into())),
        PersonId::PREFIX => load::<PersonId>(ctx, id.parse().map_err(unreadable)?)
            .await?
            .map(|it| Node::Person(it.into())),
        TeamId::PREFIX => load::<TeamId>(ctx, id.parse().map_err(unreadable)?)
            .await?
            .map(|it| Node::Team(it.into())),
        TicketId::PREFIX => load::<TicketId>(ctx, id.parse().map_err(unreadable)?).await?.map(|it| Node::Ticket(it.into())),
        _ => {
            let given: String = id.chars().take(64).collect();
            return Err(Error::malformed(
                "id_unreadable",
                format!("`{given}` is not the id of a node"),
            )
            .into());
        }
    })
}
