//! What Freshdesk sends, as far as it is read, and what it is in our terms. What is not known is left out and breaks nothing.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use domain::tickets::source::{
    Attributes, Rows, SourceActor, SourceAgent, SourceEffect, SourceEvent, SourceQueue,
    SourceRating, SourceRow,
};
use domain::tickets::{ActorKind, StatusCategory};

#[derive(Deserialize)]
pub(super) struct Agent {
    id: i64,
    pub(super) ticket_scope: Option<i64>,
    pub(super) contact: Option<Contact>,
}

#[derive(Deserialize)]
pub(super) struct Contact {
    pub(super) name: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Group {
    id: i64,
    name: Option<String>,
}

/// A field of tickets. Of that of the status, the choices are its numbers, each with what the desk and what its customers call it.
#[derive(Deserialize)]
pub(super) struct Field {
    r#type: Option<String>,
    choices: Option<Value>,
}

/// What the account's own statuses are in our terms.
pub(super) type Statuses = HashMap<i64, StatusCategory>;

/// A ticket in a list that is read for what has changed alone.
#[derive(Deserialize)]
pub(super) struct Changed {
    pub(super) id: i64,
    pub(super) updated_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(super) struct Conversation {
    id: i64,
    user_id: Option<i64>,
    #[serde(default)]
    incoming: bool,
    #[serde(default)]
    private: bool,
    body_text: Option<String>,
    created_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(super) struct Rating {
    id: i64,
    ticket_id: i64,
    feedback: Option<String>,
    #[serde(default)]
    ratings: HashMap<String, Value>,
    created_at: DateTime<Utc>,
}

/// What a rule says happened: as its author wrote it, or as Freshdesk does where they chose from its list.
#[derive(Deserialize)]
pub(super) struct Happened {
    ticket_id: Option<Value>,
    freshdesk_webhook: Option<Chosen>,
}

#[derive(Deserialize)]
struct Chosen {
    ticket_id: Option<Value>,
}

impl From<Agent> for SourceAgent {
    fn from(agent: Agent) -> Self {
        let id = agent.id.to_string();
        let (name, email) = agent.contact.map_or((None, None), |it| (it.name, it.email));
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone());
        Self { id, name, email: email.map(|email| email.to_lowercase()) }
    }
}

impl From<Group> for SourceQueue {
    fn from(group: Group) -> Self {
        let id = group.id.to_string();
        Self { name: group.name.unwrap_or_else(|| id.clone()), id }
    }
}

/// What the account calls its own statuses says whom they wait for: it has no other word for that. None of them is an end.
pub(super) fn statuses(fields: &[Field]) -> Statuses {
    let of_status = fields.iter().filter(|field| field.r#type.as_deref() == Some("default_status"));
    let choices = of_status.filter_map(|field| field.choices.as_ref()?.as_object()).flatten();
    let known = choices.filter_map(|(number, names)| {
        let name = names.get(0).unwrap_or(names).as_str()?.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let status = if has(&["third", "hold", "vendor", "supplier"]) {
            StatusCategory::OnHold
        } else if has(&["pending", "waiting", "awaiting"]) {
            StatusCategory::Pending
        } else {
            StatusCategory::Open
        };
        Some((number.parse().ok()?, status))
    });
    known.collect()
}

pub(super) fn agent(id: i64) -> SourceAgent {
    let id = id.to_string();
    SourceAgent { name: id.clone(), id, email: None }
}

/// What nobody is named for.
pub(super) fn told(id: &str, at: DateTime<Utc>, effects: Vec<SourceEffect>) -> SourceEvent {
    SourceEvent {
        id: Some(id.to_owned()),
        kind: id.split_once(':').map_or(id, |(kind, _)| kind).to_owned(),
        at: at.timestamp_micros(),
        actor: SourceActor { kind: ActorKind::System, who: None },
        effects,
    }
}

impl Conversation {
    pub(super) const fn order(&self) -> (DateTime<Utc>, i64) {
        (self.created_at, self.id)
    }

    /// What was written. What an agent no longer there wrote is theirs all the same; what nobody wrote, a program did.
    pub(super) fn row(self, ticket: i64) -> SourceRow {
        let mut effects = vec![SourceEffect::Message { public: !self.private }];
        effects.extend(self.goes_into().map(|into| SourceEffect::Merged(Some(into))));
        let actor = match self.user_id {
            _ if self.incoming => SourceActor { kind: ActorKind::Customer, who: None },
            Some(id) => SourceActor { kind: ActorKind::Human, who: Some(agent(id)) },
            None => SourceActor { kind: ActorKind::Bot, who: None },
        };
        let id = format!("conversation:{}", self.id);
        SourceRow {
            ticket: ticket.to_string(),
            line: 0,
            shape: Rows::Events,
            version: None,
            attributes: Attributes::default(),
            events: vec![SourceEvent { actor, ..told(&id, self.created_at, effects) }],
        }
    }

    /// The ticket into which this one went, as the note says that it is closed with.
    fn goes_into(&self) -> Option<String> {
        const MERGED: &str = "merged into ticket";
        let text = self.body_text.as_deref().filter(|_| self.private)?.to_lowercase();
        let (_, after) = text.split_once(MERGED)?;
        let number = after.trim_start_matches([' ', '#', ':']);
        let number: String = number.chars().take_while(char::is_ascii_digit).collect();
        (!number.is_empty()).then_some(number)
    }
}

impl Rating {
    /// Of the seven steps that there are, an account asks for some.
    pub(super) fn given(self) -> Option<SourceRating> {
        let score = match self.ratings.get("default_question")?.as_i64()? {
            -103 => 1,
            -102 => 2,
            -101 => 3,
            100 => 4,
            101 => 5,
            102 => 6,
            103 => 7,
            _ => return None,
        };
        Some(SourceRating {
            id: self.id.to_string(),
            ticket: self.ticket_id.to_string(),
            score,
            best: 7,
            comment: self.feedback.filter(|text| !text.is_empty()),
            at: self.created_at.timestamp_micros(),
        })
    }
}

impl Happened {
    /// A number or a text, by how it was written; some desks have a word before it.
    pub(super) fn ticket(&self) -> Option<String> {
        let chosen = || self.freshdesk_webhook.as_ref()?.ticket_id.as_ref();
        let id = self.ticket_id.as_ref().or_else(chosen)?;
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let digits = id.trim().trim_start_matches(|it: char| !it.is_ascii_digit());
        digits.parse::<u64>().ok().map(|id| id.to_string())
    }
}
