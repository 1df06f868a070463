//! Things by their own ids.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::accounts::clients::{self, ApiClient};
use domain::accounts::users::{self, RoleGrant, RoleGrantId, User};
use domain::connections::{self, Connection, ConnectionId};
use domain::kernel::{ApiClientId, Error, PersonId, TeamId, TenantId, UserId};
use domain::people::identities::{self, Identity, IdentityId};
use domain::people::{self, Person};
use domain::teams::leads::{self, TeamLead, TeamLeadId};
use domain::teams::memberships::{self, Membership, MembershipId};
use domain::teams::{self, Team};
use domain::tenants::{self, Tenant};
use domain::tickets::{
    self, Customer, CustomerId, ImportMapping, MappingId, Queue, QueueId, QueueTeam, QueueTeamId,
    Ticket, TicketId,
};

use super::{Loads, keyed};

type Found<K, T> = Result<HashMap<K, T>, Arc<Error>>;

impl Loader<TenantId> for Loads {
    type Value = Tenant;
    type Error = Arc<Error>;

    /// A caller sees their own tenant alone.
    async fn load(&self, ids: &[TenantId]) -> Found<TenantId, Tenant> {
        let scope = self.0.scope().await?;
        if !ids.contains(&scope.tenant()) {
            return Ok(HashMap::new());
        }
        Ok(keyed(vec![tenants::get(&scope).await?], |tenant| tenant.id))
    }
}

impl Loader<ApiClientId> for Loads {
    type Value = ApiClient;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ApiClientId]) -> Found<ApiClientId, ApiClient> {
        Ok(keyed(clients::many(&*self.0.scope().await?, ids).await?, |client| client.id))
    }
}

impl Loader<ConnectionId> for Loads {
    type Value = Connection;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ConnectionId]) -> Found<ConnectionId, Connection> {
        Ok(keyed(connections::many(&*self.0.scope().await?, ids).await?, |connection| {
            connection.id
        }))
    }
}

impl Loader<CustomerId> for Loads {
    type Value = Customer;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[CustomerId]) -> Found<CustomerId, Customer> {
        Ok(keyed(tickets::customers(&*self.0.scope().await?, ids).await?, |customer| customer.id))
    }
}

impl Loader<IdentityId> for Loads {
    type Value = Identity;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[IdentityId]) -> Found<IdentityId, Identity> {
        Ok(keyed(identities::many(&*self.0.scope().await?, ids).await?, |identity| identity.id))
    }
}

impl Loader<MappingId> for Loads {
    type Value = ImportMapping;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[MappingId]) -> Found<MappingId, ImportMapping> {
        Ok(keyed(tickets::mappings_of(&*self.0.scope().await?, ids).await?, |mapping| mapping.id))
    }
}

impl Loader<MembershipId> for Loads {
    type Value = Membership;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[MembershipId]) -> Found<MembershipId, Membership> {
        Ok(keyed(memberships::many(&*self.0.scope().await?, ids).await?, |membership| {
            membership.id
        }))
    }
}

impl Loader<PersonId> for Loads {
    type Value = Person;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[PersonId]) -> Found<PersonId, Person> {
        Ok(keyed(people::many(&*self.0.scope().await?, ids).await?, |person| person.id))
    }
}

impl Loader<QueueId> for Loads {
    type Value = Queue;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[QueueId]) -> Found<QueueId, Queue> {
        Ok(keyed(tickets::queues_of(&*self.0.scope().await?, ids).await?, |queue| queue.id))
    }
}

impl Loader<QueueTeamId> for Loads {
    type Value = QueueTeam;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[QueueTeamId]) -> Found<QueueTeamId, QueueTeam> {
        Ok(keyed(tickets::queue_links(&*self.0.scope().await?, ids).await?, |link| link.id))
    }
}

impl Loader<RoleGrantId> for Loads {
    type Value = RoleGrant;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[RoleGrantId]) -> Found<RoleGrantId, RoleGrant> {
        Ok(keyed(users::role_grants(&*self.0.scope().await?, ids).await?, |grant| grant.id))
    }
}

impl Loader<TeamId> for Loads {
    type Value = Team;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[TeamId]) -> Found<TeamId, Team> {
        Ok(keyed(teams::many(&*self.0.scope().await?, ids).await?, |team| team.id))
    }
}

impl Loader<TeamLeadId> for Loads {
    type Value = TeamLead;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[TeamLeadId]) -> Found<TeamLeadId, TeamLead> {
        Ok(keyed(leads::many(&*self.0.scope().await?, ids).await?, |lead| lead.id))
    }
}

impl Loader<TicketId> for Loads {
    type Value = Ticket;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[TicketId]) -> Found<TicketId, Ticket> {
        Ok(keyed(tickets::many(&*self.0.scope().await?, ids).await?, |ticket| ticket.id))
    }
}

impl Loader<UserId> for Loads {
    type Value = User;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[UserId]) -> Found<UserId, User> {
        Ok(keyed(users::many(&*self.0.scope().await?, ids).await?, |user| user.id))
    }
}
