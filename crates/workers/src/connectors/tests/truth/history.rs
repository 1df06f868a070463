//! What happened to a ticket, in words that both sides have.

use std::collections::BTreeMap;

use domain::kernel::PersonId;
use domain::tickets::{ActorKind, TicketEvent};
use simulators::Kind;
use simulators::model::{self, Act, Actor};

use super::words;

/// One thing that happened.
pub(super) struct Step {
    at: i64,
    /// Who did it: a name, or what kind of actor it was.
    by: String,
    what: String,
    value: String,
}

/// All of it, in order, without what changed nothing.
pub(super) struct History {
    stands: BTreeMap<String, String>,
    solved: Vec<i64>,
    lines: Vec<(i64, String)>,
}

/// What is set, and stays until it is set again.
const FIELDS: [&str; 4] = ["status", "assignee", "queue", "priority"];

impl Step {
    /// What is told here, where `named` tells what an id in an effect stands for.
    pub(super) fn here<'e>(
        events: &'e [TicketEvent],
        named: impl Fn(&str) -> String + Copy + 'e,
        person: impl Fn(Option<PersonId>) -> String + 'e,
    ) -> impl Iterator<Item = Self> + 'e {
        events.iter().flat_map(move |event| {
            let by = match event.actor_kind {
                ActorKind::Human => person(event.actor_id),
                ActorKind::Customer => "customer".to_owned(),
                ActorKind::Bot | ActorKind::Automation | ActorKind::System => "program".to_owned(),
            };
            let at = event.at.timestamp();
            event.effects.iter().map(move |effect| {
                let (what, value) = effect.split_once(':').unwrap_or((effect, ""));
                Self { at, by: by.clone(), what: what.to_owned(), value: named(value) }
            })
        })
    }

    /// What the vendor knows.
    pub(super) fn there<'t>(
        kind: Kind,
        ticket: &'t model::Ticket,
        agent: impl Fn(u16) -> String + Copy + 't,
        id: impl Fn(u64) -> String + Copy + 't,
    ) -> impl Iterator<Item = Self> + 't {
        ticket.events.iter().enumerate().flat_map(move |(place, event)| {
            let by = match event.actor {
                // Of what is sent out, Freshdesk says that an agent did it, and not which.
                Actor::Agent(_) if kind == Kind::Freshdesk && place < 2 => "none".to_owned(),
                Actor::Agent(number) => agent(number),
                Actor::Customer => "customer".to_owned(),
                Actor::Bot | Actor::Automation | Actor::System => "program".to_owned(),
            };
            let mut told = Vec::new();
            match event.act {
                Act::Created => told.push(("created", String::new())),
                Act::Message { public: true } => told.push(("message", "public".to_owned())),
                Act::Message { public: false } => told.push(("message", "private".to_owned())),
                Act::Escalated => told.push(("escalated", String::new())),
                Act::Merged { into } => told.push(("merged", id(into))),
                Act::Unassigned => told.push(("assignee", "none".to_owned())),
                Act::Updated | Act::Spam | Act::Deleted | Act::Restored | Act::Rated { .. } => {}
            }
            let is_new = event.act == Act::Created;
            let urgency = (is_new || event.priority.is_some())
                .then(|| words::urgency(kind, event.priority))
                .flatten();
            told.extend(event.status.map(|status| ("status", status.word().to_owned())));
            told.extend(event.queue.map(|queue| ("queue", queue.name().to_owned())));
            told.extend(event.assignee.map(|number| ("assignee", agent(number))));
            told.extend(urgency.map(|word| ("priority", word.to_owned())));
            told.extend(event.tag.map(|tag| ("tag", tag.to_owned())));
            let at = event.at;
            told.into_iter().map(move |(what, value)| Self {
                at,
                by: by.clone(),
                what: what.to_owned(),
                value,
            })
        })
    }
}

impl History {
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut it = Self { stands: BTreeMap::new(), solved: Vec::new(), lines: Vec::new() };
        for step in steps {
            it.take(step);
        }
        it.lines.sort();
        it
    }

    fn take(&mut self, step: &Step) {
        let Step { at, by, what, value } = step;
        if FIELDS.contains(&what.as_str()) {
            let known = self.stands.insert(what.clone(), value.clone());
            if known.as_deref().unwrap_or("none") == value {
                return;
            }
        }
        if (what.as_str(), value.as_str()) == ("status", "solved") {
            self.solved.push(*at);
        }
        let line = match what.as_str() {
            // Rules and programs send what is no message to some vendors.
            "message" if by == "program" => return,
            "message" | "escalated" | "status" => format!("{what} {value} by {by}"),
            "created" | "assignee" | "queue" | "merged" => format!("{what} {value}"),
            // Of these some vendors tell no more than how they are now, which is looked at by itself.
            _ => return,
        };
        self.lines.push((*at, line));
    }

    pub(super) fn told(&self) -> BTreeMap<&'static str, String> {
        let mut told = BTreeMap::new();
        for field in FIELDS {
            let stands = self.stands.get(field).cloned();
            told.insert(field, stands.unwrap_or_else(|| "none".to_owned()));
        }
        let solved = |at: Option<&i64>| at.map_or_else(String::new, i64::to_string);
        told.insert("first solved", solved(self.solved.first()));
        told.insert("last solved", solved(self.solved.last()));
        let lines = self.lines.iter().map(|(at, line)| format!("\n      {at} {line}"));
        told.insert("history", lines.collect());
        told
    }
}
