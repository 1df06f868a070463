//! One ticket with all that a file tells of it, and the keys that make a second import change nothing.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::types::{Attributes, Rows, SourceEvent, SourceRow};

/// The times that a row of a whole ticket may tell, in the order in which their events are told.
const EVENT_NAMES: [&str; 9] = [
    "created",
    "first_response",
    "escalated",
    "solved",
    "closed",
    "status",
    "merged",
    "spam",
    "deleted",
];

/// What an event is known by among its ticket's: 16 bytes of a hash. What an event *did* is no part of it, so that a corrected
/// mapping corrects the events that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceKey(pub [u8; 16]);

/// In hexadecimal digits.
impl Serialize for SourceKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Uuid::from_bytes(self.0).simple().serialize(to)
    }
}

impl<'de> Deserialize<'de> for SourceKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(Uuid::deserialize(from)?.into_bytes()))
    }
}

impl SourceKey {
    /// The keys that events of a ticket row may have. A newer row replaces all events with these keys.
    #[must_use]
    pub fn of_ticket_row() -> [Self; EVENT_NAMES.len()] {
        EVENT_NAMES.map(|name| Self::hash(&[b"row", name.as_bytes()]))
    }

    /// The `ordinal` counts the events of the ticket before it in the file that are equal in everything hashed here.
    fn of_event(event: &SourceEvent, shape: Rows, ordinal: u32) -> Self {
        let who = event.actor.who.as_ref().map_or("", |who| &who.id);
        match (&event.id, shape) {
            (Some(name), Rows::Tickets) => Self::hash(&[b"row", name.as_bytes()]),
            (Some(id), Rows::Events) => Self::hash(&[b"id", id.as_bytes()]),
            (None, _) => {
                let (kind, at, ordinal) =
                    (event.kind.as_bytes(), event.at.to_be_bytes(), ordinal.to_be_bytes());
                Self::hash(&[b"like", kind, who.as_bytes(), &at, &ordinal])
            }
        }
    }

    fn hash(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let whole: [u8; 32] = hash.finalize().into();
        let mut key = [0; 16];
        key.copy_from_slice(&whole[..16]);
        Self(key)
    }
}

/// An event and what it is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedEvent {
    /// Unique within the ticket.
    pub key: SourceKey,
    /// What the source says.
    pub event: SourceEvent,
}

/// One ticket in the source's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceTicket {
    /// The source's id.
    pub external_id: String,
    /// How many rows of the file it is made of.
    pub rows: u64,
    /// Whether the events are all of one ticket row, and replace those of an older one.
    pub shape: Rows,
    /// The greatest version of its rows.
    pub version: Option<i64>,
    /// What its newest rows say of it.
    pub attributes: Attributes,
    /// In the order of the file; of several rows with one event id the last, in the first one's place.
    pub events: Vec<KeyedEvent>,
}

impl SourceTicket {
    /// Puts the rows of one ticket together, which are of one shape and in the order in which they were told.
    ///
    /// Of ticket rows the newest version counts, and the last one where versions are equal or missing.
    #[must_use]
    pub fn of_rows(external_id: String, mut rows: Vec<SourceRow>) -> Self {
        let shape = rows.first().map_or(Rows::Events, |row| row.shape);
        let mut ticket = Self {
            external_id,
            rows: rows.len() as u64,
            shape,
            version: rows.iter().filter_map(|row| row.version).max(),
            attributes: newest_attributes(&mut rows),
            events: Vec::new(),
        };
        let events: Vec<SourceEvent> = match shape {
            Rows::Events => rows.into_iter().flat_map(|row| row.events).collect(),
            // `max_by_key` gives the last of equals.
            Rows::Tickets => rows
                .into_iter()
                .max_by_key(|row| row.version)
                .map(|row| row.events)
                .unwrap_or_default(),
        };
        ticket.add_events(events);
        ticket
    }

    fn add_events(&mut self, events: Vec<SourceEvent>) {
        let mut ordinals: HashMap<SourceKey, u32> = HashMap::new();
        let mut places: HashMap<SourceKey, usize> = HashMap::with_capacity(events.len());
        self.events.reserve(events.len());
        for event in events {
            let mut key = SourceKey::of_event(&event, self.shape, 0);
            if event.id.is_none() {
                let ordinal = ordinals.entry(key).or_insert(0);
                if *ordinal > 0 {
                    key = SourceKey::of_event(&event, self.shape, *ordinal);
                }
                *ordinal += 1;
            }
            match places.get(&key) {
                Some(&place) => self.events[place].event = event,
                None => {
                    places.insert(key, self.events.len());
                    self.events.push(KeyedEvent { key, event });
                }
            }
        }
    }
}

/// Newer by version, then by time, then by place in the file.
fn newest_attributes(rows: &mut [SourceRow]) -> Attributes {
    let mut order: Vec<_> = rows
        .iter_mut()
        .map(|row| {
            let at = row.events.first().map(|event| event.at);
            (row.version, at, std::mem::take(&mut row.attributes))
        })
        .collect();
    order.sort_by_key(|(version, at, _)| (*version, *at));
    let mut newest = Attributes::default();
    order.into_iter().for_each(|(.., attributes)| newest.merge(attributes));
    newest
}
