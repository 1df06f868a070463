//! The words of a mapping: effects, and yes and no.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::super::{ActorKind, StatusCategory};

/// What a mapping says that a kind of event does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EffectWord {
    /// Nothing, said so.
    None,
    Created,
    /// Public where nothing else is said; `None` asks the column `public`.
    Message(Option<bool>),
    Status(StatusCategory),
    AssigneeIsActor,
    AssigneeNobody,
    Queue(Option<String>),
    Priority(Option<String>),
    Tag(String),
    Escalated,
    Merged,
    Split,
    Deleted,
    Restored,
    Spam,
    /// No effect: says who does such a thing.
    By(ActorKind),
}

/// The list that errors show.
pub(super) const EFFECT_WORDS: &str = "none, created, message, message:public, message:private, status:new|open|pending|on_hold|solved|closed, \
     assignee:actor, assignee:none, queue:NAME, queue:none, priority:WORD, priority:none, tag:WORD, escalated, merged, split, deleted, restored, spam, \
     by:human|bot|automation|customer|system";

impl EffectWord {
    /// Reads a word; the error says what to write instead.
    pub(super) fn parse(word: &str) -> Result<Self, String> {
        let (name, argument) = match word.split_once(':') {
            Some((name, argument)) => (name.trim(), Some(argument.trim())),
            None => (word.trim(), None),
        };
        let optional = |text: &str| (text != "none").then(|| text.to_owned());
        Ok(match (name, argument) {
            ("none", None) => Self::None,
            ("created", None) => Self::Created,
            ("message", None) => Self::Message(None),
            ("message", Some("public")) => Self::Message(Some(true)),
            ("message", Some("private")) => Self::Message(Some(false)),
            ("status", Some(status)) => Self::Status(StatusCategory::from_word(status).ok_or_else(|| {
                format!("`{status}` is no status; write status:new, open, pending, on_hold, solved or closed")
            })?),
            ("assignee", Some("actor")) => Self::AssigneeIsActor,
            ("assignee", Some("none")) => Self::AssigneeNobody,
            ("queue", Some(queue)) if !queue.is_empty() => Self::Queue(optional(queue)),
            ("priority", Some(priority)) if !priority.is_empty() => Self::Priority(optional(priority)),
            ("tag", Some(tag)) if !tag.is_empty() => Self::Tag(tag.to_owned()),
            ("escalated", None) => Self::Escalated,
            ("merged", None) => Self::Merged,
            ("split", None) => Self::Split,
            ("deleted", None) => Self::Deleted,
            ("restored", None) => Self::Restored,
            ("spam", None) => Self::Spam,
            ("by", Some(kind)) => Self::By(ActorKind::from_word(kind).ok_or_else(|| {
                format!("`{kind}` is no kind of actor; write by:human, bot, automation, customer or system")
            })?),
            ("reopened" | "reopen", _) => {
                return Err("a reopening is derived from the status and never mapped: write `status:open`".to_owned());
            }
            _ => return Err(format!("`{word}` is no effect; write one of {EFFECT_WORDS}")),
        })
    }
}

impl<'de> Deserialize<'de> for EffectWord {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Reads yes and no in the words that exports use.
pub(super) fn yes_or_no(word: &str) -> Option<bool> {
    const YES: [&str; 5] = ["true", "yes", "y", "t", "1"];
    const NO: [&str; 5] = ["false", "no", "n", "f", "0"];
    let is = |list: [&str; 5]| list.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is(YES) {
        Some(true)
    } else if is(NO) {
        Some(false)
    } else {
        None
    }
}
