//! What a ticket is after an import: the source's word over what is stored. A pure function.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::super::entity::{event, ticket};
use super::super::{
    ActorKind, Channel, Derived, Effect, History, HistoryEvent, InitiatedBy, StatusCategory,
    TicketId, derive,
};
use super::references::References;
use super::ticket::{KeyedEvent, SourceKey, SourceTicket};
use super::types::{Attributes, GONE, Rows, SourceAgent, SourceEffect, SourceEvent};
use crate::connections::ConnectionId;
use crate::kernel::{Error, PersonId, Result, TenantId};

/// A ticket as it is stored.
pub(super) struct Stored {
    pub(super) row: ticket::Model,
    pub(super) events: Vec<event::Model>,
}

/// Where a ticket is put.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) tenant: TenantId,
    pub(super) connection: ConnectionId,
    pub(super) now: DateTime<Utc>,
}

/// What is to be written of a ticket.
pub(super) struct Change {
    pub(super) row: ticket::Model,
    pub(super) is_new: bool,
    /// Events that are new or not as they were.
    pub(super) written: Vec<event::Model>,
    /// Keys of events that are no more.
    pub(super) removed: Vec<Vec<u8>>,
    pub(super) history: History,
}

/// Merges a ticket of a file into what is stored. `None` if that changes nothing.
pub(super) fn merge(
    place: Place,
    source: &SourceTicket,
    stored: Option<Stored>,
    references: &References,
    id: impl FnOnce() -> TicketId,
) -> Result<Option<Change>> {
    let is_new = stored.is_none();
    let Stored { mut row, events } = stored.unwrap_or_else(|| Stored {
        row: blank(place, &source.external_id, id()),
        events: Vec::new(),
    });
    let before = row.clone();
    let is_older =
        matches!((source.version, row.source_version), (Some(given), Some(known)) if given < known);
    if is_older && source.shape == Rows::Tickets {
        return Ok(None);
    }
    if !is_older {
        take_attributes(&mut row, &source.attributes, references)?;
        row.source_version = source.version.or(row.source_version);
    }
    let events = Events::merge(source, events, is_older, references, row.id, place.tenant)?;
    if !is_new && row == before && events.written.is_empty() && events.removed.is_empty() {
        return Ok(None);
    }
    let (history, merged_into) = events.history(&row)?;
    let derived = derive(&history).ok_or_else(|| Error::internal("a ticket without events"))?;
    take_derived(&mut row, derived, merged_into)?;
    row.updated_at = place.now;
    row.version += 1;
    let Events { written, removed, .. } = events;
    Ok(Some(Change { row, is_new, written, removed, history }))
}

fn blank(place: Place, external_id: &str, id: TicketId) -> ticket::Model {
    ticket::Model {
        tenant_id: place.tenant,
        id,
        connection_id: place.connection,
        external_id: external_id.to_owned(),
        channel: Channel::Other,
        customer_id: None,
        initiated_by: InitiatedBy::Customer,
        is_test: false,
        status: StatusCategory::New,
        priority: None,
        queue_id: None,
        assignee_id: None,
        tags: String::new(),
        created_at: place.now,
        first_solved_at: None,
        last_solved_at: None,
        deleted_at: None,
        spam_at: None,
        merged_at: None,
        merged_into: None,
        source_version: None,
        source_first_response_seconds: None,
        source_full_resolution_seconds: None,
        source_reopens: None,
        updated_at: place.now,
        version: 0,
    }
}

fn take_attributes(
    row: &mut ticket::Model,
    attributes: &Attributes,
    references: &References,
) -> Result<()> {
    row.channel = attributes.channel.unwrap_or(row.channel);
    row.initiated_by = attributes.initiated_by.unwrap_or(row.initiated_by);
    row.is_test = attributes.is_test.unwrap_or(row.is_test);
    if let Some(figures) = attributes.figures {
        row.source_first_response_seconds = figures.first_response_seconds;
        row.source_full_resolution_seconds = figures.full_resolution_seconds;
        row.source_reopens = figures.reopens;
    }
    if let Some(customer) = &attributes.customer {
        row.customer_id = Some(known(&references.customers, &customer.id)?);
    }
    Ok(())
}

fn take_derived(
    row: &mut ticket::Model,
    derived: Derived,
    merged_into: Option<String>,
) -> Result<()> {
    let Derived { created_at, first_solved_at, last_solved_at, state } = derived;
    row.created_at = created_at;
    row.first_solved_at = first_solved_at;
    row.last_solved_at = last_solved_at;
    row.status = state.status;
    row.assignee_id = state.assignee;
    row.queue_id = state.queue;
    row.priority = state.priority;
    row.tags = serde_json::to_string(&state.tags)?;
    row.deleted_at = state.deleted_at;
    row.spam_at = state.spam_at;
    row.merged_at = state.merged_at;
    row.merged_into = merged_into;
    Ok(())
}

/// The events of a ticket while they are merged.
struct Events {
    /// All that stay, with their effects where these are known already.
    all: Vec<(event::Model, Option<Vec<Effect>>)>,
    written: Vec<event::Model>,
    removed: Vec<Vec<u8>>,
}

impl Events {
    fn merge(
        source: &SourceTicket,
        stored: Vec<event::Model>,
        is_older: bool,
        references: &References,
        ticket: TicketId,
        tenant: TenantId,
    ) -> Result<Self> {
        let mut next_seq = stored.iter().map(|event| event.seq + 1).max().unwrap_or(0);
        let mut by_key: HashMap<Vec<u8>, event::Model> =
            stored.into_iter().map(|event| (event.source_key.clone(), event)).collect();
        let mut events = Self {
            all: Vec::with_capacity(source.events.len() + by_key.len()),
            written: Vec::new(),
            removed: Vec::new(),
        };
        for (place, keyed) in (0..).zip(&source.events) {
            let old = by_key.remove(keyed.key.0.as_slice());
            if let (Some(old), true) = (&old, is_older) {
                events.all.push((old.clone(), None));
                continue;
            }
            let seq = match (source.shape, &old) {
                // The times of a ticket row are told in one order, however often.
                (Rows::Tickets, _) => place,
                (Rows::Events, Some(old)) => old.seq,
                (Rows::Events, None) => {
                    next_seq += 1;
                    next_seq - 1
                }
            };
            let effects = effects_of(&keyed.event, references)?;
            let event = row_of(tenant, ticket, keyed.key, seq, &keyed.event, &effects, references)?;
            if old.as_ref() != Some(&event) {
                events.written.push(event.clone());
            }
            events.all.push((event, Some(effects)));
        }
        let is_told = |it: &KeyedEvent| it.event.kind != GONE;
        let is_back = !is_older && source.events.iter().any(is_told);
        events.keep_or_remove(by_key, source.shape, is_back);
        events.all.sort_by_key(|(event, _)| (event.at, event.seq));
        Ok(events)
    }

    /// What the file does not tell stays, unless a ticket row told it before and this one does not. What is told again is not gone.
    fn keep_or_remove(&mut self, rest: HashMap<Vec<u8>, event::Model>, shape: Rows, is_back: bool) {
        let replaced: HashSet<[u8; 16]> = match shape {
            Rows::Tickets => SourceKey::of_ticket_row().map(|key| key.0).into(),
            Rows::Events => HashSet::new(),
        };
        for (key, event) in rest {
            let is_replaced =
                <[u8; 16]>::try_from(key.as_slice()).is_ok_and(|key| replaced.contains(&key));
            if is_replaced || (is_back && event.kind == GONE) {
                self.removed.push(key);
            } else {
                self.all.push((event, None));
            }
        }
        self.removed.sort_unstable();
    }

    /// The history, and the source's id of the ticket that this one went into.
    fn history(&self, row: &ticket::Model) -> Result<(History, Option<String>)> {
        let mut events = Vec::with_capacity(self.all.len());
        let mut merged_into = None;
        for (event, effects) in &self.all {
            let effects: Vec<Effect> = match effects {
                Some(effects) => effects.clone(),
                None => serde_json::from_str(&event.effects)?,
            };
            if effects.contains(&Effect::Restored) {
                merged_into = None;
            }
            merged_into = event.merged_into.clone().or(merged_into);
            events.push(HistoryEvent {
                at: event.at,
                actor_kind: event.actor_kind,
                actor: event.actor_id,
                effects,
            });
        }
        Ok((
            History {
                channel: row.channel,
                initiated_by: row.initiated_by,
                is_test: row.is_test,
                events,
            },
            merged_into,
        ))
    }
}

fn row_of(
    tenant: TenantId,
    ticket: TicketId,
    key: SourceKey,
    seq: i32,
    event: &SourceEvent,
    effects: &[Effect],
    references: &References,
) -> Result<event::Model> {
    let merged_into = event.effects.iter().find_map(|effect| {
        if let SourceEffect::Merged(into) = effect { into.clone() } else { None }
    });
    let human = event.actor.who.as_ref().filter(|_| event.actor.kind == ActorKind::Human);
    Ok(event::Model {
        tenant_id: tenant,
        ticket_id: ticket,
        source_key: key.0.to_vec(),
        seq,
        at: DateTime::from_timestamp_micros(event.at)
            .ok_or_else(|| Error::internal("a time out of range"))?,
        kind: event.kind.clone(),
        actor_kind: event.actor.kind,
        actor_id: human.map(|agent| person(references, agent)).transpose()?,
        effects: serde_json::to_string(effects)?,
        merged_into,
    })
}

fn effects_of(event: &SourceEvent, references: &References) -> Result<Vec<Effect>> {
    let effect = |effect: &SourceEffect| -> Result<Effect> {
        Ok(match effect {
            SourceEffect::Created => Effect::Created,
            SourceEffect::Message { public } => Effect::Message { public: *public },
            SourceEffect::Status(status) => Effect::Status(*status),
            SourceEffect::Assignee(agent) => {
                Effect::Assignee(agent.as_ref().map(|agent| person(references, agent)).transpose()?)
            }
            SourceEffect::Queue(name) => Effect::Queue(
                name.as_ref().map(|name| known(&references.queues, name)).transpose()?,
            ),
            SourceEffect::Priority(priority) => Effect::Priority(priority.clone()),
            SourceEffect::Tag(tag) => Effect::Tag(tag.clone()),
            SourceEffect::Escalated => Effect::Escalated,
            // The target may come later in the file, or never: the row keeps the source's id of it.
            SourceEffect::Merged(_) => Effect::Merged(None),
            SourceEffect::Split => Effect::Split,
            SourceEffect::Deleted => Effect::Deleted,
            SourceEffect::Restored => Effect::Restored,
            SourceEffect::Spam => Effect::Spam,
        })
    };
    event.effects.iter().map(effect).collect()
}

fn person(references: &References, agent: &SourceAgent) -> Result<PersonId> {
    known(&references.agents, &agent.id)
}

fn known<T: Copy>(ids: &HashMap<String, T>, name: &str) -> Result<T> {
    ids.get(name)
        .copied()
        .ok_or_else(|| Error::internal("a unit names something that was not resolved"))
}
