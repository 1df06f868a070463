//! Rows of `ticket_histories`: everything that happened to a ticket as one value, because it is read and written as one (docs/adr/0006).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kernel::{Result, TenantId, TenantOwned};
use crate::people::PersonId;
use crate::tickets::source::SourceKey;
use crate::tickets::{ActorKind, Effect, TicketId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_histories")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket_id: TicketId,
    /// A JSON list of events.
    pub events: String,
}

impl Model {
    /// In order of time, and of one time in the order in which they were first told.
    pub(crate) fn events(&self) -> Result<Vec<Event>> {
        Ok(serde_json::from_str(&self.events)?)
    }
}

/// An event as it is stored: a list, as there are many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// Unique within the ticket.
    pub key: SourceKey,
    /// The order in which they were first told, which breaks ties of time.
    pub seq: i32,
    pub at: DateTime<Utc>,
    /// The source's word for it.
    pub kind: String,
    pub actor_kind: ActorKind,
    /// Where a human of ours did it and is known.
    pub actor_id: Option<PersonId>,
    pub effects: Vec<Effect>,
    /// The source's id of the ticket that this one went into, if the event merged it.
    pub merged_into: Option<String>,
}

/// The parts of a stored event, in their order, which never changes.
type Parts<K, T, E, M> = (K, i32, DateTime<Utc>, T, ActorKind, Option<uuid::fmt::Simple>, E, M);

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let actor = self.actor_id.map(|person| person.0.simple());
        let parts: Parts<_, &str, &[Effect], Option<&str>> = (
            &self.key,
            self.seq,
            self.at,
            &self.kind,
            self.actor_kind,
            actor,
            &self.effects,
            self.merged_into.as_deref(),
        );
        parts.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (key, seq, at, kind, actor_kind, actor, effects, merged_into) =
            Parts::<SourceKey, String, Vec<Effect>, Option<String>>::deserialize(from)?;
        let actor_id = actor.map(|id| PersonId(id.into_uuid()));
        Ok(Self { key, seq, at, kind, actor_kind, actor_id, effects, merged_into })
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::TicketId;
    const NOUN: &'static str = "history of a ticket";
}
