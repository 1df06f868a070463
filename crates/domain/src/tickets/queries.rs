//! Reading tickets.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::entity::history::Event;
use super::entity::{customer, mapping, queue, queue_team, rating, ticket};
use super::histories;
use super::types::{
    Customer, CustomerId, ImportMapping, MappingId, Queue, QueueId, QueueTeam, QueueTeamId, Rating,
    Ticket, TicketEvent, TicketFilter, TicketId, TicketSort,
};
use crate::kernel::TenantOwned;
use crate::kernel::dialect::{any, any_text};
use crate::kernel::page::{self, Place};
use crate::kernel::sort::{Key, Sort, Sorted};
use crate::kernel::{Error, Finds, Page, PageArgs, Permission, Reach, Result, Scope, Span};
use crate::tenants;

/// A page of tickets, sorted as the filter says, else by id.
///
/// # Errors
/// `forbidden` without `tickets.read`; `cursor_invalid`; those of the database.
pub async fn list(scope: &Scope, filter: &TicketFilter, args: &PageArgs) -> Result<Page<Ticket>> {
    let select = within_reach(scope).await?.filter(matching(filter));
    if let Some(sort) = filter.sort {
        let place = Place::new(scope, ticket::Entity::NOUN, filter, args)?;
        let rows = place.narrow(scope, sort, select).all(scope.tx()).await?;
        return Ok(place.cut(sort, tickets(scope, rows).await?));
    }
    let bind = page::bind(scope, "ticket", filter)?;
    let limit = args.limit()?;
    let select = match page::start(bind, args)? {
        Some(after) => select.filter(ticket::Column::Id.gt(after)),
        None => select,
    };
    let rows = select.order_by_asc(ticket::Column::Id).limit(limit + 1).all(scope.tx()).await?;
    Ok(page::cut(bind, limit, tickets(scope, rows).await?))
}

impl Sort<Ticket> for TicketSort {
    type Entity = ticket::Entity;

    fn by(self) -> (Sorted<ticket::Entity>, bool) {
        match self {
            Self::CreatedAt => (Sorted::Plain(ticket::Column::CreatedAt), false),
            Self::CreatedAtDesc => (Sorted::Plain(ticket::Column::CreatedAt), true),
            Self::UpdatedAt => (Sorted::Plain(ticket::Column::UpdatedAt), false),
            Self::UpdatedAtDesc => (Sorted::Plain(ticket::Column::UpdatedAt), true),
        }
    }

    fn key(self, ticket: &Ticket) -> Key {
        match self {
            Self::CreatedAt | Self::CreatedAtDesc => Key::Time(ticket.created_at),
            Self::UpdatedAt | Self::UpdatedAtDesc => Key::Time(ticket.updated_at),
        }
    }
}

/// One ticket.
///
/// # Errors
/// `forbidden` without `tickets.read`; `not_found` outside the caller's reach.
pub async fn get(scope: &Scope, id: TicketId) -> Result<Ticket> {
    let found = many(scope, &[id]).await?.pop();
    found.ok_or_else(|| Error::not_found("ticket", id))
}

/// Those of some tickets that the caller may see, in order of id.
///
/// # Errors
/// `forbidden` without `tickets.read`; those of the database.
pub async fn many(scope: &Scope, ids: &[TicketId]) -> Result<Vec<Ticket>> {
    let wanted = any(scope.backend(), ticket::Column::Id, ids.iter().map(|id| id.0));
    let rows = within_reach(scope)
        .await?
        .filter(wanted)
        .order_by_asc(ticket::Column::Id)
        .all(scope.tx())
        .await?;
    tickets(scope, rows).await
}

impl Finds for TicketId {
    type Thing = Ticket;

    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Ticket>> {
        many(scope, ids).await
    }
}

/// What happened to a ticket, in order.
///
/// # Errors
/// As [`get`].
pub async fn events(scope: &Scope, id: TicketId) -> Result<Vec<TicketEvent>> {
    let found = events_of(scope, &[id]).await?.pop();
    found.map(|(_, events)| events).ok_or_else(|| Error::not_found("ticket", id))
}

/// What happened to each of those of some tickets that the caller may see, in order.
///
/// # Errors
/// As [`many`].
pub async fn events_of(
    scope: &Scope,
    ids: &[TicketId],
) -> Result<Vec<(TicketId, Vec<TicketEvent>)>> {
    let tickets = many(scope, ids).await?;
    let mut events = histories::events_of(scope, tickets.iter().map(|ticket| ticket.id)).await?;
    let told = |ticket: Ticket| {
        let events = events.remove(&ticket.id).unwrap_or_default().into_iter();
        (ticket.id, events.map(|event| told(event, ticket.merged_into)).collect())
    };
    Ok(tickets.into_iter().map(told).collect())
}

fn told(event: Event, merged_into: Option<TicketId>) -> TicketEvent {
    TicketEvent {
        at: event.at,
        kind: event.kind,
        actor_kind: event.actor_kind,
        actor_id: event.actor_id,
        effects: event.effects.iter().map(|effect| effect.word(merged_into)).collect(),
    }
}

/// What the customer of a ticket thought of the answers, in order.
///
/// # Errors
/// As [`get`].
pub async fn ratings(scope: &Scope, id: TicketId) -> Result<Vec<Rating>> {
    let found = ratings_of(scope, &[id]).await?.pop();
    found.map(|(_, ratings)| ratings).ok_or_else(|| Error::not_found("ticket", id))
}

/// The same of those of some tickets that the caller may see.
///
/// # Errors
/// As [`many`].
pub async fn ratings_of(scope: &Scope, ids: &[TicketId]) -> Result<Vec<(TicketId, Vec<Rating>)>> {
    let wanted = any(scope.backend(), ticket::Column::Id, ids.iter().map(|id| id.0));
    let tickets = within_reach(scope).await?.filter(wanted).all(scope.tx()).await?;
    let names = tickets.iter().map(|ticket| ticket.external_id.clone());
    let rows = scope
        .find::<rating::Entity>()
        .filter(any_text(scope.backend(), rating::Column::Ticket, names))
        .order_by_asc(rating::Column::RatedAt)
        .order_by_asc(rating::Column::Id)
        .all(scope.tx())
        .await?;
    // Two sources may have tickets of one name.
    let mut of_ticket: HashMap<_, Vec<Rating>> = HashMap::new();
    for rating::Model { connection_id, ticket, score, best, comment, rated_at, .. } in rows {
        let rating = Rating { score, best, comment, rated_at };
        of_ticket.entry((connection_id, ticket)).or_default().push(rating);
    }
    let of = |ticket: ticket::Model| {
        let found = of_ticket.remove(&(ticket.connection_id, ticket.external_id));
        (ticket.id, found.unwrap_or_default())
    };
    Ok(tickets.into_iter().map(of).collect())
}

/// The queues of the tenant, by name, for whoever sees any ticket: their names tell nothing of anybody.
///
/// # Errors
/// `forbidden` without `tickets.read`; those of the database.
pub async fn queues(scope: &Scope) -> Result<Vec<Queue>> {
    scope.require_any(Permission::TicketsRead)?;
    let select = scope
        .find::<queue::Entity>()
        .order_by_asc(queue::Column::Name)
        .order_by_asc(queue::Column::Id);
    Ok(select.into_partial_model::<Queue>().all(scope.tx()).await?)
}

/// Some queues, in order of id.
///
/// # Errors
/// `forbidden` without `tickets.read`; those of the database.
pub async fn queues_of(scope: &Scope, ids: &[QueueId]) -> Result<Vec<Queue>> {
    scope.require_any(Permission::TicketsRead)?;
    let wanted = any(scope.backend(), queue::Column::Id, ids.iter().map(|id| id.0));
    let select = scope.find::<queue::Entity>().filter(wanted).order_by_asc(queue::Column::Id);
    Ok(select.into_partial_model::<Queue>().all(scope.tx()).await?)
}

impl Finds for QueueId {
    type Thing = Queue;

    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Queue>> {
        queues_of(scope, ids).await
    }
}

/// Whether there is such a queue; whoever asks.
///
/// # Errors
/// Those of the database.
pub async fn has_queue(scope: &Scope, id: QueueId) -> Result<bool> {
    let select = scope.find::<queue::Entity>().filter(queue::Column::Id.eq(id));
    Ok(select.one(scope.tx()).await?.is_some())
}

/// Which teams queues are and were linked to, for whoever sees any ticket.
///
/// # Errors
/// `forbidden` without `tickets.read`; those of the database.
pub async fn linked_queues(scope: &Scope) -> Result<Vec<QueueTeam>> {
    scope.require_any(Permission::TicketsRead)?;
    queue_teams(scope).await
}

/// Some links of queues to teams, in no order.
///
/// # Errors
/// `forbidden` without `tickets.read`; those of the database.
pub async fn queue_links(scope: &Scope, ids: &[QueueTeamId]) -> Result<Vec<QueueTeam>> {
    scope.require_any(Permission::TicketsRead)?;
    let wanted = any(scope.backend(), queue_team::Column::Id, ids.iter().map(|id| id.0));
    let select = scope.find::<queue_team::Entity>().filter(wanted);
    Ok(select.into_partial_model::<QueueTeam>().all(scope.tx()).await?)
}

impl Finds for QueueTeamId {
    type Thing = QueueTeam;

    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<QueueTeam>> {
        queue_links(scope, ids).await
    }
}

/// Which teams queues were linked to, and when; whoever asks.
///
/// # Errors
/// Those of the database.
pub async fn queue_teams(scope: &Scope) -> Result<Vec<QueueTeam>> {
    let select = scope.find::<queue_team::Entity>();
    let select = select
        .order_by_asc(queue_team::Column::QueueId)
        .order_by_asc(queue_team::Column::ValidFrom);
    Ok(select.into_partial_model::<QueueTeam>().all(scope.tx()).await?)
}

/// Some customers, in order of id: those of tickets within reach.
///
/// # Errors
/// `forbidden` without `tickets.read`; those of the database.
pub async fn customers(scope: &Scope, ids: &[CustomerId]) -> Result<Vec<Customer>> {
    use customer::Column;
    let ids = || ids.iter().map(|id| id.0);
    let select = scope.find::<customer::Entity>().filter(any(scope.backend(), Column::Id, ids()));
    let select = match scope.reach_of(Permission::TicketsRead)? {
        Reach::Tenant => select,
        Reach::Own | Reach::Teams => {
            let theirs = any(scope.backend(), ticket::Column::CustomerId, ids());
            let tickets = within_reach(scope).await?.filter(theirs).select_only();
            let seen = tickets.column(ticket::Column::CustomerId).into_query();
            select.filter(Column::Id.in_subquery(seen))
        }
    };
    let select = select.order_by_asc(Column::Id);
    Ok(select.into_partial_model::<Customer>().all(scope.tx()).await?)
}

impl Finds for CustomerId {
    type Thing = Customer;

    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<Customer>> {
        customers(scope, ids).await
    }
}

/// The stored mapping of a name.
///
/// # Errors
/// `forbidden` without `tickets.write`, for mappings are of use to importers alone; `not_found`.
pub async fn mapping(scope: &Scope, name: &str) -> Result<ImportMapping> {
    scope.require(Permission::TicketsWrite)?;
    let select = scope.find::<mapping::Entity>().filter(mapping::Column::Name.eq(name));
    let found = select.into_partial_model::<ImportMapping>().one(scope.tx()).await?;
    found.ok_or_else(|| Error::not_found("mapping", name))
}

/// Every stored mapping, by name.
///
/// # Errors
/// `forbidden` without `tickets.write`; those of the database.
pub async fn mappings(scope: &Scope) -> Result<Vec<ImportMapping>> {
    scope.require(Permission::TicketsWrite)?;
    let select = scope.find::<mapping::Entity>().order_by_asc(mapping::Column::Name);
    Ok(select.into_partial_model::<ImportMapping>().all(scope.tx()).await?)
}

/// Some stored mappings, in no order.
///
/// # Errors
/// `forbidden` without `tickets.write`; those of the database.
pub async fn mappings_of(scope: &Scope, ids: &[MappingId]) -> Result<Vec<ImportMapping>> {
    scope.require(Permission::TicketsWrite)?;
    let wanted = any(scope.backend(), mapping::Column::Id, ids.iter().map(|id| id.0));
    let select = scope.find::<mapping::Entity>().filter(wanted);
    Ok(select.into_partial_model::<ImportMapping>().all(scope.tx()).await?)
}

impl Finds for MappingId {
    type Thing = ImportMapping;

    async fn many(scope: &Scope, ids: &[Self]) -> Result<Vec<ImportMapping>> {
        mappings_of(scope, ids).await
    }
}

fn matching(filter: &TicketFilter) -> Condition {
    use ticket::Column;
    let TicketFilter {
        status,
        channel,
        assignee_id,
        queue_id,
        customer_id,
        connection_id,
        external_id,
        created_from,
        created_to,
        sort: _,
    } = filter;
    Condition::all()
        .add_option(status.map(|status| Column::Status.eq(status)))
        .add_option(channel.map(|channel| Column::Channel.eq(channel)))
        .add_option(assignee_id.map(|id| Column::AssigneeId.eq(id)))
        .add_option(queue_id.map(|id| Column::QueueId.eq(id)))
        .add_option(customer_id.map(|id| Column::CustomerId.eq(id)))
        .add_option(connection_id.map(|id| Column::ConnectionId.eq(id)))
        .add_option(external_id.as_ref().map(|id| Column::ExternalId.eq(id)))
        .add_option(created_from.map(|from| Column::CreatedAt.gte(from)))
        .add_option(created_to.map(|to| Column::CreatedAt.lt(to)))
}

/// The tickets that the caller may see: those of people in reach, and those in queues of teams in reach today.
pub(super) async fn within_reach(scope: &Scope) -> Result<Select<ticket::Entity>> {
    let select = scope.find::<ticket::Entity>();
    let backend = scope.backend();
    let reach = match scope.reach_of(Permission::TicketsRead)? {
        Reach::Tenant => return Ok(select),
        Reach::Own => match scope.access().person {
            Some(person) => ticket::Column::AssigneeId.eq(person).into_condition(),
            None => Expr::val(false).into_condition(),
        },
        Reach::Teams => {
            let people = scope.access().people.iter().map(|person| person.0);
            let queues = queues_in_reach(scope).await?;
            Condition::any().add(any(backend, ticket::Column::AssigneeId, people)).add(any(
                backend,
                ticket::Column::QueueId,
                queues.into_iter().map(|queue| queue.0),
            ))
        }
    };
    Ok(select.filter(reach))
}

async fn queues_in_reach(scope: &Scope) -> Result<Vec<QueueId>> {
    let today = tenants::today(scope).await?;
    let links = queue_teams(scope).await?.into_iter().filter(|link| {
        let span = Span { from: link.valid_from, to: link.valid_to };
        scope.access().teams.contains(&link.team_id) && span.contains(today)
    });
    Ok(links.map(|link| link.queue_id).collect())
}

/// Rows as tickets; the targets of merges are looked up by the source's ids, and may not be there.
async fn tickets(scope: &Scope, rows: Vec<ticket::Model>) -> Result<Vec<Ticket>> {
    use ticket::Column;
    let merged = || rows.iter().filter(|row| row.merged_into.is_some());
    let mut targets = HashMap::new();
    if merged().next().is_some() {
        let names = merged().filter_map(|row| row.merged_into.clone());
        let sources: BTreeSet<Uuid> = merged().map(|row| row.connection_id.0).collect();
        let select = scope
            .find::<ticket::Entity>()
            .filter(any(scope.backend(), Column::ConnectionId, sources))
            .filter(any_text(scope.backend(), Column::ExternalId, names))
            // In the order of the index that this is looked up in: SQLite takes it for that.
            .order_by_asc(Column::ConnectionId)
            .order_by_asc(Column::ExternalId)
            .select_only()
            .columns([Column::ConnectionId, Column::ExternalId, Column::Id]);
        let found: Vec<(Uuid, String, Uuid)> = select.into_tuple().all(scope.tx()).await?;
        targets = found
            .into_iter()
            .map(|(connection, name, id)| ((connection, name), TicketId(id)))
            .collect();
    }
    rows.into_iter().map(|row| ticket(row, &targets)).collect()
}

fn ticket(row: ticket::Model, targets: &HashMap<(Uuid, String), TicketId>) -> Result<Ticket> {
    let target =
        row.merged_into.and_then(|name| targets.get(&(row.connection_id.0, name)).copied());
    Ok(Ticket {
        id: row.id,
        connection_id: row.connection_id,
        external_id: row.external_id,
        channel: row.channel,
        customer_id: row.customer_id,
        initiated_by: row.initiated_by,
        is_test: row.is_test,
        status: row.status,
        priority: row.priority,
        queue_id: row.queue_id,
        assignee_id: row.assignee_id,
        tags: serde_json::from_str(&row.tags)?,
        created_at: row.created_at,
        first_solved_at: row.first_solved_at,
        last_solved_at: row.last_solved_at,
        deleted_at: row.deleted_at,
        spam_at: row.spam_at,
        merged_at: row.merged_at,
        merged_into: target,
        updated_at: row.updated_at,
        version: row.version,
    })
}
