//! A ticket as the instance has it: what it was when it was inserted, and every update after that.
//!
//! Some of what happens at a desk is nothing here: a rating, a mail that says "we have your message", a status that is set again.
//! Nobody merges incidents: what was asked before is cancelled as a duplicate of the other one. Nor is there spam: it is cancelled.

use super::cells::Cell;
use super::ids::Id;
use super::tables::Table;
use super::words::{Reason, Stage, priority, weight};
use crate::model::{Act, Actor, Event, InitiatedBy, Model, Priority, Queue, Status, Ticket};

/// The fields of an incident that change.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) stage: Stage,
    pub(super) queue: Option<Queue>,
    pub(super) assignee: Option<u16>,
    pub(super) priority: Option<Priority>,
    pub(super) category: Option<&'static str>,
    pub(super) resolved: Option<(i64, Actor)>,
    pub(super) closed: Option<(i64, Actor)>,
    pub(super) duplicate_of: Option<u64>,
    pub(super) close_code: Option<&'static str>,
    pub(super) reopened: u32,
    pub(super) reassigned: u32,
    /// What it was before somebody took it for spam.
    before: Stage,
}

/// One update.
pub(super) struct Update {
    /// Which event of the ticket it was.
    pub(super) event: usize,
    /// Counted from 1.
    pub(super) number: u64,
    pub(super) at: i64,
    pub(super) by: Actor,
    /// What changed: the field, and what stood in it before and after.
    pub(super) changes: Vec<(&'static str, Cell, Cell)>,
    /// Whether something was written, and whether the caller can read it.
    pub(super) entry: Option<bool>,
}

/// A ticket as the instance has it.
pub(super) struct Story {
    /// What it is now.
    pub(super) state: State,
    /// Who inserted it.
    pub(super) by: Actor,
    /// Whether something was written when it was inserted: by the event after the first.
    pub(super) has_opening: bool,
    pub(super) updates: Vec<Update>,
}

impl Story {
    pub(super) fn of(model: &Model, ticket: &Ticket) -> Self {
        let first = ticket.events.first();
        let by = first.map_or(Actor::System, |event| event.actor);
        let mut state = State::inserted(first);
        let has_opening = ticket.events.get(1).is_some_and(|event| is_opening(ticket, event));
        let mut updates = Vec::new();
        for (place, event) in ticket.events.iter().enumerate().skip(1 + usize::from(has_opening)) {
            let before = state.clone();
            state.apply(event);
            let changes = before.changes(&state, model);
            let entry = entry(event);
            if changes.is_empty() && entry.is_none() {
                continue;
            }
            let number = updates.len() as u64 + 1;
            let (at, by) = (event.at, event.actor);
            updates.push(Update { event: place, number, at, by, changes, entry });
        }
        Self { state, by, has_opening, updates }
    }
}

/// Who opens an incident writes what it is about at once.
fn is_opening(ticket: &Ticket, event: &Event) -> bool {
    event.at == ticket.created_at
        && event.status.is_none()
        && ticket.initiated_by == InitiatedBy::Customer
        && event.actor == Actor::Customer
        && entry(event) == Some(true)
}

/// Whether an event writes something, and whether the caller can read it. What rules send to the caller is a mail and no entry.
fn entry(event: &Event) -> Option<bool> {
    match event.act {
        Act::Message { public } if event.actor != Actor::Automation => Some(public),
        _ => None,
    }
}

/// What of a ticket's history the instance knows. What it is about is a category and no tag; that it was raised, or is only tried out, is one.
pub(super) fn known(mut ticket: Ticket) -> Ticket {
    let (mut status, mut before) = (Status::New, None);
    for event in &mut ticket.events {
        event.tag = None;
        match event.act {
            Act::Spam => {
                before = Some(status);
                (event.act, event.status) = (Act::Updated, Some(Status::Closed));
            }
            Act::Restored if before.is_some() => {
                (event.act, event.status) = (Act::Updated, before.take());
            }
            _ => {}
        }
        let is_new = event.act == Act::Created;
        event.status = event.status.filter(|new| is_new || *new != status);
        status = event.status.unwrap_or(status);
    }
    ticket
}

impl State {
    fn inserted(first: Option<&Event>) -> Self {
        let stage = match first.and_then(|event| event.status) {
            None | Some(Status::New) => Stage::New,
            Some(_) => Stage::InProgress,
        };
        Self {
            stage,
            queue: first.and_then(|event| event.queue),
            assignee: first.and_then(|event| event.assignee),
            priority: first.and_then(|event| event.priority),
            category: first.and_then(|event| event.tag),
            resolved: None,
            closed: None,
            duplicate_of: None,
            close_code: None,
            reopened: 0,
            reassigned: 0,
            before: stage,
        }
    }

    fn apply(&mut self, event: &Event) {
        if let Some(queue) = event.queue {
            self.reassigned += u32::from(self.queue.is_some_and(|known| known != queue));
            self.queue = Some(queue);
        }
        self.assignee = match event.act {
            Act::Unassigned => None,
            _ => event.assignee.or(self.assignee),
        };
        self.priority = event.priority.or(self.priority);
        self.category = event.tag.or(self.category);
        match event.act {
            Act::Merged { into } => {
                self.duplicate_of = Some(into);
                self.ends(Stage::Canceled, "Duplicate", event);
            }
            Act::Spam => {
                self.before = self.stage;
                self.ends(Stage::Canceled, "User error", event);
            }
            Act::Restored if self.stage == Stage::Canceled => self.goes_on(self.before),
            _ => {}
        }
        match event.status {
            None => {}
            Some(_) if matches!(event.act, Act::Merged { .. }) => {}
            Some(Status::New) => self.goes_on(Stage::New),
            Some(Status::Open) => self.goes_on(Stage::InProgress),
            Some(Status::Pending) => self.goes_on(Stage::OnHold(Reason::Caller)),
            Some(Status::OnHold) => self.goes_on(Stage::OnHold(Reason::Vendor)),
            Some(Status::Solved) if self.stage != Stage::Resolved => {
                self.ends(Stage::Resolved, "Solution provided", event);
            }
            Some(Status::Solved) => {}
            Some(Status::Closed) if self.stage == Stage::Resolved => {
                self.stage = Stage::Closed;
                self.closed = Some((event.at, event.actor));
            }
            Some(Status::Closed) => self.ends(Stage::Canceled, "No resolution provided", event),
        }
    }

    fn goes_on(&mut self, stage: Stage) {
        if self.stage.is_over() {
            self.reopened += 1;
            (self.resolved, self.closed, self.close_code) = (None, None, None);
        }
        self.stage = stage;
    }

    fn ends(&mut self, stage: Stage, code: &'static str, event: &Event) {
        let by = Some((event.at, event.actor));
        (self.stage, self.close_code) = (stage, Some(code));
        (self.resolved, self.closed) =
            if stage == Stage::Resolved { (by, None) } else { (None, by) };
    }

    /// The fields that are told of every change, and what stands in them.
    pub(super) fn cells(&self, model: &Model) -> Vec<(&'static str, Cell)> {
        let agent = |agent: u16| {
            let name = model.desk().agents[usize::from(agent)].person.name.clone();
            Cell::Reference(Table::User, Id::Agent(agent.into()), name)
        };
        let group = |it: Queue| Cell::Reference(Table::Group, Id::group(it), it.name().to_owned());
        let parent = |it: u64| {
            Cell::Reference(Table::Incident, Id::Incident(it), super::incidents::number(it))
        };
        let time = |ended: Option<(i64, Actor)>| ended.map_or(Cell::Empty, |it| Cell::Time(it.0));
        let text = |text: Option<&'static str>| text.map_or(Cell::Empty, |it| Cell::Choice(it, it));
        vec![
            ("state", self.stage.cell()),
            ("hold_reason", self.stage.reason()),
            ("assignment_group", self.queue.map_or(Cell::Empty, group)),
            ("assigned_to", self.assignee.map_or(Cell::Empty, agent)),
            ("priority", priority(self.priority)),
            ("impact", weight(self.priority)),
            ("urgency", weight(self.priority)),
            ("category", text(self.category)),
            ("close_code", text(self.close_code)),
            ("parent_incident", self.duplicate_of.map_or(Cell::Empty, parent)),
            ("resolved_at", time(self.resolved)),
            ("closed_at", time(self.closed)),
            ("active", Cell::Flag(self.stage.is_active())),
            ("reopen_count", Cell::Number(self.reopened.into())),
            ("reassignment_count", Cell::Number(self.reassigned.into())),
        ]
    }

    fn changes(&self, after: &Self, model: &Model) -> Vec<(&'static str, Cell, Cell)> {
        let pairs = self.cells(model).into_iter().zip(after.cells(model));
        let changed = pairs.filter(|(before, after)| before != after);
        changed.map(|((name, before), (_, after))| (name, before, after)).collect()
    }
}
