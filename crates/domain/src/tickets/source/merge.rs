//! What a ticket is after an import: the source's word over what is stored. A pure function.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::super::entity::history::Event;
use super::super::entity::ticket;
use super::super::{
    ActorKind, Channel, Derived, Effect, History, HistoryEvent, InitiatedBy, StatusCategory,
    TicketId, derive,
};
use super::references::Known;
use super::ticket::{KeyedEvent, SourceKey, SourceTicket};
use super::types::{Attributes, GONE, Rows, SourceEffect, SourceEvent};
use crate::connections::ConnectionId;
use crate::kernel::{Error, Result, TenantId};

/// A ticket as it is stored.
pub(super) struct Stored {
    pub(super) row: ticket::Model,
    pub(super) events: Vec<Event>,
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
    /// All events as they are stored, where any of them is not as it was.
    pub(super) events: Option<String>,
    pub(super) history: History,
}

/// Merges a ticket of a file into what is stored. `None` if that changes nothing.
pub(super) fn merge(
    place: Place,
    source: &SourceTicket,
    stored: Option<Stored>,
    known: Known<'_>,
    id: impl FnOnce() -> TicketId,
) -> Result<Option<Change>> {
    let is_new = stored.is_none();
    let Stored { mut row, events } = stored.unwrap_or_else(|| Stored {
        row: blank(place, &source.external_id, id()),
        events: Vec::new(),
    });
    let before = (!is_new).then(|| row.clone());
    let is_older =
        matches!((source.version, row.source_version), (Some(given), Some(known)) if given < known);
    if is_older && source.shape == Rows::Tickets {
        return Ok(None);
    }
    if !is_older {
        take_attributes(&mut row, &source.attributes, known)?;
        row.source_version = source.version.or(row.source_version);
    }
    let events = Events::merge(source, events, is_older, known)?;
    if before.as_ref() == Some(&row) && !events.is_changed {
        return Ok(None);
    }
    let stored = events.is_changed.then(|| serde_json::to_string(&events.all)).transpose()?;
    let merged_into = events.merged_into();
    let history = events.history(&row);
    let derived = derive(&history).ok_or_else(|| Error::internal("a ticket without events"))?;
    take_derived(&mut row, derived, merged_into)?;
    row.updated_at = place.now;
    row.version += 1;
    Ok(Some(Change { row, is_new, events: stored, history }))
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
    known: Known<'_>,
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
        row.customer_id = Some(known.customer(&customer.id)?);
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

/// The events of a ticket, merged.
struct Events {
    /// All that stay, in order.
    all: Vec<Event>,
    /// Some are new, not as they were, or no more.
    is_changed: bool,
}

impl Events {
    fn merge(
        source: &SourceTicket,
        stored: Vec<Event>,
        is_older: bool,
        known: Known<'_>,
    ) -> Result<Self> {
        let mut next_seq = stored.iter().map(|event| event.seq + 1).max().unwrap_or(0);
        let mut by_key: HashMap<SourceKey, Event> =
            stored.into_iter().map(|event| (event.key, event)).collect();
        let all = Vec::with_capacity(source.events.len() + by_key.len());
        let mut events = Self { all, is_changed: false };
        for (place, keyed) in (0..).zip(&source.events) {
            let old = by_key.remove(&keyed.key);
            let seq = match (source.shape, &old) {
                // The times of a ticket row are told in one order, however often.
                (Rows::Tickets, _) => place,
                (Rows::Events, Some(old)) => old.seq,
                (Rows::Events, None) => {
                    next_seq += 1;
                    next_seq - 1
                }
            };
            events.all.push(match old {
                Some(old) if is_older => old,
                old => {
                    let event = event_of(keyed, seq, known)?;
                    events.is_changed |= old.as_ref() != Some(&event);
                    event
                }
            });
        }
        let is_told = |it: &KeyedEvent| it.event.kind != GONE;
        let is_back = !is_older && source.events.iter().any(is_told);
        events.keep_or_remove(by_key, source.shape, is_back);
        events.all.sort_by_key(|event| (event.at, event.seq));
        Ok(events)
    }

    /// What the file does not tell stays, unless a ticket row told it before and this one does not. What is told again is not gone.
    fn keep_or_remove(&mut self, rest: HashMap<SourceKey, Event>, shape: Rows, is_back: bool) {
        if rest.is_empty() {
            return;
        }
        let replaced: HashSet<SourceKey> = match shape {
            Rows::Tickets => SourceKey::of_ticket_row().into(),
            Rows::Events => HashSet::new(),
        };
        for event in rest.into_values() {
            if replaced.contains(&event.key) || (is_back && event.kind == GONE) {
                self.is_changed = true;
            } else {
                self.all.push(event);
            }
        }
    }

    /// The source's id of the ticket that this one went into.
    fn merged_into(&self) -> Option<String> {
        self.all
            .iter()
            .fold(None, |into, event| {
                let into = into.filter(|_| !event.effects.contains(&Effect::Restored));
                event.merged_into.as_ref().or(into)
            })
            .cloned()
    }

    fn history(self, row: &ticket::Model) -> History {
        History {
            channel: row.channel,
            initiated_by: row.initiated_by,
            is_test: row.is_test,
            events: self.all.into_iter().map(HistoryEvent::from).collect(),
        }
    }
}

fn event_of(keyed: &KeyedEvent, seq: i32, known: Known<'_>) -> Result<Event> {
    let KeyedEvent { key, event } = keyed;
    let merged_into = event.effects.iter().find_map(|effect| {
        if let SourceEffect::Merged(into) = effect { into.clone() } else { None }
    });
    let human = event.actor.who.as_ref().filter(|_| event.actor.kind == ActorKind::Human);
    Ok(Event {
        key: *key,
        seq,
        at: DateTime::from_timestamp_micros(event.at)
            .ok_or_else(|| Error::internal("a time out of range"))?,
        kind: event.kind.clone(),
        actor_kind: event.actor.kind,
        actor_id: human.map(|agent| known.agent(&agent.id)).transpose()?,
        effects: effects_of(event, known)?,
        merged_into,
    })
}

fn effects_of(event: &SourceEvent, known: Known<'_>) -> Result<Vec<Effect>> {
    let effect = |effect: &SourceEffect| -> Result<Effect> {
        Ok(match effect {
            SourceEffect::Created => Effect::Created,
            SourceEffect::Message { public } => Effect::Message { public: *public },
            SourceEffect::Status(status) => Effect::Status(*status),
            SourceEffect::Assignee(agent) => {
                Effect::Assignee(agent.as_ref().map(|agent| known.agent(&agent.id)).transpose()?)
            }
            SourceEffect::Queue(name) => {
                Effect::Queue(name.as_ref().map(|name| known.queue(name)).transpose()?)
            }
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
