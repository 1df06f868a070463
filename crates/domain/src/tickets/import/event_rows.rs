//! A row that is one event.

use std::collections::BTreeSet;

use super::super::source::{
    Attributes, Rows, SourceActor, SourceAgent, SourceCustomer, SourceEffect, SourceEvent,
    SourceRow,
};
use super::super::{ActorKind, Channel, InitiatedBy, StatusCategory};
use super::Field;
use super::columns::Cells;
use super::mapping::UnknownKinds;
use super::rejects::Refusal;
use super::words::EffectWord;

const ACTOR: [Field; 3] = [Field::Actor, Field::ActorName, Field::ActorEmail];
pub(super) const ASSIGNEE: [Field; 3] =
    [Field::Assignee, Field::AssigneeName, Field::AssigneeEmail];

impl Cells<'_> {
    /// Reads the line as one event.
    pub(super) fn event_row(&self, line: u64) -> Result<SourceRow, Refusal> {
        let ticket = self.required(Field::Ticket)?.into_owned();
        let at = self.required(Field::Time).and_then(|text| self.micros(Field::Time, &text))?;
        let kind = self.text(Field::Kind)?.unwrap_or_default();
        let words = self.effect_words(&kind)?;
        let actor = self.actor(&words)?;
        let mut effects = self.kind_effects(&words, actor.who.as_ref())?;
        self.column_effects(&mut effects)?;
        let event = SourceEvent {
            id: self.text(Field::EventId)?.map(Into::into),
            kind: kind.into_owned(),
            at,
            actor,
            effects,
        };
        Ok(SourceRow {
            ticket,
            line,
            shape: Rows::Events,
            version: self.version()?,
            attributes: self.attributes()?,
            events: vec![event],
        })
    }

    /// What the mapping says of a kind; without a table of effects a kind is an effect word itself.
    fn effect_words(&self, kind: &str) -> Result<Vec<EffectWord>, Refusal> {
        if kind.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(effects) = &self.mapping.effects {
            if let Some(words) = effects.get(kind) {
                return Ok(words.clone());
            }
        } else if let Ok(word) = EffectWord::parse(kind) {
            return Ok(vec![word]);
        }
        match self.mapping.unknown_kinds {
            UnknownKinds::Keep => Ok(Vec::new()),
            UnknownKinds::Reject => {
                Err(self.refuse(Field::Kind, kind, "is not known; map it under [effects]"))
            }
        }
    }

    fn actor(&self, words: &[EffectWord]) -> Result<SourceActor, Refusal> {
        let who = self.agent(ACTOR)?;
        let by = words
            .iter()
            .find_map(|word| if let EffectWord::By(kind) = word { Some(*kind) } else { None });
        let kind = if who.as_ref().is_some_and(|who| is_one_of(&self.mapping.bots, who)) {
            ActorKind::Bot
        } else if who.as_ref().is_some_and(|who| is_one_of(&self.mapping.automations, who)) {
            ActorKind::Automation
        } else if let Some(kind) = by {
            kind
        } else {
            let stated =
                self.word(Field::ActorKind, &self.mapping.values.actor_kind, ActorKind::from_word)?;
            stated.unwrap_or(if who.is_some() { ActorKind::Human } else { ActorKind::System })
        };
        Ok(SourceActor { kind, who })
    }

    fn kind_effects(
        &self,
        words: &[EffectWord],
        who: Option<&SourceAgent>,
    ) -> Result<Vec<SourceEffect>, Refusal> {
        let mut effects = Vec::with_capacity(words.len() + 4);
        for word in words {
            effects.push(match word {
                EffectWord::None | EffectWord::By(_) => continue,
                EffectWord::Created => SourceEffect::Created,
                EffectWord::Message(public) => SourceEffect::Message {
                    public: public.map_or_else(
                        || self.flag(Field::Public).map(|flag| flag.unwrap_or(true)),
                        Ok,
                    )?,
                },
                EffectWord::Status(status) => SourceEffect::Status(*status),
                EffectWord::AssigneeIsActor => {
                    SourceEffect::Assignee(who.and_then(|who| self.human(who.clone())))
                }
                EffectWord::AssigneeNobody => SourceEffect::Assignee(None),
                EffectWord::Queue(queue) => SourceEffect::Queue(queue.clone()),
                EffectWord::Priority(priority) => SourceEffect::Priority(priority.clone()),
                EffectWord::Tag(tag) => SourceEffect::Tag(tag.clone()),
                EffectWord::Escalated => SourceEffect::Escalated,
                EffectWord::Merged => {
                    SourceEffect::Merged(self.text(Field::MergedInto)?.map(Into::into))
                }
                EffectWord::Split => SourceEffect::Split,
                EffectWord::Deleted => SourceEffect::Deleted,
                EffectWord::Restored => SourceEffect::Restored,
                EffectWord::Spam => SourceEffect::Spam,
            });
        }
        Ok(effects)
    }

    /// What the row's other columns say the ticket became.
    fn column_effects(&self, effects: &mut Vec<SourceEffect>) -> Result<(), Refusal> {
        if let Some(status) = self.status()? {
            effects.push(SourceEffect::Status(status));
        }
        self.standing_effects(effects)?;
        if let Some(into) = self.text(Field::MergedInto)?
            && !effects.iter().any(|effect| matches!(effect, SourceEffect::Merged(_)))
        {
            effects.push(SourceEffect::Merged(Some(into.into_owned())));
        }
        Ok(())
    }

    /// Assignee, queue, priority and tags, as both shapes of rows have them.
    pub(super) fn standing_effects(&self, effects: &mut Vec<SourceEffect>) -> Result<(), Refusal> {
        if let Some(agent) = self.agent(ASSIGNEE)? {
            effects.push(SourceEffect::Assignee(self.human(agent)));
        } else if matches!(self.stated(Field::Assignee)?, Some(None)) {
            effects.push(SourceEffect::Assignee(None));
        }
        effects.extend(self.stated(Field::Queue)?.map(SourceEffect::Queue));
        effects.extend(self.stated(Field::Priority)?.map(SourceEffect::Priority));
        effects.extend(self.tags()?.into_iter().map(SourceEffect::Tag));
        Ok(())
    }

    /// What is assigned to a program is assigned to nobody.
    fn human(&self, agent: SourceAgent) -> Option<SourceAgent> {
        let is_program =
            is_one_of(&self.mapping.bots, &agent) || is_one_of(&self.mapping.automations, &agent);
        (!is_program).then_some(agent)
    }

    pub(super) fn status(&self) -> Result<Option<StatusCategory>, Refusal> {
        self.word(Field::Status, &self.mapping.values.status, StatusCategory::from_word)
    }

    pub(super) fn attributes(&self) -> Result<Attributes, Refusal> {
        let values = &self.mapping.values;
        let name = self.text(Field::CustomerName)?.map(String::from);
        let id = self.text(Field::Customer)?.map(String::from).or_else(|| name.clone());
        let organisation = self.text(Field::Organisation)?.map(Into::into);
        Ok(Attributes {
            channel: self.word(Field::Channel, &values.channel, Channel::from_word)?,
            customer: id.map(|id| SourceCustomer {
                name: name.unwrap_or_else(|| id.clone()),
                id,
                organisation,
                organisation_id: None,
            }),
            initiated_by: self.word(
                Field::InitiatedBy,
                &values.initiated_by,
                InitiatedBy::from_word,
            )?,
            is_test: self.flag(Field::IsTest)?,
            figures: None,
        })
    }

    /// A whole number, or a time.
    pub(super) fn version(&self) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(Field::Version)? else {
            return Ok(None);
        };
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => match self.mapping.clock.micros(&text) {
                Ok(micros) => Ok(Some(micros)),
                Err(_) => {
                    Err(self.refuse(Field::Version, &text, "is neither a whole number nor a time"))
                }
            },
        }
    }
}

fn is_one_of(list: &BTreeSet<String>, agent: &SourceAgent) -> bool {
    list.contains(&agent.id) || list.contains(&agent.name)
}
