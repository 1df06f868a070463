//! What the parts of a conversation did, and who.

use std::collections::HashSet;

use domain::tickets::source::{SourceActor, SourceAgent, SourceEffect, SourceEvent};
use domain::tickets::{ActorKind, StatusCategory};

use super::wire::{Author, Part, Reference};

/// Times are told in seconds.
pub(super) const MICROS: i64 = 1_000_000;
/// Nobody whom Intercom names.
pub(super) const SYSTEM: SourceActor = SourceActor { kind: ActorKind::System, who: None };

impl Part {
    /// What it did, if it did anything that is known.
    pub(super) fn event(
        &self,
        agents: &HashSet<String>,
        programs: &HashSet<&str>,
    ) -> Option<SourceEvent> {
        let author = self.author.as_ref();
        let by_contact = author.is_some_and(Author::is_contact);
        let kind = self.part_type.as_str();
        let mut effects = Vec::new();
        let is_public = self.is_public();
        if is_public || matches!(kind, "note" | "note_and_reopen") {
            effects.push(SourceEffect::Message { public: is_public });
        }
        effects.extend(self.assigned_to.as_ref().and_then(|to| assigned(to, agents, programs)));
        let status = match kind {
            "close" => Some(StatusCategory::Solved),
            "snoozed" => Some(StatusCategory::Pending),
            "open"
            | "note_and_reopen"
            | "assign_and_reopen"
            | "unsnoozed"
            | "timer_unsnooze"
            | "assign_and_unsnooze" => Some(StatusCategory::Open),
            // Whatever a contact writes opens it.
            _ => (is_public && by_contact).then_some(StatusCategory::Open),
        };
        effects.extend(status.map(SourceEffect::Status));
        let actor = author.map_or(SYSTEM, |author| author.actor(is_public));
        let id = self.id.clone();
        (!effects.is_empty()).then(|| event(id, kind, self.created_at, actor, effects))
    }

    /// Whether somebody wrote something that the contact can read. What is written while it is closed, opened or given to somebody stands there.
    fn is_public(&self) -> bool {
        let has_text = || {
            let is_redacted = self.redacted.unwrap_or(false);
            is_redacted || self.body.as_deref().is_some_and(|body| !body.trim().is_empty())
        };
        match self.part_type.as_str() {
            "comment" | "quick_reply" => true,
            "close"
            | "open"
            | "snoozed"
            | "unsnoozed"
            | "assignment"
            | "assign_and_reopen"
            | "assign_and_unsnooze" => has_text(),
            _ => false,
        }
    }
}

/// Nobody is told as `nobody_admin`; that nothing was changed as nothing at all.
fn assigned(
    to: &Reference,
    agents: &HashSet<String>,
    programs: &HashSet<&str>,
) -> Option<SourceEffect> {
    match (to.kind.as_deref()?, to.id.clone()) {
        ("team", Some(id)) => Some(SourceEffect::Queue(Some(id))),
        ("admin", Some(id)) => {
            let is_person = agents.contains(&id) || !programs.contains(id.as_str());
            Some(SourceEffect::Assignee(is_person.then(|| agent(id))))
        }
        ("bot" | "nobody_admin", _) => Some(SourceEffect::Assignee(None)),
        _ => None,
    }
}

/// The ids of those that write in the conversation and are no people.
pub(super) fn programs(parts: &[Part]) -> HashSet<&str> {
    let authors = parts.iter().filter_map(|part| part.author.as_ref());
    let programs = authors.filter(|author| !author.is_person() && !author.is_contact());
    programs.filter_map(|author| author.id.as_deref()).collect()
}

impl Author {
    pub(super) fn actor(&self, speaks: bool) -> SourceActor {
        if self.is_contact() {
            return SourceActor { kind: ActorKind::Customer, who: None };
        }
        if self.is_person() {
            return SourceActor { kind: ActorKind::Human, who: self.agent() };
        }
        self.program(speaks)
    }

    /// A program that speaks, or does something.
    pub(super) fn program(&self, speaks: bool) -> SourceActor {
        let kind = if speaks { ActorKind::Bot } else { ActorKind::Automation };
        SourceActor { kind, who: None }
    }
}

pub(super) fn event(
    id: String,
    kind: &str,
    at: i64,
    actor: SourceActor,
    effects: Vec<SourceEffect>,
) -> SourceEvent {
    SourceEvent {
        id: Some(id),
        kind: kind.to_owned(),
        at: at.saturating_mul(MICROS),
        actor,
        effects,
    }
}

pub(super) fn agent(id: String) -> SourceAgent {
    SourceAgent { name: id.clone(), id, email: None }
}
