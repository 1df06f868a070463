//! Agents, queues and customers of a source become people, queues and customers of the tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, Set};
use uuid::Uuid;

use super::super::entity::{customer, queue};
use super::super::{ActorKind, CustomerId, QueueId};
use super::source::{SourceAgent, SourceCustomer, SourceEffect};
use super::ticket::SourceTicket;
use crate::connections::ConnectionId;
use crate::kernel::bulk::{Cells, Insert};
use crate::kernel::dialect::any_text;
use crate::kernel::{Error, PersonId, Result, Scope};
use crate::people;

/// How many of a kind are remembered from unit to unit.
const REMEMBERED: usize = 50_000;

/// Whom and what a unit names, in the order in which rows are made: two imports at once never wait for each other crosswise.
#[derive(Debug, Default)]
pub(super) struct Names {
    agents: BTreeMap<String, SourceAgent>,
    queues: BTreeSet<String>,
    customers: BTreeMap<String, SourceCustomer>,
}

impl Names {
    /// Notes everything that a ticket names.
    pub(super) fn note(&mut self, ticket: &SourceTicket) {
        if let Some(customer) = &ticket.attributes.customer {
            self.customers.insert(customer.id.clone(), customer.clone());
        }
        for keyed in &ticket.events {
            if let (ActorKind::Human, Some(agent)) = (keyed.event.actor.kind, &keyed.event.actor.who) {
                self.note_agent(agent);
            }
            for effect in &keyed.event.effects {
                if let SourceEffect::Assignee(Some(agent)) = effect {
                    self.note_agent(agent);
                } else if let SourceEffect::Queue(Some(queue)) = effect
                    && !self.queues.contains(queue)
                {
                    self.queues.insert(queue.clone());
                }
            }
        }
    }

    /// The one with an e-mail address tells most.
    fn note_agent(&mut self, agent: &SourceAgent) {
        let known = self.agents.get(&agent.id);
        if known.is_none_or(|known| known.email.is_none() && agent.email.is_some()) {
            self.agents.insert(agent.id.clone(), agent.clone());
        }
    }
}

/// Our ids of a source's.
#[derive(Clone, Debug, Default)]
pub(super) struct References {
    pub(super) agents: HashMap<String, PersonId>,
    pub(super) queues: HashMap<String, QueueId>,
    pub(super) customers: HashMap<String, CustomerId>,
    /// How many people were made.
    pub(super) people_made: usize,
}

impl References {
    /// Remembers what a unit found or made, once it is committed.
    pub(super) fn remember(&mut self, found: Self) {
        let Self { agents, queues, customers, people_made: _ } = found;
        remember(&mut self.agents, agents);
        remember(&mut self.queues, queues);
        remember(&mut self.customers, customers);
    }

    /// Finds or makes everything that a unit names.
    pub(super) async fn resolve(&self, scope: &Scope, connection: ConnectionId, names: &Names) -> Result<Self> {
        let mut found = Self::default();
        let agents = unknown(&self.agents, &mut found.agents, &names.agents);
        found.people(scope, connection, agents).await?;
        let customers = unknown(&self.customers, &mut found.customers, &names.customers);
        found.customers(scope, connection, customers).await?;
        let queues = names.queues.iter().map(|name| (name.clone(), name)).collect();
        let queues = unknown(&self.queues, &mut found.queues, &queues);
        found.queues(scope, connection, queues.into_keys().collect()).await?;
        Ok(found)
    }

    /// By external identity, else by e-mail address, else a new person.
    async fn people(&mut self, scope: &Scope, connection: ConnectionId, mut wanted: BTreeMap<&String, &SourceAgent>) -> Result<()> {
        use people::entity::{Column as PersonColumn, Entity as Person};
        use people::identities::entity::{Column, Entity};
        if wanted.is_empty() {
            return Ok(());
        }
        let ids = any_text(scope.backend(), Column::ExternalId, wanted.keys().map(|id| (*id).clone()));
        let select = scope.find::<Entity>().filter(Column::ConnectionId.eq(connection)).filter(ids).select_only();
        let known: Vec<(String, Uuid)> =
            select.columns([Column::ExternalId, Column::PersonId]).into_tuple().all(scope.tx()).await?;
        wanted.retain(|id, _| !known.iter().any(|(known, _)| known == *id));
        self.agents.extend(known.into_iter().map(|(id, person)| (id, PersonId(person))));
        let addresses: BTreeSet<String> = wanted.values().filter_map(|agent| agent.email.clone()).collect();
        let mut by_email: HashMap<String, PersonId> = HashMap::new();
        if !addresses.is_empty() {
            let select = scope.find::<Person>().filter(any_text(scope.backend(), PersonColumn::WorkEmail, addresses));
            let select = select.select_only().columns([PersonColumn::WorkEmail, PersonColumn::Id]);
            let found: Vec<(String, Uuid)> = select.into_tuple().all(scope.tx()).await?;
            by_email = found.into_iter().map(|(email, id)| (email, PersonId(id))).collect();
        }
        self.introduce(scope, connection, wanted, by_email).await
    }

    async fn introduce(
        &mut self,
        scope: &Scope,
        connection: ConnectionId,
        wanted: BTreeMap<&String, &SourceAgent>,
        mut by_email: HashMap<String, PersonId>,
    ) -> Result<()> {
        let mut new: Vec<(PersonId, &SourceAgent)> = Vec::new();
        let mut identities = Vec::with_capacity(wanted.len());
        for (id, agent) in wanted {
            let known = agent.email.as_ref().and_then(|email| by_email.get(email).copied());
            let person = known.unwrap_or_else(|| {
                let person: PersonId = scope.new_id();
                new.push((person, agent));
                person
            });
            if let Some(email) = &agent.email {
                by_email.insert(email.clone(), person);
            }
            identities.push((id.clone(), person));
        }
        self.people_made = new.len();
        insert_people(scope, new).await?;
        insert_identities(scope, connection, &identities).await?;
        self.agents.extend(identities);
        Ok(())
    }

    async fn queues(&mut self, scope: &Scope, connection: ConnectionId, mut wanted: Vec<&String>) -> Result<()> {
        use queue::Column;
        if wanted.is_empty() {
            return Ok(());
        }
        let ids = any_text(scope.backend(), Column::ExternalId, wanted.iter().map(|id| (*id).clone()));
        let select = scope.find::<queue::Entity>().filter(Column::ConnectionId.eq(connection)).filter(ids).select_only();
        let known: Vec<(String, Uuid)> = select.columns([Column::ExternalId, Column::Id]).into_tuple().all(scope.tx()).await?;
        self.queues.extend(known.into_iter().map(|(name, id)| (name, QueueId(id))));
        wanted.retain(|name| !self.queues.contains_key(*name));
        let ids: Vec<QueueId> = wanted.iter().map(|_| scope.new_id()).collect();
        let names: Vec<_> = wanted.iter().map(|name| Some((*name).clone())).collect();
        let rows = Insert::into("queues")
            .column("id", Cells::Uuid(ids.iter().map(|id| Some(id.0)).collect()))
            .column("name", Cells::Text(names.clone()));
        insert_of_source(scope, connection, rows, names).await?;
        self.queues.extend(wanted.into_iter().cloned().zip(ids));
        Ok(())
    }

    async fn customers(&mut self, scope: &Scope, connection: ConnectionId, mut wanted: BTreeMap<&String, &SourceCustomer>) -> Result<()> {
        use customer::Column;
        if wanted.is_empty() {
            return Ok(());
        }
        let ids = any_text(scope.backend(), Column::ExternalId, wanted.keys().map(|id| (*id).clone()));
        let select = scope.find::<customer::Entity>().filter(Column::ConnectionId.eq(connection)).filter(ids);
        for row in select.all(scope.tx()).await? {
            if let Some(customer) = wanted.remove(&row.external_id) {
                rename(scope, &row, customer).await?;
            }
            self.customers.insert(row.external_id, row.id);
        }
        let ids: Vec<CustomerId> = wanted.keys().map(|_| scope.new_id()).collect();
        let text = |of: fn(&SourceCustomer) -> Option<String>| Cells::Text(wanted.values().map(|customer| of(customer)).collect());
        let rows = Insert::into("customers")
            .column("id", Cells::Uuid(ids.iter().map(|id| Some(id.0)).collect()))
            .column("name", text(|customer| Some(customer.name.clone())))
            .column("organisation", text(|customer| customer.organisation.clone()));
        insert_of_source(scope, connection, rows, wanted.keys().map(|id| Some((*id).clone())).collect()).await?;
        self.customers.extend(wanted.into_keys().cloned().zip(ids));
        Ok(())
    }
}

fn remember<T>(known: &mut HashMap<String, T>, found: HashMap<String, T>) {
    if known.len() + found.len() > REMEMBERED {
        known.clear();
    }
    known.extend(found);
}

/// Takes over what is remembered, and gives what is not.
fn unknown<'n, T: Copy, V>(
    remembered: &HashMap<String, T>,
    found: &mut HashMap<String, T>,
    names: &'n BTreeMap<String, V>,
) -> BTreeMap<&'n String, &'n V> {
    let mut unknown = BTreeMap::new();
    for (name, value) in names {
        match remembered.get(name) {
            Some(id) => _ = found.insert(name.clone(), *id),
            None => _ = unknown.insert(name, value),
        }
    }
    unknown
}

/// A name that is only the id says nothing new.
async fn rename(scope: &Scope, row: &customer::Model, customer: &SourceCustomer) -> Result<()> {
    let name = if customer.name == customer.id { &row.name } else { &customer.name };
    let organisation = customer.organisation.as_ref().or(row.organisation.as_ref());
    if *name == row.name && organisation == row.organisation.as_ref() {
        return Ok(());
    }
    let change = customer::ActiveModel {
        name: Set(name.clone()),
        organisation: Set(organisation.cloned()),
        updated_at: Set(scope.now()),
        version: Set(row.version + 1),
        ..Default::default()
    };
    scope.update::<customer::Entity, _>(row.id, change).await?;
    Ok(())
}

async fn insert_people(scope: &Scope, people: Vec<(PersonId, &SourceAgent)>) -> Result<()> {
    const LONGEST_NAME: usize = 200;
    let count = people.len();
    let name = |agent: &SourceAgent| Some(agent.name.chars().take(LONGEST_NAME).collect());
    let rows = Insert::into("people")
        .column("id", Cells::Uuid(people.iter().map(|(id, _)| Some(id.0)).collect()))
        .column("name", Cells::Text(people.iter().map(|(_, agent)| name(agent)).collect()))
        .column("work_email", Cells::Text(people.iter().map(|(_, agent)| agent.email.clone()).collect()))
        .column("state", Cells::Word(vec!["active"; count]))
        .column("state_since", Cells::Time(vec![Some(scope.now()); count]));
    insert_unless_taken(scope, rows, count).await
}

async fn insert_identities(scope: &Scope, connection: ConnectionId, identities: &[(String, PersonId)]) -> Result<()> {
    let rows = Insert::into("external_identities")
        .column("id", Cells::Uuid(identities.iter().map(|_| Some(scope.new_id::<Uuid>())).collect()))
        .column("person_id", Cells::Uuid(identities.iter().map(|(_, person)| Some(person.0)).collect()));
    insert_of_source(scope, connection, rows, identities.iter().map(|(id, _)| Some(id.clone())).collect()).await
}

async fn insert_of_source(scope: &Scope, connection: ConnectionId, rows: Insert, ids: Vec<Option<String>>) -> Result<()> {
    let count = ids.len();
    let rows = rows
        .column("connection_id", Cells::Uuid(vec![Some(connection.0); count]))
        .column("external_id", Cells::Text(ids));
    insert_unless_taken(scope, rows, count).await
}

/// Another import that makes the same thing at the same moment is no conflict: the unit runs again and finds it.
async fn insert_unless_taken(scope: &Scope, rows: Insert, count: usize) -> Result<()> {
    let now = vec![Some(scope.now()); count];
    let rows = rows
        .column("created_at", Cells::Time(now.clone()))
        .column("updated_at", Cells::Time(now))
        .column("version", Cells::Long(vec![Some(1); count]));
    let written = rows.run(scope, "ON CONFLICT DO NOTHING").await?;
    if written == count as u64 {
        return Ok(());
    }
    Err(Error::conflict("taken_meanwhile", "another import made the same thing at the same moment; try again"))
}
