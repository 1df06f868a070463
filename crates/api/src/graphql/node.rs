//! `node(id:)`: the prefix of an id says what it is.

use async_graphql::{Context, ID, Interface, Object, Result};
use domain::accounts::clients::ApiClient;
use domain::accounts::users::{RoleGrant, RoleGrantId};
use domain::connections::{Connection, ConnectionId};
use domain::kernel::id::IdError;
use domain::kernel::{ApiClientId, Error, PersonId, TeamId, TenantId, UserId};
use domain::people::identities::{Identity, IdentityId};
use domain::teams::leads::TeamLeadId;
use domain::teams::memberships::MembershipId;
use domain::tenants::Tenant;
use domain::tickets::{
    Customer, CustomerId, ImportMapping, MappingId, Queue, QueueId, QueueTeam, QueueTeamId,
    TicketId,
};
use futures_util::future::try_join_all;

use super::{cost, load};
use crate::accounts::UserNode;
use crate::people::PersonNode;
use crate::teams::{MembershipNode, TeamLeadNode, TeamNode};
use crate::tickets::TicketNode;

/// Anything with an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The id, good for `node(id:)`."))]
pub(crate) enum Node {
    ApiClient(ApiClient),
    Customer(Customer),
    Identity(Identity),
    ImportMapping(ImportMapping),
    Membership(MembershipNode),
    Person(PersonNode),
    Queue(Queue),
    QueueTeam(QueueTeam),
    RoleGrant(RoleGrant),
    Team(TeamNode),
    TeamLead(TeamLeadNode),
    Tenant(Tenant),
    Ticket(TicketNode),
    TicketSource(Connection),
    User(UserNode),
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
    #[graphql(complexity = "cost(u32::try_from(ids.len()).ok(), child_complexity)")]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        if ids.len() > 100 {
            return Err(Error::invalid("/ids", "out_of_range", "at most 100 ids at once").into());
        }
        try_join_all(ids.iter().map(|id| one(ctx, id))).await
    }
}

/// By the loaders, so that many ids of one kind are one statement.
async fn one(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    let prefix = id.rsplit_once('_').map_or(id, |(prefix, _)| prefix);
    Ok(match prefix {
        ApiClientId::PREFIX => load::<ApiClientId>(ctx, read(id)?).await?.map(Node::ApiClient),
        ConnectionId::PREFIX => load::<ConnectionId>(ctx, read(id)?).await?.map(Node::TicketSource),
        CustomerId::PREFIX => load::<CustomerId>(ctx, read(id)?).await?.map(Node::Customer),
        IdentityId::PREFIX => load::<IdentityId>(ctx, read(id)?).await?.map(Node::Identity),
        MappingId::PREFIX => load::<MappingId>(ctx, read(id)?).await?.map(Node::ImportMapping),
        MembershipId::PREFIX => {
            load::<MembershipId>(ctx, read(id)?).await?.map(|it| Node::Membership(it.into()))
        }
        PersonId::PREFIX => {
            load::<PersonId>(ctx, read(id)?).await?.map(|it| Node::Person(it.into()))
        }
        QueueId::PREFIX => load::<QueueId>(ctx, read(id)?).await?.map(Node::Queue),
        QueueTeamId::PREFIX => load::<QueueTeamId>(ctx, read(id)?).await?.map(Node::QueueTeam),
        RoleGrantId::PREFIX => load::<RoleGrantId>(ctx, read(id)?).await?.map(Node::RoleGrant),
        TeamId::PREFIX => load::<TeamId>(ctx, read(id)?).await?.map(|it| Node::Team(it.into())),
        TeamLeadId::PREFIX => {
            load::<TeamLeadId>(ctx, read(id)?).await?.map(|it| Node::TeamLead(it.into()))
        }
        TenantId::PREFIX => load::<TenantId>(ctx, read(id)?).await?.map(Node::Tenant),
        TicketId::PREFIX => {
            load::<TicketId>(ctx, read(id)?).await?.map(|it| Node::Ticket(it.into()))
        }
        UserId::PREFIX => load::<UserId>(ctx, read(id)?).await?.map(|it| Node::User(it.into())),
        _ => {
            let given: String = id.chars().take(64).collect();
            let message = format!("`{given}` is not the id of a node");
            return Err(Error::malformed("id_unreadable", message).into());
        }
    })
}

fn read<I: std::str::FromStr<Err = IdError>>(id: &str) -> Result<I> {
    Ok(id.parse().map_err(|error: IdError| Error::malformed("id_unreadable", error.to_string()))?)
}
