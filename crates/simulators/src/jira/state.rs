//! How an issue stands, event by event.

use super::ids;
use super::words::{self, Resolution};
use crate::model::{Act, Event, Priority, Queue, Status, Ticket};

/// The label of what the desk raises to the second line, and of what it only tries out.
const ESCALATED: &str = "escalated";
const TEST: &str = "test";

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) status: Status,
    pub(super) resolution: Option<Resolution>,
    pub(super) resolved_at: Option<i64>,
    pub(super) category_changed_at: i64,
    pub(super) assignee: Option<u16>,
    pub(super) queue: Option<Queue>,
    pub(super) priority: Priority,
    pub(super) labels: Vec<&'static str>,
    /// The last rating's place among the events.
    pub(super) rated: Option<usize>,
}

const fn is_done(status: Status) -> bool {
    matches!(status, Status::Solved | Status::Closed)
}

impl State {
    /// Before the first event.
    fn begin(ticket: &Ticket) -> Self {
        Self {
            status: Status::New,
            resolution: None,
            resolved_at: None,
            category_changed_at: ticket.created_at,
            assignee: None,
            queue: None,
            priority: Priority::Normal,
            labels: if ticket.is_test { vec![TEST] } else { Vec::new() },
            rated: None,
        }
    }

    /// After each event, in order.
    pub(super) fn each(ticket: &Ticket) -> impl Iterator<Item = Self> + '_ {
        let begin = Self::begin(ticket);
        ticket.events.iter().enumerate().scan(begin, |state, (place, event)| {
            state.apply(place, event);
            Some(state.clone())
        })
    }

    /// After the last event.
    pub(super) fn of(ticket: &Ticket) -> Self {
        Self::each(ticket).last().unwrap_or_else(|| Self::begin(ticket))
    }

    fn apply(&mut self, place: usize, event: &Event) {
        if let Some(status) = event.status {
            self.enter(status, event);
        }
        self.assignee = event.assignee.or(self.assignee);
        self.queue = event.queue.or(self.queue);
        self.priority = event.priority.unwrap_or(self.priority);
        let of_act = match event.act {
            Act::Unassigned => {
                self.assignee = None;
                None
            }
            Act::Rated { .. } => {
                self.rated = Some(place);
                None
            }
            Act::Escalated => Some(ESCALATED),
            _ => None,
        };
        for label in [event.tag, of_act].into_iter().flatten() {
            if !self.labels.contains(&label) {
                self.labels.push(label);
            }
        }
    }

    /// An issue that is over says why; one that is not says nothing of it.
    fn enter(&mut self, status: Status, event: &Event) {
        let (was_done, is_done) = (is_done(self.status), is_done(status));
        if words::category(self.status) != words::category(status) {
            self.category_changed_at = event.at;
        }
        self.status = status;
        if is_done && !was_done {
            self.resolved_at = Some(event.at);
            self.resolution = Some(match (event.act, status) {
                (Act::Merged { .. }, _) => Resolution::Duplicate,
                (_, Status::Closed) => Resolution::WontDo,
                _ => Resolution::Done,
            });
        } else if !is_done {
            (self.resolution, self.resolved_at) = (None, None);
        }
    }

    /// What the value of a field may be called in a query.
    pub(super) fn named(&self, field: &str, ticket: &Ticket) -> Vec<String> {
        let both = |id: String, name: &str| vec![id, name.to_owned()];
        match field {
            "project" => both(ids::PROJECT_ID.to_string(), ids::PROJECT),
            "projecttype" => vec!["service_desk".to_owned()],
            "id" | "key" | "issuekey" | "issue" => {
                both(ids::issue(ticket.number).to_string(), &ids::key(ticket.number))
            }
            "status" => both(ids::status(self.status).to_string(), words::status(self.status)),
            "statuscategory" => {
                let (_, key, name, _) = words::category(self.status);
                both(key.to_owned(), name)
            }
            "resolution" => match self.resolution {
                Some(it) => both(it.id().to_string(), it.name()),
                None => vec![String::new(), "unresolved".to_owned()],
            },
            "assignee" => {
                self.assignee.map(|it| ids::account(ids::Who::Agent(it))).into_iter().collect()
            }
            "reporter" => vec![ids::account(ids::Who::Customer(ticket.customer))],
            "labels" => self.labels.iter().map(|label| (*label).to_owned()).collect(),
            "component" => self
                .queue
                .map_or_else(Vec::new, |it| both(ids::component(it).to_string(), it.name())),
            "priority" => {
                let (id, name) = words::priority(self.priority);
                both(id.to_string(), name)
            }
            _ => Vec::new(),
        }
    }
}
