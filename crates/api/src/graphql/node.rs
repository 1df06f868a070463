//! `node(id:)`: the prefix of an id says what it is.

use std::str::FromStr;

use async_graphql::{Context, ID, Interface, Object, Result};
use domain::accounts::clients::ApiClient;
use domain::accounts::users::{RoleGrant, RoleGrantId};
use domain::connections::{ConnectionId, SyncRunId};
use domain::hooks::{Hook, HookId};
use domain::kernel::id::IdError;
use domain::kernel::{ApiClientId, Error, Finds, PersonId, TeamId, TenantId, UserId};
use domain::people::identities::{Identity, IdentityId};
use domain::teams::leads::TeamLeadId;
use domain::teams::memberships::MembershipId;
use domain::tenants::Tenant;
use domain::tickets::{
    Customer, CustomerId, ImportMapping, MappingId, Queue, QueueId, QueueTeam, QueueTeamId,
    TicketId,
};
use futures_util::future::try_join_all;

use super::load;
use crate::accounts::UserNode;
use crate::connections::{ConnectionNode, SyncRunNode};
use crate::people::PersonNode;
use crate::teams::{MembershipNode, TeamLeadNode, TeamNode};
use crate::tickets::TicketNode;

/// Anything with an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The id, good for `node(id:)`."))]
pub(crate) enum Node {
    ApiClient(ApiClient),
    Customer(Customer),
    Hook(Hook),
    Identity(Identity),
    ImportMapping(ImportMapping),
    Membership(MembershipNode),
    Person(PersonNode),
    Queue(Queue),
    QueueTeam(QueueTeam),
    RoleGrant(RoleGrant),
    SyncRun(SyncRunNode),
    Team(TeamNode),
    TeamLead(TeamLeadNode),
    Tenant(Tenant),
    Ticket(TicketNode),
    TicketSource(ConnectionNode),
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
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        if ids.len() > 100 {
            return Err(Error::invalid("/ids", "out_of_range", "at most 100 ids at once").into());
        }
        try_join_all(ids.iter().map(|id| one(ctx, id))).await
    }
}

/// What the prefix of an id says it is.
async fn one(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    let prefix = id.rsplit_once('_').map_or(id, |(prefix, _)| prefix);
    match prefix {
        ApiClientId::PREFIX => read::<ApiClientId, ApiClient>(ctx, id).await,
        ConnectionId::PREFIX => read::<ConnectionId, ConnectionNode>(ctx, id).await,
        CustomerId::PREFIX => read::<CustomerId, Customer>(ctx, id).await,
        HookId::PREFIX => read::<HookId, Hook>(ctx, id).await,
        IdentityId::PREFIX => read::<IdentityId, Identity>(ctx, id).await,
        MappingId::PREFIX => read::<MappingId, ImportMapping>(ctx, id).await,
        MembershipId::PREFIX => read::<MembershipId, MembershipNode>(ctx, id).await,
        PersonId::PREFIX => read::<PersonId, PersonNode>(ctx, id).await,
        QueueId::PREFIX => read::<QueueId, Queue>(ctx, id).await,
        QueueTeamId::PREFIX => read::<QueueTeamId, QueueTeam>(ctx, id).await,
        RoleGrantId::PREFIX => read::<RoleGrantId, RoleGrant>(ctx, id).await,
        SyncRunId::PREFIX => read::<SyncRunId, SyncRunNode>(ctx, id).await,
        TeamId::PREFIX => read::<TeamId, TeamNode>(ctx, id).await,
        TeamLeadId::PREFIX => read::<TeamLeadId, TeamLeadNode>(ctx, id).await,
        TenantId::PREFIX => read::<TenantId, Tenant>(ctx, id).await,
        TicketId::PREFIX => read::<TicketId, TicketNode>(ctx, id).await,
        UserId::PREFIX => read::<UserId, UserNode>(ctx, id).await,
        _ => {
            let given: String = id.chars().take(64).collect();
            let message = format!("`{given}` is not the id of a node");
            Err(Error::malformed("id_unreadable", message).into())
        }
    }
}

/// By the loaders, so that many ids of one kind are one statement.
async fn read<I, N>(ctx: &Context<'_>, id: &str) -> Result<Option<Node>>
where
    I: Finds + FromStr<Err = IdError>,
    N: From<I::Thing> + Into<Node>,
{
    let id: I = id
        .parse()
        .map_err(|error: IdError| Error::malformed("id_unreadable", error.to_string()))?;
    Ok(load(ctx, id).await?.map(|thing| N::from(thing).into()))
}
