//! A conversation's figures as Intercom calculates them. They are not ours: its clock starts when the contact first writes, it stands still out of
//! office hours, and every close is an end.

use serde_json::{Map, Value, json};

use super::fold::{Assigned, Conversation, Part, State};
use super::ids;
use crate::hours::Hours;
use crate::model::{Actor, Ticket};

/// What has not happened is left out.
pub(super) fn statistics(ticket: &Ticket, story: &Conversation, hours: &Hours) -> Value {
    let read = Reading::of(ticket, story);
    let Some(begins) = read.contact else {
        return json!({ "type": "conversation_statistics", "count_conversation_parts": story.parts.len() });
    };
    let spent = |until: Option<i64>| until.map(|until| hours.between(begins, until));
    let mut told = Map::new();
    told.insert("type".to_owned(), json!("conversation_statistics"));
    let figures = [
        ("time_to_assignment", spent(read.assigned_before_reply)),
        ("time_to_admin_reply", spent(read.first_reply)),
        ("time_to_first_close", spent(read.closes.first().map(|close| close.at))),
        ("time_to_last_close", spent(read.closes.last().map(|close| close.at))),
        ("median_time_to_reply", median(&read.replies, hours)),
        ("first_contact_reply_at", Some(begins)),
        ("first_assignment_at", read.assignments.first().copied()),
        ("first_admin_reply_at", read.first_reply),
        ("first_close_at", read.closes.first().map(|close| close.at)),
        ("last_assignment_at", read.assignments.last().copied()),
        ("last_contact_reply_at", read.last_contact),
        ("last_admin_reply_at", read.last_reply),
        ("last_close_at", read.closes.last().map(|close| close.at)),
        ("count_reopens", Some(read.reopens)),
        ("count_assignments", Some(read.assignments.len() as i64)),
        ("count_conversation_parts", Some(story.parts.len() as i64)),
    ];
    told.extend(figures.into_iter().filter_map(|(name, it)| Some((name.to_owned(), json!(it?)))));
    let closed_by = read.closes.last().map(|close| match close.actor {
        Actor::Agent(agent) => ids::admin(agent),
        _ => ids::OPERATOR,
    });
    told.extend(closed_by.map(|by| ("last_closed_by_id".to_owned(), json!(by.to_string()))));
    Value::Object(told)
}

/// What is read off the parts, one after the other; what came before the contact wrote does not count.
#[derive(Default)]
struct Reading<'c> {
    contact: Option<i64>,
    last_contact: Option<i64>,
    first_reply: Option<i64>,
    last_reply: Option<i64>,
    /// Of each answer, since when the contact had waited and when it came.
    replies: Vec<(i64, i64)>,
    assignments: Vec<i64>,
    assigned_before_reply: Option<i64>,
    closes: Vec<&'c Part>,
    reopens: i64,
}

impl<'c> Reading<'c> {
    fn of(ticket: &Ticket, story: &'c Conversation) -> Self {
        let mut read = Self::default();
        if story.delivered_as == "customer_initiated" {
            read.contact = Some(ticket.created_at);
            read.last_contact = read.contact;
        }
        let mut waits = read.contact;
        let mut state = State::Open;
        for part in &story.parts {
            let is_text = part.body.is_some() && part.kind != "note";
            if is_text && part.actor == Actor::Customer {
                read.contact = read.contact.or(Some(part.at));
                read.last_contact = Some(part.at);
                waits = waits.or(Some(part.at));
            }
            if read.contact.is_some() {
                read.part(part, is_text, state, &mut waits);
            }
            state = part.state;
        }
        read
    }

    fn part(&mut self, part: &'c Part, is_text: bool, before: State, waits: &mut Option<i64>) {
        if matches!(part.assigned, Some(Assigned::Admin(_) | Assigned::Team(_))) {
            self.assignments.push(part.at);
            if self.first_reply.is_none() {
                self.assigned_before_reply = Some(part.at);
            }
        }
        if is_text && matches!(part.actor, Actor::Agent(_)) {
            self.first_reply = self.first_reply.or(Some(part.at));
            self.last_reply = Some(part.at);
            self.replies.extend(waits.take().map(|since| (since, part.at)));
        }
        match (before, part.state) {
            (State::Closed, State::Open) => self.reopens += 1,
            (State::Open | State::Snoozed, State::Closed) => self.closes.push(part),
            _ => {}
        }
    }
}

fn median(replies: &[(i64, i64)], hours: &Hours) -> Option<i64> {
    let mut spent: Vec<i64> =
        replies.iter().map(|(from, until)| hours.between(*from, *until)).collect();
    spent.sort_unstable();
    spent.get(spent.len().checked_sub(1)? / 2).copied()
}
