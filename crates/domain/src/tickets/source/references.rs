//! Agents, queues and customers of a source become people, queues and customers of the tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{FromQueryResult, Set};

use super::super::entity::{customer, queue};
use super::super::{ActorKind, CustomerId, QueueId};
use super::ticket::SourceTicket;
use super::types::{SourceAgent, SourceCustomer, SourceEffect, SourceQueue};
use crate::connections::ConnectionId;
use crate::kernel::bulk::{Cells, Insert, Keys, Lookup};
use crate::kernel::{Error, PersonId, Result, Scope};
use crate::people::identities;
use crate::people::identities::Newcomer;

/// How many of a kind are remembered from unit to unit.
const REMEMBERED: usize = 50_000;

/// Whom and what a unit names, in the order in which rows are made: two imports at once never wait for each other crosswise.
#[derive(Debug, Default)]
pub(super) struct Names {
    agents: BTreeMap<String, SourceAgent>,
    /// With their names, where these are known.
    queues: BTreeMap<String, Option<String>>,
    customers: BTreeMap<String, SourceCustomer>,
}

impl Names {
    /// Notes everything that a ticket names.
    pub(super) fn note(&mut self, ticket: &SourceTicket) {
        if let Some(customer) = &ticket.attributes.customer {
            self.customers.insert(customer.id.clone(), customer.clone());
        }
        for keyed in &ticket.events {
            if let (ActorKind::Human, Some(agent)) =
                (keyed.event.actor.kind, &keyed.event.actor.who)
            {
                self.note_agent(agent);
            }
            for effect in &keyed.event.effects {
                if let SourceEffect::Assignee(Some(agent)) = effect {
                    self.note_agent(agent);
                } else if let SourceEffect::Queue(Some(queue)) = effect
                    && !self.queues.contains_key(queue)
                {
                    self.queues.insert(queue.clone(), None);
                }
            }
        }
    }

    pub(super) fn note_queue(&mut self, queue: SourceQueue) {
        self.queues.insert(queue.id, Some(queue.name));
    }

    /// The one with an e-mail address tells most.
    pub(super) fn note_agent(&mut self, agent: &SourceAgent) {
        let known = self.agents.get(&agent.id);
        if known.is_none_or(|known| known.email.is_none() && agent.email.is_some()) {
            self.agents.insert(agent.id.clone(), agent.clone());
        }
    }
}

/// Our ids of everything that a unit names: of what was remembered, and of what was found or made for it.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) remembered: &'a References,
    pub(super) found: &'a References,
}

impl Known<'_> {
    pub(super) fn agent(&self, id: &str) -> Result<PersonId> {
        known(&self.found.agents, &self.remembered.agents, id)
    }

    pub(super) fn queue(&self, id: &str) -> Result<QueueId> {
        known(&self.found.queues, &self.remembered.queues, id)
    }

    pub(super) fn customer(&self, id: &str) -> Result<CustomerId> {
        known(&self.found.customers, &self.remembered.customers, id)
    }
}

fn known<T: Copy>(
    found: &HashMap<String, T>,
    remembered: &HashMap<String, T>,
    id: &str,
) -> Result<T> {
    let known = found.get(id).or_else(|| remembered.get(id)).copied();
    known.ok_or_else(|| Error::internal("a unit names something that was not resolved"))
}

/// Our ids of a source's: what a unit found or made, remembered for the next ones.
#[derive(Clone, Debug, Default)]
pub struct References {
    pub(super) agents: HashMap<String, PersonId>,
    pub(super) queues: HashMap<String, QueueId>,
    pub(super) customers: HashMap<String, CustomerId>,
    /// How many people were made.
    pub(super) people_made: usize,
}

impl References {
    /// Remembers what a unit found or made, once it is committed.
    pub fn remember(&mut self, found: Self) {
        let Self { agents, queues, customers, people_made: _ } = found;
        remember(&mut self.agents, agents);
        remember(&mut self.queues, queues);
        remember(&mut self.customers, customers);
    }

    /// Finds or makes everything that a unit names and that is not remembered. Customers who are new have their ids, and are still to be
    /// added: they are many, and whoever asked has something to do meanwhile.
    pub(super) async fn resolve(
        &self,
        scope: &Scope,
        connection: ConnectionId,
        names: &Names,
    ) -> Result<(Self, Insert)> {
        let mut found = Self::default();
        let agents = unknown(&self.agents, &names.agents);
        found.people(scope, connection, agents).await?;
        let queues = unknown(&self.queues, &names.queues);
        found.queues(scope, connection, queues).await?;
        let customers = unknown(&self.customers, &names.customers);
        let customers = found.customers(scope, connection, customers).await?;
        Ok((found, customers))
    }

    async fn people(
        &mut self,
        scope: &Scope,
        connection: ConnectionId,
        wanted: BTreeMap<&String, &SourceAgent>,
    ) -> Result<()> {
        if wanted.is_empty() {
            return Ok(());
        }
        let agents = wanted.into_values().map(|agent| Newcomer {
            external_id: agent.id.clone(),
            name: agent.name.clone(),
            work_email: agent.email.clone(),
        });
        let known = identities::introduce(scope, connection, agents.collect()).await?;
        self.people_made = known.made;
        self.agents.extend(known.people);
        Ok(())
    }

    async fn queues(
        &mut self,
        scope: &Scope,
        connection: ConnectionId,
        mut wanted: BTreeMap<&String, &Option<String>>,
    ) -> Result<()> {
        let ids = wanted.keys().map(|id| (*id).clone()).collect();
        let found: Vec<queue::Model> = of_source(scope, "queues", connection, ids).await?;
        for row in found {
            if let Some(Some(name)) = wanted.remove(&row.external_id) {
                rename_queue(scope, &row, name).await?;
            }
            self.queues.insert(row.external_id, row.id);
        }
        let ids: Vec<QueueId> = wanted.keys().map(|_| scope.new_id()).collect();
        let name =
            |(id, name): (&&String, &&Option<String>)| (*name).clone().or(Some((*id).clone()));
        let rows = Insert::into("queues")
            .column("id", Cells::Uuid(ids.iter().map(|id| Some(id.0)).collect()))
            .column("name", Cells::Text(wanted.iter().map(name).collect()));
        let external = wanted.keys().map(|id| Some((*id).clone())).collect();
        of_new(scope, connection, rows, external).run_unless_taken(scope).await?;
        self.queues.extend(wanted.into_keys().cloned().zip(ids));
        Ok(())
    }

    async fn customers(
        &mut self,
        scope: &Scope,
        connection: ConnectionId,
        mut wanted: BTreeMap<&String, &SourceCustomer>,
    ) -> Result<Insert> {
        let ids = wanted.keys().map(|id| (*id).clone()).collect();
        let found: Vec<customer::Model> = of_source(scope, "customers", connection, ids).await?;
        for row in found {
            if let Some(customer) = wanted.remove(&row.external_id) {
                rename(scope, &row, customer).await?;
            }
            self.customers.insert(row.external_id, row.id);
        }
        let ids: Vec<CustomerId> = wanted.keys().map(|_| scope.new_id()).collect();
        let text = |of: fn(&SourceCustomer) -> Option<String>| {
            Cells::Text(wanted.values().map(|customer| of(customer)).collect())
        };
        let rows = Insert::into("customers")
            .column("id", Cells::Uuid(ids.iter().map(|id| Some(id.0)).collect()))
            .column("name", text(|customer| Some(customer.name.clone())))
            .column("organisation", text(|customer| customer.organisation.clone()))
            .column("organisation_external_id", text(|customer| customer.organisation_id.clone()));
        let external = wanted.keys().map(|id| Some((*id).clone())).collect();
        let rows = of_new(scope, connection, rows, external);
        self.customers.extend(wanted.into_keys().cloned().zip(ids));
        Ok(rows)
    }
}

fn remember<T>(known: &mut HashMap<String, T>, found: HashMap<String, T>) {
    if known.len() + found.len() > REMEMBERED {
        known.clear();
    }
    known.extend(found);
}

fn unknown<'n, T, V>(
    remembered: &HashMap<String, T>,
    names: &'n BTreeMap<String, V>,
) -> BTreeMap<&'n String, &'n V> {
    names.iter().filter(|(name, _)| !remembered.contains_key(*name)).collect()
}

async fn rename_queue(scope: &Scope, row: &queue::Model, name: &str) -> Result<()> {
    if row.name == name {
        return Ok(());
    }
    let change = queue::ActiveModel {
        name: Set(name.to_owned()),
        updated_at: Set(scope.now()),
        version: Set(row.version + 1),
        ..Default::default()
    };
    scope.update::<queue::Entity, _>(row.id, change).await?;
    Ok(())
}

/// A name that is only the id says nothing new.
async fn rename(scope: &Scope, row: &customer::Model, customer: &SourceCustomer) -> Result<()> {
    let name = if customer.name == customer.id { &row.name } else { &customer.name };
    let (organisation, id) = match &customer.organisation {
        Some(organisation) => (Some(organisation), &customer.organisation_id),
        None => (row.organisation.as_ref(), &row.organisation_external_id),
    };
    let is_same = organisation == row.organisation.as_ref() && *id == row.organisation_external_id;
    if *name == row.name && is_same {
        return Ok(());
    }
    let change = customer::ActiveModel {
        name: Set(name.clone()),
        organisation: Set(organisation.cloned()),
        organisation_external_id: Set(id.clone()),
        updated_at: Set(scope.now()),
        version: Set(row.version + 1),
        ..Default::default()
    };
    scope.update::<customer::Entity, _>(row.id, change).await?;
    Ok(())
}

async fn of_source<R: FromQueryResult>(
    scope: &Scope,
    table: &'static str,
    connection: ConnectionId,
    ids: BTreeSet<String>,
) -> Result<Vec<R>> {
    let lookup = Lookup::of(table).with("connection_id", connection.0);
    lookup.by(scope, "external_id", Keys::Text(ids)).await
}

/// With what every row of a source has that is new.
fn of_new(
    scope: &Scope,
    connection: ConnectionId,
    rows: Insert,
    ids: Vec<Option<String>>,
) -> Insert {
    let count = ids.len();
    let now = vec![Some(scope.now()); count];
    rows.column("connection_id", Cells::Uuid(vec![Some(connection.0); count]))
        .column("external_id", Cells::Text(ids))
        .column("created_at", Cells::Time(now.clone()))
        .column("updated_at", Cells::Time(now))
        .column("version", Cells::Long(vec![Some(1); count]))
}
