//! A conversation in our terms: what its parts say happened, and what stands there that none of them says.

use std::collections::HashSet;

use domain::tickets::source::{
    Attributes, Figures, Rows, SourceActor, SourceCustomer, SourceEffect, SourceEvent,
    SourceRating, SourceRow,
};
use domain::tickets::{ActorKind, Channel, InitiatedBy, StatusCategory};

use super::super::contract::Item;
use super::parts::{MICROS, SYSTEM, agent, event, programs};
use super::wire::{Conversation, Part, Rating, Source, Statistics};

/// The best rating there is.
const BEST: i32 = 5;

/// How a conversation stands, as far as its parts tell.
#[derive(Default, PartialEq, Eq)]
struct Stands {
    status: Option<StatusCategory>,
    admin: Option<String>,
    team: Option<String>,
}

impl Stands {
    fn note(&mut self, effect: &SourceEffect) {
        if let SourceEffect::Status(status) = effect {
            self.status = Some(*status);
        } else if let SourceEffect::Assignee(agent) = effect {
            self.admin = agent.as_ref().map(|agent| agent.id.clone());
        } else if let SourceEffect::Queue(team) = effect {
            self.team.clone_from(team);
        }
    }
}

impl Conversation {
    /// The conversation and its rating.
    pub(super) fn items(mut self, agents: &HashSet<String>) -> Vec<Item> {
        let rating = self.conversation_rating.take().and_then(|it| rating(&self.id, it));
        let row = Item::Ticket(Box::new(self.row(agents)));
        std::iter::once(row).chain(rating.map(Item::Rating)).collect()
    }

    fn row(mut self, agents: &HashSet<String>) -> SourceRow {
        let mut parts = std::mem::take(&mut self.conversation_parts.conversation_parts);
        // Of one second, their numbers tell the order.
        parts.sort_by(|a, b| {
            (a.created_at, a.id.len(), &a.id).cmp(&(b.created_at, b.id.len(), &b.id))
        });
        parts.dedup_by(|a, b| a.id == b.id);
        let programs = programs(&parts);
        let mut events = vec![self.source()];
        events.extend(parts.iter().filter_map(|part| part.event(agents, &programs)));
        events.extend(self.unsaid(&events));
        events.extend(self.tagged(agents));
        let attributes = Attributes {
            channel: self.source.as_ref().and_then(|it| it.kind.as_deref()).map(channel),
            customer: self.customer(&parts),
            initiated_by: self.source.as_ref().and_then(Source::initiated_by),
            is_test: None,
            figures: self.statistics.as_ref().map(|it| it.figures(self.created_at)),
        };
        SourceRow {
            ticket: self.id,
            line: 0,
            shape: Rows::Events,
            version: Some(self.updated_at),
            attributes,
            events,
        }
    }

    /// It comes into being with its first message. Its priority is known as it is now alone.
    fn source(&self) -> SourceEvent {
        let actor = match (&self.source, self.source.as_ref().and_then(|it| it.author.as_ref())) {
            (Some(source), Some(author)) if source.is_sent() => author.program(true),
            (_, Some(author)) => author.actor(true),
            (_, None) => SYSTEM,
        };
        let mut effects = vec![
            SourceEffect::Created,
            SourceEffect::Status(StatusCategory::Open),
            SourceEffect::Message { public: true },
        ];
        effects.extend(self.priority.clone().map(|word| SourceEffect::Priority(Some(word))));
        event("source".to_owned(), "source", self.created_at, actor, effects)
    }

    /// What stands there and no part said: a part names one of those whom it assigns, and the oldest of very many parts are not told.
    fn unsaid(&self, events: &[SourceEvent]) -> Option<SourceEvent> {
        let mut stands = Stands::default();
        for effect in events.iter().flat_map(|event| &event.effects) {
            stands.note(effect);
        }
        let mut effects = Vec::new();
        let status = self.state.as_deref().and_then(status).filter(|it| Some(*it) != stands.status);
        effects.extend(status.map(SourceEffect::Status));
        if self.admin_assignee_id != stands.admin {
            effects.push(SourceEffect::Assignee(self.admin_assignee_id.clone().map(agent)));
        }
        if self.team_assignee_id != stands.team {
            effects.push(SourceEffect::Queue(self.team_assignee_id.clone()));
        }
        let id = format!("state:{}", self.updated_at);
        (!effects.is_empty()).then(|| event(id, "state", self.updated_at, SYSTEM, effects))
    }

    fn tagged(&self, agents: &HashSet<String>) -> impl Iterator<Item = SourceEvent> {
        self.tags.tags.iter().filter_map(|tag| {
            let effect = SourceEffect::Tag(tag.name.clone()?);
            let at = tag.applied_at.unwrap_or(self.created_at);
            let by = tag.applied_by.as_ref().and_then(|by| by.id.clone());
            let who = by.filter(|id| agents.contains(id)).map(agent);
            let actor =
                who.map_or(SYSTEM, |who| SourceActor { kind: ActorKind::Human, who: Some(who) });
            Some(event(format!("tag:{}", tag.id), "tag", at, actor, vec![effect]))
        })
    }

    /// The first of its contacts, by the name that they last wrote under.
    fn customer(&self, parts: &[Part]) -> Option<SourceCustomer> {
        let id = self.contacts.contacts.iter().find_map(|contact| contact.id.clone())?;
        let source = self.source.as_ref().and_then(|source| source.author.as_ref());
        let authors = source.into_iter().chain(parts.iter().filter_map(|it| it.author.as_ref()));
        let theirs = authors.filter(|it| it.is_contact() && it.id.as_ref() == Some(&id));
        let name =
            theirs.filter_map(|it| it.name.clone().filter(|name| !name.is_empty())).next_back();
        let name = name.unwrap_or_else(|| id.clone());
        Some(SourceCustomer { name, id, organisation: None, organisation_id: None })
    }
}

impl Source {
    /// Whether a program sent it, whosever name it bears.
    fn is_sent(&self) -> bool {
        let how = self.delivered_as.as_deref().unwrap_or_default();
        matches!(how, "automated" | "campaigns_initiated" | "operator_initiated")
    }

    /// Whom a program greets has opened the window to ask something.
    fn initiated_by(&self) -> Option<InitiatedBy> {
        match self.delivered_as.as_deref() {
            Some("customer_initiated" | "operator_initiated") => Some(InitiatedBy::Customer),
            Some("admin_initiated") => Some(InitiatedBy::Agent),
            Some("automated" | "campaigns_initiated") => Some(InitiatedBy::System),
            _ => {
                let author = self.author.as_ref()?;
                match (author.is_contact(), author.is_person()) {
                    (true, _) => Some(InitiatedBy::Customer),
                    (_, true) => Some(InitiatedBy::Agent),
                    (false, false) => Some(InitiatedBy::System),
                }
            }
        }
    }
}

impl Statistics {
    /// In seconds of the calendar: from its instants, as its durations leave out what is not in office hours.
    fn figures(&self, created_at: i64) -> Figures {
        let since = |at: Option<i64>| at.map(|at| at.saturating_sub(created_at));
        Figures {
            first_response_seconds: since(self.first_admin_reply_at),
            full_resolution_seconds: since(self.last_close_at),
            reopens: self.count_reopens,
        }
    }
}

/// What was only asked for is no rating yet.
fn rating(conversation: &str, rating: Rating) -> Option<SourceRating> {
    let at = rating.updated_at.or(rating.created_at)?;
    Some(SourceRating {
        id: conversation.to_owned(),
        ticket: conversation.to_owned(),
        score: rating.rating?,
        best: BEST,
        comment: rating.remark.filter(|remark| !remark.is_empty()),
        at: at.saturating_mul(MICROS),
    })
}

/// A closed conversation is solved: there is no step after it.
fn status(state: &str) -> Option<StatusCategory> {
    Some(match state {
        "open" => StatusCategory::Open,
        "snoozed" => StatusCategory::Pending,
        "closed" => StatusCategory::Solved,
        _ => return None,
    })
}

/// By `source.type`.
fn channel(word: &str) -> Channel {
    match word {
        "email" => Channel::Email,
        "conversation" => Channel::Chat,
        "whatsapp" | "sms" | "push" | "phone_switch" => Channel::Messaging,
        "phone_call" => Channel::Phone,
        "facebook" | "instagram" | "twitter" => Channel::Social,
        _ => Channel::Other,
    }
}
