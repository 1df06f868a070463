//! A ticket's figures as the vendor calculates them. They are not ours: its reply clock starts with the ticket, its solution is gone while the
//! ticket is open again, and minutes are cut off.

use serde::Serialize;

use super::ids;
use super::service::Url;
use super::state::State;
use crate::hours::Hours;
use crate::iso::Iso;
use crate::model::{Act, Actor, Channel, Status, Ticket};

#[derive(Debug, Serialize)]
pub(super) struct Metrics<'s> {
    url: Url<'s>,
    id: u64,
    ticket_id: u64,
    created_at: Iso,
    updated_at: Iso,
    group_stations: u32,
    assignee_stations: u32,
    reopens: u32,
    replies: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee_updated_at: Option<Iso>,
    requester_updated_at: Iso,
    status_updated_at: Iso,
    custom_status_updated_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none")]
    initially_assigned_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    solved_at: Option<Iso>,
    latest_comment_added_at: Iso,
    reply_time_in_minutes: Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_time_in_seconds: Option<Calendar>,
    first_resolution_time_in_minutes: Span,
    full_resolution_time_in_minutes: Span,
    agent_wait_time_in_minutes: Span,
    requester_wait_time_in_minutes: Span,
    on_hold_time_in_minutes: Span,
}

/// Minutes on the wall and in business hours; not there while there is nothing to count.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Span {
    calendar: Option<i64>,
    business: Option<i64>,
}

#[derive(Debug, Serialize)]
struct Calendar {
    calendar: i64,
}

/// Seconds on the wall and in business hours.
#[derive(Clone, Copy, Debug, Default)]
struct Waited(i64, i64);

/// What is read off the events, one after the other.
#[derive(Default)]
struct Reading {
    groups: u32,
    assignees: u32,
    reopens: u32,
    replies: u32,
    replied_at: Option<i64>,
    assigned: Option<(i64, i64)>,
    assignee_changed_at: Option<i64>,
    status_changed_at: i64,
    commented_at: i64,
    requester_at: i64,
    solved: Option<(i64, i64)>,
    requester: Waited,
    agent: Waited,
    held: Waited,
}

impl<'s> Metrics<'s> {
    pub(super) fn of(ticket: &Ticket, hours: &Hours, base: &'s str) -> Self {
        let (read, state) = Reading::of(ticket, hours);
        let begins = ticket.created_at;
        let span = |until: Option<i64>| Span {
            calendar: until.map(|until| (until - begins) / 60),
            business: until.map(|until| hours.between(begins, until) / 60),
        };
        let is_over = matches!(state.status, Status::Solved | Status::Closed);
        let last = read.solved.filter(|_| is_over).map(|(_, last)| last);
        let messaging = matches!(ticket.channel, Channel::Chat | Channel::Messaging);
        let seconds = read.replied_at.filter(|_| messaging);
        Self {
            url: Url(base, "ticket_metrics", ids::metrics(ticket.number)),
            id: ids::metrics(ticket.number),
            ticket_id: ticket.number,
            created_at: Iso(begins),
            updated_at: Iso(ticket.events.last().map_or(begins, |event| event.at)),
            group_stations: read.groups,
            assignee_stations: read.assignees,
            reopens: read.reopens,
            replies: read.replies,
            assignee_updated_at: read.assignee_changed_at.map(Iso),
            requester_updated_at: Iso(read.requester_at),
            status_updated_at: Iso(read.status_changed_at),
            custom_status_updated_at: Iso(read.status_changed_at),
            initially_assigned_at: read.assigned.map(|(first, _)| Iso(first)),
            assigned_at: read.assigned.map(|(_, last)| Iso(last)),
            solved_at: last.map(Iso),
            latest_comment_added_at: Iso(read.commented_at),
            reply_time_in_minutes: span(read.replied_at),
            reply_time_in_seconds: seconds.map(|at| Calendar { calendar: at - begins }),
            first_resolution_time_in_minutes: span(read.solved.map(|(first, _)| first)),
            full_resolution_time_in_minutes: span(last),
            agent_wait_time_in_minutes: read.agent.into(),
            requester_wait_time_in_minutes: read.requester.into(),
            on_hold_time_in_minutes: read.held.into(),
        }
    }
}

impl Reading {
    fn of(ticket: &Ticket, hours: &Hours) -> (Self, State) {
        let begins = ticket.created_at;
        let mut read = Self {
            status_changed_at: begins,
            commented_at: begins,
            requester_at: begins,
            ..Self::default()
        };
        let mut state = State::begin(ticket);
        for (place, event) in ticket.events.iter().enumerate() {
            let (status, assignee, queue) = (state.status, state.assignee, state.queue);
            state.apply(place, event);
            read.groups += u32::from(queue != state.queue);
            if assignee != state.assignee {
                read.assignee_changed_at = Some(event.at);
                if state.assignee.is_some() {
                    read.assignees += 1;
                    read.assigned = Some((read.assigned.map_or(event.at, |it| it.0), event.at));
                }
            }
            read.message(ticket, place);
            if status != state.status {
                read.wait(status, event.at, hours);
                read.status(status, state.status, event.at);
            }
        }
        (read, state)
    }

    fn message(&mut self, ticket: &Ticket, place: usize) {
        let event = &ticket.events[place];
        let Act::Message { public } = event.act else { return };
        match event.actor {
            Actor::Automation => return,
            Actor::Customer => self.requester_at = event.at,
            // What an agent opens a ticket with is no reply.
            Actor::Agent(_) if public && event.at > ticket.created_at => {
                self.replies += 1;
                self.replied_at = self.replied_at.or(Some(event.at));
            }
            Actor::Agent(_) | Actor::Bot | Actor::System => {}
        }
        self.commented_at = event.at;
    }

    fn status(&mut self, before: Status, after: Status, at: i64) {
        let is_over = |status| matches!(status, Status::Solved | Status::Closed);
        self.status_changed_at = at;
        if is_over(before) && !is_over(after) {
            self.reopens += 1;
        }
        if is_over(after) && !is_over(before) {
            self.solved = Some((self.solved.map_or(at, |it| it.0), at));
        }
    }

    /// Counts the time in a status that is now over.
    fn wait(&mut self, status: Status, until: i64, hours: &Hours) {
        let from = self.status_changed_at;
        let waited = Waited(until - from, hours.between(from, until));
        match status {
            Status::New | Status::Open => self.requester.add(waited),
            Status::Pending => self.agent.add(waited),
            Status::OnHold => {
                self.requester.add(waited);
                self.held.add(waited);
            }
            Status::Solved | Status::Closed => {}
        }
    }
}

impl Waited {
    const fn add(&mut self, more: Self) {
        self.0 += more.0;
        self.1 += more.1;
    }
}

impl From<Waited> for Span {
    fn from(waited: Waited) -> Self {
        Self { calendar: Some(waited.0 / 60), business: Some(waited.1 / 60) }
    }
}
