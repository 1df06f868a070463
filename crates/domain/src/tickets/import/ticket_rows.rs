//! A row that is a whole ticket: its times become events, so that both shapes give facts in one way.

use super::super::source::{Rows, SourceActor, SourceEffect, SourceEvent, SourceRow};
use super::super::{ActorKind, InitiatedBy, StatusCategory};
use super::Field;
use super::columns::Cells;
use super::rejects::Refusal;
use super::words::yes_or_no;

const RESPONDER: [Field; 3] =
    [Field::FirstResponseBy, Field::FirstResponseByName, Field::FirstResponseByEmail];
const ESCALATOR: [Field; 3] = [Field::EscalatedBy, Field::EscalatedByName, Field::EscalatedByEmail];
const SOLVER: [Field; 3] = [Field::SolvedBy, Field::SolvedByName, Field::SolvedByEmail];

/// What a row has told so far.
struct Story {
    created: i64,
    updated: Option<i64>,
    latest: i64,
    events: Vec<SourceEvent>,
}

impl Story {
    fn tell(&mut self, name: &str, at: i64, actor: SourceActor, effects: Vec<SourceEffect>) {
        self.latest = self.latest.max(at);
        self.events.push(SourceEvent {
            id: Some(name.to_owned()),
            kind: name.to_owned(),
            at,
            actor,
            effects,
        });
    }

    /// When something is dated that the row states without a time.
    fn now(&self) -> i64 {
        self.updated.unwrap_or(self.latest).max(self.latest)
    }
}

impl Cells<'_> {
    /// Reads the line as a whole ticket.
    pub(super) fn ticket_row(&self, line: u64) -> Result<SourceRow, Refusal> {
        let ticket = self.required(Field::Ticket)?.into_owned();
        let created =
            self.required(Field::Created).and_then(|text| self.micros(Field::Created, &text))?;
        let updated = self.time(Field::Updated)?;
        let attributes = self.attributes()?;
        let mut story = Story { created, updated, latest: created, events: Vec::with_capacity(4) };
        self.tell_creation(&mut story, attributes.initiated_by)?;
        self.tell_work(&mut story)?;
        self.tell_status(&mut story)?;
        self.tell_end(&mut story)?;
        let version = self.version()?.or(updated);
        Ok(SourceRow {
            ticket,
            line,
            shape: Rows::Tickets,
            version,
            attributes,
            events: story.events,
        })
    }

    /// Of assignee, queue, priority and tags only the present is known: it is taken as what has always been.
    fn tell_creation(&self, story: &mut Story, by: Option<InitiatedBy>) -> Result<(), Refusal> {
        let kind = match by {
            None | Some(InitiatedBy::Customer) => ActorKind::Customer,
            Some(InitiatedBy::Agent) => ActorKind::Human,
            Some(InitiatedBy::System) => ActorKind::System,
        };
        let mut effects = vec![SourceEffect::Created];
        self.standing_effects(&mut effects)?;
        story.tell("created", story.created, SourceActor { kind, who: None }, effects);
        Ok(())
    }

    fn tell_work(&self, story: &mut Story) -> Result<(), Refusal> {
        if let Some(at) = self.time_after(Field::FirstResponse, story)? {
            let actor = SourceActor { kind: ActorKind::Human, who: self.agent(RESPONDER)? };
            story.tell("first_response", at, actor, vec![SourceEffect::Message { public: true }]);
        }
        if let Some(at) = self.time_after(Field::Escalated, story)? {
            let actor = SourceActor { kind: ActorKind::Human, who: self.agent(ESCALATOR)? };
            story.tell("escalated", at, actor, vec![SourceEffect::Escalated]);
        }
        if let Some(at) = self.time_after(Field::Solved, story)? {
            let who = self.agent(SOLVER)?;
            let kind = if who.is_some() { ActorKind::Human } else { ActorKind::System };
            story.tell(
                "solved",
                at,
                SourceActor { kind, who },
                vec![SourceEffect::Status(StatusCategory::Solved)],
            );
        }
        if let Some(at) = self.time_after(Field::Closed, story)? {
            story.tell("closed", at, system(), vec![SourceEffect::Status(StatusCategory::Closed)]);
        }
        Ok(())
    }

    /// The status of the row, where its times do not lead there anyway.
    fn tell_status(&self, story: &mut Story) -> Result<(), Refusal> {
        let Some(status) = self.status()? else {
            return Ok(());
        };
        let effect = SourceEffect::Status(status);
        let has = |name: &str| story.events.iter().any(|event| event.kind == name);
        let (solved, closed) = (has("solved"), has("closed"));
        match (status.is_open(), solved || closed) {
            (true, false) => {
                if let Some(creation) = story.events.first_mut() {
                    creation.effects.push(effect);
                }
            }
            (true, true) => story.tell("status", story.now(), system(), vec![effect]),
            (false, true) if status == StatusCategory::Closed && !closed => {
                story.tell("status", story.now(), system(), vec![effect]);
            }
            (false, true) => {}
            (false, false) if story.updated.is_some() => {
                story.tell("status", story.now(), system(), vec![effect])
            }
            (false, false) => {
                let advice = "but no column says when: map `solved`, `closed` or `updated`";
                return Err(self.refuse(Field::Status, status.word(), advice));
            }
        }
        Ok(())
    }

    fn tell_end(&self, story: &mut Story) -> Result<(), Refusal> {
        let into = self.text(Field::MergedInto)?.map(String::from);
        let merged =
            self.mark(Field::Merged, story)?.or_else(|| into.as_ref().map(|_| story.now()));
        if let Some(at) = merged {
            story.tell("merged", at, system(), vec![SourceEffect::Merged(into)]);
        }
        if let Some(at) = self.mark(Field::Spam, story)? {
            story.tell("spam", at, system(), vec![SourceEffect::Spam]);
        }
        if let Some(at) = self.mark(Field::Deleted, story)? {
            story.tell("deleted", at, system(), vec![SourceEffect::Deleted]);
        }
        Ok(())
    }

    /// A time, or yes for "at some time".
    fn mark(&self, field: Field, story: &Story) -> Result<Option<i64>, Refusal> {
        match self.text(field)?.as_deref().and_then(yes_or_no) {
            Some(true) => Ok(Some(story.now())),
            Some(false) => Ok(None),
            None => self.time_after(field, story),
        }
    }

    fn time_after(&self, field: Field, story: &Story) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        let at = self.micros(field, &text)?;
        if at < story.created {
            return Err(self.refuse(field, &text, "is before the ticket was created"));
        }
        Ok(Some(at))
    }
}

const fn system() -> SourceActor {
    SourceActor { kind: ActorKind::System, who: None }
}
