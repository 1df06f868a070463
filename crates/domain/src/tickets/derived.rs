//! What a history comes to: the state it leaves a ticket in, and the milestones on the way.

use chrono::{DateTime, Utc};

use super::{Effect, History, HistoryEvent};
use super::{QueueId, StatusCategory, TicketId};
use crate::kernel::PersonId;

/// A ticket's state after some of its events. Applying a value that is already there changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The stage; a ticket whose source never says one is new.
    pub status: StatusCategory,
    /// Who has it.
    pub assignee: Option<PersonId>,
    /// The helpdesk's group it lies in.
    pub queue: Option<QueueId>,
    /// The source's word for how urgent it is.
    pub priority: Option<String>,
    /// Every tag it was given, in the order given.
    pub tags: Vec<String>,
    /// Since when it has been deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Since when it has been spam.
    pub spam_at: Option<DateTime<Utc>>,
    /// Since when it has been merged into another.
    pub merged_at: Option<DateTime<Utc>>,
    /// The ticket it was merged into, where that is known.
    pub merged_into: Option<TicketId>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            status: StatusCategory::New,
            assignee: None,
            queue: None,
            priority: None,
            tags: Vec::new(),
            deleted_at: None,
            spam_at: None,
            merged_at: None,
            merged_into: None,
        }
    }
}

impl State {
    /// Takes in everything one event did.
    pub fn apply(&mut self, event: &HistoryEvent) {
        for effect in &event.effects {
            self.take(effect, event.at);
        }
    }

    fn take(&mut self, effect: &Effect, at: DateTime<Utc>) {
        match effect {
            Effect::Status(status) => self.status = *status,
            Effect::Assignee(assignee) => self.assignee = *assignee,
            Effect::Queue(queue) => self.queue = *queue,
            Effect::Priority(priority) => self.priority.clone_from(priority),
            Effect::Tag(tag) if !self.tags.contains(tag) => self.tags.push(tag.clone()),
            Effect::Merged(into) => {
                self.merged_at.get_or_insert(at);
                self.merged_into = into.or(self.merged_into);
            }
            Effect::Deleted => _ = self.deleted_at.get_or_insert(at),
            Effect::Spam => _ = self.spam_at.get_or_insert(at),
            Effect::Restored => {
                self.deleted_at = None;
                self.spam_at = None;
                self.merged_at = None;
                self.merged_into = None;
            }
            Effect::Created
            | Effect::Message { .. }
            | Effect::Tag(_)
            | Effect::Escalated
            | Effect::Split => {}
        }
    }
}

/// What a ticket's row says of its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// When it came into being.
    pub created_at: DateTime<Utc>,
    /// When its status first became solved.
    pub first_solved_at: Option<DateTime<Utc>>,
    /// When its status last became, or was again said to be, solved.
    pub last_solved_at: Option<DateTime<Utc>>,
    /// The state it is in now.
    pub state: State,
}

/// The present of a ticket; nothing for an empty history.
#[must_use]
pub fn derive(history: &History) -> Option<Derived> {
    let mut derived = Derived {
        created_at: creation(history)?.1.at,
        first_solved_at: None,
        last_solved_at: None,
        state: State::default(),
    };
    for event in &history.events {
        if event.effects.contains(&Effect::Status(StatusCategory::Solved)) {
            derived.first_solved_at.get_or_insert(event.at);
            derived.last_solved_at = Some(event.at);
        }
        derived.state.apply(event);
    }
    Some(derived)
}

/// The event a ticket begins with, and its place: the first that says so, else simply the first.
#[must_use]
pub fn creation(history: &History) -> Option<(usize, &HistoryEvent)> {
    let said = |event: &HistoryEvent| event.effects.contains(&Effect::Created);
    let place = history.events.iter().position(said).unwrap_or(0);
    history.events.get(place).map(|event| (place, event))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::tickets::{ActorKind, Channel, InitiatedBy};

    fn history(effects: &[&[Effect]]) -> History {
        let event = |(minute, effects): (i64, &&[Effect])| HistoryEvent {
            at: DateTime::UNIX_EPOCH + TimeDelta::minutes(minute),
            actor_kind: ActorKind::System,
            actor: None,
            effects: effects.to_vec(),
        };
        History {
            channel: Channel::Email,
            initiated_by: InitiatedBy::Customer,
            is_test: false,
            events: (0..).zip(effects).map(event).collect(),
        }
    }

    fn minute(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    #[test]
    fn no_event_is_no_ticket() {
        assert_eq!(derive(&history(&[])), None);
    }

    #[test]
    fn the_event_that_says_created_is_the_creation_else_the_first() {
        let told = derive(&history(&[&[], &[Effect::Created], &[Effect::Created]])).unwrap();
        assert_eq!(told.created_at, minute(1));
        assert_eq!(derive(&history(&[&[], &[]])).unwrap().created_at, minute(0));
    }

    #[test]
    fn a_repeated_solve_is_the_last_one() {
        let solved = || Effect::Status(StatusCategory::Solved);
        let derived = derive(&history(&[&[], &[solved()], &[solved()]])).unwrap();
        assert_eq!(derived.first_solved_at, Some(minute(1)));
        assert_eq!(derived.last_solved_at, Some(minute(2)));
    }

    #[test]
    fn a_restore_takes_back_what_hid_the_ticket() {
        let hidden: [&[Effect]; 3] =
            [&[Effect::Spam], &[Effect::Spam], &[Effect::Deleted, Effect::Merged(None)]];
        let derived = derive(&history(&hidden)).unwrap();
        assert_eq!(derived.state.spam_at, Some(minute(0)));
        assert_eq!(derived.state.merged_at, Some(minute(2)));
        let restored = [hidden[0], hidden[2], &[Effect::Restored]];
        assert_eq!(derive(&history(&restored)).unwrap().state, State::default());
    }

    #[test]
    fn tags_are_kept_once_and_in_order() {
        let tag = |word: &str| Effect::Tag(word.to_owned());
        let derived = derive(&history(&[&[tag("b")], &[tag("a"), tag("b")]])).unwrap();
        assert_eq!(derived.state.tags, ["b", "a"]);
    }
}
